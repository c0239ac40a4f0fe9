"""A training administrator imports histories: all of it or nothing, twice changes nothing, nothing is guessed."""

import gzip
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course, CourseVersion
from lms.enrollments.history import actions as history
from lms.enrollments.models import Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause, Source
from lms.imports.files import FileError, open_table
from lms.imports.models import ImportRun, RefusedRow
from lms.imports.rules import Outcome
from lms.people.models import Person, StaffNumber
from lms.people.rules import whole_network
from tests.courses.factories import add_course, write_csv
from tests.enrollments.factories import NOW, actor_at, add_enrollment, add_person, add_run, add_unit
from tests.support.effort import effort

HEADER = "staff_no,course_code,assigned_on,due_on,completed_on,score,voided_on"
FULL = "00000001,CS-101,2019-03-04,2019-04-03,2019-03-28,85,2019-05-01"
OPEN = "00000002,CS-101,2019-03-04,2019-04-03,,,"


@pytest.fixture
def network(session: Session) -> Session:
    """Give two people and two courses, committed."""
    center = add_unit(session, "C1")
    add_person(session, "00000001", center)
    add_person(session, "00000002", center)
    add_course(session, "CS-101")
    add_course(session, "CS-304", mandatory=False)
    session.commit()
    return session


def take(session: Session, folder: Path, *rows: str, header: str = HEADER) -> Outcome:
    """Import rows as the command does, without its edge."""
    with open_table(write_csv(folder, "history.csv", header, *rows), "history.csv") as table:
        run = add_run(session)
        return history.import_history(session, table, run=run, scope=whole_network(NOW.date()), actor=actor_at())


def facts(session: Session) -> list[tuple[Any, ...]]:
    """Return everything that stands, without the ids and moments of imports."""
    columns = (
        Person.staff_no, Course.code, Enrollment.cycle, Enrollment.has_later_cycle, Enrollment.assigned_on,
        Enrollment.nominal_due_on, Enrollment.due_on, Enrollment.completed_on, Enrollment.score, Enrollment.voided_on,
    )  # fmt: skip
    joined = select(*columns).join(Person, Person.id == Enrollment.person_id).join(Course)
    return [tuple(row) for row in session.execute(joined.order_by(Person.staff_no, Course.code, Enrollment.cycle))]


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_row_is_recorded_as_it_stands(network: Session, tmp_path: Path):
    done = take(network, tmp_path, FULL, "00000002,CS-304,2019-03-04,,,,")
    assert done.counts == {"rows": 2, "added": 2, "changed": 0, "unchanged": 0, "repeated": 0, "refused": 0}
    first, second = network.scalars(select(Enrollment).order_by(Enrollment.person_id)).all()
    assert (first.source, first.required, first.cycle, first.has_later_cycle) == (Source.IMPORT, True, 1, False)
    assert first.due_on == first.nominal_due_on == date(2019, 4, 3)
    assert (first.completed_on, first.score, first.voided_on) == (date(2019, 3, 28), 85, date(2019, 5, 1))
    assert (second.required, second.due_on, second.score) == (False, None, None)


def test_completed_or_voided_before_assignment_is_recorded_too(network: Session, tmp_path: Path):
    take(network, tmp_path, "00000001,CS-101,2019-03-04,2019-02-01,2018-01-01,0,2019-01-01")
    (row,) = facts(network)
    assert row[4:] == (date(2019, 3, 4), date(2019, 2, 1), date(2019, 2, 1), date(2018, 1, 1), 0, date(2019, 1, 1))


def test_the_same_file_twice_changes_nothing(network: Session, tmp_path: Path):
    rows = (FULL, OPEN, "00000001,CS-101,2018-03-04,,,,")
    take(network, tmp_path, *rows)
    before = facts(network)
    done = take(network, tmp_path, *rows)
    assert done.counts == {"rows": 3, "added": 0, "changed": 0, "unchanged": 3, "repeated": 0, "refused": 0}
    assert facts(network) == before
    assert count(network, EnrollmentRevision) == 0
    noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "enrollments.import")
    assert network.scalar(noted) == 1


def test_a_completion_that_came_later_is_added_and_the_open_version_kept(network: Session, tmp_path: Path):
    take(network, tmp_path, OPEN)
    done = take(network, tmp_path, OPEN.replace(",,,", ",2019-04-10,72.5,"))
    assert done.counts["changed"] == 1
    assert facts(network)[0][7:9] == (date(2019, 4, 10), 72.5)
    former = network.scalars(select(EnrollmentRevision)).one()
    assert (former.cause, former.completed_on, former.score) == (Cause.IMPORTED, None, None)


def test_a_recorded_completion_stands_against_a_later_one(network: Session, tmp_path: Path):
    take(network, tmp_path, FULL)
    before = facts(network)
    done = take(network, tmp_path, FULL.replace("2019-03-28", "2019-03-29"))
    assert [(one.line, one.column, one.value, one.code) for one in done.refusals] == [
        (2, "completed_on", "2019-03-29", "completion_stands")
    ]
    assert facts(network) == before


def test_an_empty_cell_takes_nothing_away(network: Session, tmp_path: Path):
    take(network, tmp_path, FULL)
    before = facts(network)
    assert take(network, tmp_path, "00000001,CS-101,2019-03-04,,,,").counts["unchanged"] == 1
    assert facts(network) == before


def test_a_due_date_that_leave_moved_is_not_moved_back_by_the_same_file(network: Session, tmp_path: Path):
    take(network, tmp_path, OPEN)
    enrollment = network.scalars(select(Enrollment)).one()
    enrollment.due_on = date(2019, 4, 20)
    network.flush()
    assert take(network, tmp_path, OPEN).counts["unchanged"] == 1
    network.refresh(enrollment)
    assert enrollment.due_on == date(2019, 4, 20)
    assert take(network, tmp_path, OPEN.replace("2019-04-03", "2019-04-05")).counts["changed"] == 1
    network.refresh(enrollment)
    assert (enrollment.nominal_due_on, enrollment.due_on) == (date(2019, 4, 5), date(2019, 4, 5))


def test_a_row_of_an_assignment_completes_that_enrollment(network: Session, tmp_path: Path):
    person = network.scalars(select(Person).where(Person.staff_no == "00000001")).one()
    course = network.scalars(select(Course).where(Course.code == "CS-101")).one()
    assigned = add_enrollment(network, person, course, date(2019, 3, 4), due_on=date(2019, 4, 3))
    assert take(network, tmp_path, FULL).counts["changed"] == 1
    network.refresh(assigned)
    assert (assigned.source, assigned.completed_on) == (Source.ASSIGNMENT, date(2019, 3, 28))


def test_an_earlier_row_is_put_before_the_recorded_cycles(network: Session, tmp_path: Path):
    take(network, tmp_path, "00000001,CS-101,2019-03-04,,,,", "00000001,CS-101,2017-03-04,,,,")
    take(network, tmp_path, "00000001,CS-101,2018-03-04,,,,", "00000001,CS-101,2020-03-04,,,,", OPEN)
    cycles = [row[2:5] for row in facts(network) if row[0] == "00000001"]
    assert cycles == [
        (1, True, date(2017, 3, 4)),
        (2, True, date(2018, 3, 4)),
        (3, True, date(2019, 3, 4)),
        (4, False, date(2020, 3, 4)),
    ]


def test_a_former_staff_number_finds_the_person(network: Session, tmp_path: Path):
    person = network.scalars(select(Person).where(Person.staff_no == "00000001")).one()
    network.add(StaffNumber(person_id=person.id, staff_no="00000777", issued_on=date(2010, 1, 1)))
    take(network, tmp_path, "00000777,CS-101,2012-03-04,,,,")
    assert facts(network)[0][0] == "00000001"


def test_rows_follow_the_version_in_force_on_their_day(network: Session, tmp_path: Path):
    course = network.scalars(select(Course).where(Course.code == "CS-101")).one()
    newer = CourseVersion(
        number=2, effective_on=date(2019, 1, 1), pass_progress_pct=80, pass_score=70, validity_months=0,
        renewal_window_days=0, recorded_at=NOW,
    )  # fmt: skip
    course.versions.append(newer)
    take(network, tmp_path, "00000001,CS-101,2018-12-31,,,,", "00000002,CS-101,2019-01-01,,,,")
    found = network.scalars(select(Enrollment).order_by(Enrollment.person_id)).all()
    assert [one.course_version.number for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("99999999,CS-101,2019-03-04,,,,", "staff_no", "unknown_person"),
        ("00000001,CS-999,2019-03-04,,,,", "course_code", "unknown_course"),
        ("00000001,CS-101,,,,,", "assigned_on", "missing"),
        ("00000001,CS-101,9999-12-31,,,,", "assigned_on", "missing"),
        ("00000001,CS-101,2019-02-30,,,,", "assigned_on", "bad_day"),
        ("00000001,CS-101,2019-03-04,soon,,,", "due_on", "bad_day"),
        ("00000001,CS-101,2019-03-04,,03/04/2019,,", "completed_on", "bad_day"),
        ("00000001,CS-101,2019-03-04,,,,0000-00-00", "voided_on", "bad_day"),
        ("00000001,CS-101,2019-03-04,,,nan,", "score", "score"),
        ("00000001,CS-101,2019-03-04,,,1e400,", "score", "score_range"),
        ("00000001,CS-101,2019-03-04,,,٥٠,", "score", "score"),
        ("00000001,CS-101,2019-03-04,,,100.01,", "score", "score_range"),
        ("00000001,CS-101,2019-03-04,,,-1,", "score", "score_range"),
        ("00000001,CS-101,2019-03-04,,,pass,", "score", "score"),
    ],
)
def test_a_bad_row_is_listed_and_the_rest_is_taken(network: Session, tmp_path: Path, row: str, column: str, code: str):
    done = take(network, tmp_path, row, OPEN)
    (refusal,) = done.refusals
    assert (refusal.line, refusal.column, refusal.code) == (2, column, code)
    assert ",".join(refusal.cells.values()) == row
    assert [found[0] for found in facts(network)] == ["00000002"]


def test_rows_that_say_the_same_count_once_and_contradictions_are_refused(network: Session, tmp_path: Path):
    contradiction = FULL.replace("85", "90")
    done = take(network, tmp_path, OPEN, OPEN, FULL, contradiction)
    assert (done.counts["added"], done.counts["repeated"], done.counts["refused"]) == (1, 1, 2)
    assert [(one.line, one.code) for one in done.refusals] == [(4, "conflict"), (5, "conflict")]


def test_a_thousand_rows_of_one_unknown_person_are_listed_and_the_rest_counted(network: Session, tmp_path: Path):
    start = date(2010, 1, 1)
    rows = [f"99999999,CS-101,{start + timedelta(days=number)},,,," for number in range(1_500)]
    done = take(network, tmp_path, *rows, "88888888,CS-101,2019-03-04,,,,")
    assert done.counts["refused"] == 1_501
    assert len(done.refusals) == 1_001
    assert done.refusals[-1].value == "88888888"
    assert sum(int(one.cells.get("times", 1)) for one in done.refusals) == 1_501


def test_a_missing_column_refuses_the_file(network: Session, tmp_path: Path):
    with pytest.raises(FileError, match="missing_columns"):
        take(network, tmp_path, "00000001,CS-101", header="staff_no,course_code")


def test_columns_may_be_absent_and_in_any_order(network: Session, tmp_path: Path):
    take(network, tmp_path, "2019-03-04,CS-101,what,00000001", header="assigned_on,course_code,remark,staff_no")
    assert facts(network)[0][4:] == (date(2019, 3, 4), None, None, None, None, None)


def test_a_crash_in_the_middle_leaves_nothing(
    runner: FlaskCliRunner, network: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = write_csv(tmp_path, "history.csv", HEADER, FULL, OPEN)
    merge = history.merge_staged

    def merge_and_crash(*arguments: Any, **named: Any) -> dict[str, int]:
        merge(*arguments, **named)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(history, "merge_staged", merge_and_crash)
    done = runner.invoke(args=["history", "import", str(file)])
    assert isinstance(done.exception, RuntimeError)
    network.rollback()
    assert [count(network, model) for model in (Enrollment, EnrollmentRevision, ImportRun, AuditEvent)] == [0, 0, 0, 0]
    monkeypatch.undo()
    assert "2 added" in runner.invoke(args=["history", "import", str(file)]).output


def test_the_first_import_leaves_all_keys_and_indexes_as_they_were(network: Session, tmp_path: Path):
    def guards() -> list[tuple[Any, ...]]:
        looked = inspect(network.connection())
        keys = [(key["name"], key["referred_table"]) for key in looked.get_foreign_keys("enrollment")]
        indexes = [(index["name"], *index["column_names"]) for index in looked.get_indexes("enrollment")]
        return sorted(map(repr, keys + indexes))

    before = guards()
    assert len(before) > 10
    take(network, tmp_path, FULL, OPEN)
    network.commit()
    assert guards() == before
    wrong = {"course_id": 1, "course_version_id": 1, "source": "IMPORT", "required": True}
    network.add(Enrollment(person_id=987654, assigned_on=date(2019, 1, 1), recorded_at=NOW, **wrong))
    with pytest.raises(IntegrityError):
        network.flush()


@pytest.mark.backend("postgresql")  # SQLite lets nobody else in while it writes
def test_the_first_import_waits_for_nobody_who_reads(network: Session, tmp_path: Path):
    with Session(network.get_bind()) as reader:
        assert reader.scalar(select(func.count()).select_from(Person)) == 2
        assert take(network, tmp_path, FULL, OPEN).counts["added"] == 2


@pytest.mark.backend("postgresql")  # SQLite knows no roles
def test_a_role_that_does_not_own_the_tables_imports_as_well(network: Session, tmp_path: Path):
    network.execute(text("CREATE ROLE keeps_facts"))
    network.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO keeps_facts"))
    network.execute(text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO keeps_facts"))
    network.execute(text("SET LOCAL ROLE keeps_facts"))
    assert take(network, tmp_path, FULL, OPEN).counts["added"] == 2
    network.rollback()  # and with it the role


def test_a_file_that_breaks_off_leaves_nothing(runner: FlaskCliRunner, network: Session, tmp_path: Path):
    whole = gzip.compress("\n".join([HEADER, FULL, OPEN]).encode())
    file = tmp_path / "history.csv.gz"
    file.write_bytes(whole[:-12])
    done = runner.invoke(args=["history", "import", str(file)])
    assert done.exit_code == 1
    assert "damaged" in done.output
    network.rollback()
    assert count(network, Enrollment) == 0


def test_the_command_says_what_it_did_and_lists_what_it_refused(
    runner: FlaskCliRunner, network: Session, tmp_path: Path
):
    file = write_csv(tmp_path, "history.csv", HEADER, FULL, "99999999,CS-101,2019-03-04,,,,")
    done = runner.invoke(args=["history", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert 'line 3, column staff_no: "99999999" – Nobody has or had this staff number' in done.output
    assert "1 rows refused, 1 of them listed in the import" in done.output
    assert "2 rows, 1 added, 0 changed, 0 unchanged, 0 repeated" in done.output
    network.rollback()
    assert network.scalars(select(RefusedRow.value)).all() == ["99999999"]


def test_progress_is_told_and_batches_are_small(network: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "BATCH", 2)
    told: list[tuple[int, int]] = []
    rows = [f"00000001,CS-101,2019-03-{day:02},,,," for day in range(1, 6)]
    with open_table(write_csv(tmp_path, "history.csv", HEADER, *rows), "history.csv") as table:
        history.import_history(
            network, table, run=add_run(network), scope=whole_network(NOW.date()), actor=actor_at(),
            progress=lambda read, percent: told.append((read, percent)),
        )  # fmt: skip
    assert [read for read, _ in told] == [2, 4, 5]
    assert told[-1][1] == 100
    assert len(facts(network)) == 5


dates = st.dates(date(2018, 1, 1), date(2019, 12, 31))
keys = st.tuples(st.sampled_from(["00000001", "00000002"]), st.sampled_from(["CS-101", "CS-304"]), dates)


@settings(max_examples=effort(12, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(keys, max_size=8), min_size=1, max_size=3), st.integers(0, 1000))
def test_the_order_of_rows_and_files_does_not_matter(
    network: Session, tmp_path: Path, files: list[set[tuple[str, str, date]]], seed: int
):
    chance = random.Random(seed)
    expected: dict[tuple[str, str], set[date]] = defaultdict(set)
    for keys_of_file in files:
        rows = [f"{staff_no},{code},{assigned_on},,,," for staff_no, code, assigned_on in keys_of_file]
        chance.shuffle(rows)
        take(network, tmp_path, *rows)
        for staff_no, code, assigned_on in keys_of_file:
            expected[staff_no, code].add(assigned_on)
    oracle = [
        (staff_no, code, cycle, cycle < len(assigned), on)
        for (staff_no, code), assigned in sorted(expected.items())
        for cycle, on in enumerate(sorted(assigned), start=1)
    ]
    assert [row[:5] for row in facts(network)] == oracle
    network.rollback()
