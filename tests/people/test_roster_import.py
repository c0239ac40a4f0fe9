"""A roster at the command line: what it takes, what it refuses, and that nothing changes unasked."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.imports.models import ImportRun, RefusedRow
from lms.people.models import Leave, Person, Posting, StaffNumber
from lms.people.queries import covers, find_person_by_staff_no, scope_of
from lms.people.rules import whole_network
from tests.factories import noise
from tests.people.conftest import EVERYONE, HEADER, Roster, current_facts
from tests.support.network import Cast

TODAY = date(2019, 7, 1)
JOINER = ("00104", "<script>alert(1)</script>", "C102", "SA", "2019-06-17", "")


def person(session: Session, staff_no: str) -> Person:
    session.rollback()
    found = find_person_by_staff_no(session, scope=whole_network(TODAY), staff_no=staff_no)
    assert found is not None, staff_no
    return found


def posts(session: Session, staff_no: str) -> list[tuple[str, str, date, date | None]]:
    wanted = select(Posting).where(Posting.person_id == person(session, staff_no).id, Posting.superseded_at.is_(None))
    return [
        (post.center.code, post.role.code, post.starts_on, post.ends_on)
        for post in session.scalars(wanted.order_by(Posting.starts_on))
    ]


def test_a_full_roster_is_applied_in_every_kind_of_change(session: Session, cast: Cast, roster: Roster):
    rows = [list(row) for row in EVERYONE]
    rows[1][2] = "C102"  # moves
    rows[2][3] = "CC"  # other job
    rows[0][1] = "김하나 (개명)"
    del rows[3]  # leaves
    result = roster.hand_in([*rows, JOINER], "--allow-large")
    assert result.exit_code == 0, result.output
    for words in ("1 join", "1 move", "1 change job role", "1 leave", "1 corrected", "4 unchanged"):
        assert words in result.output
    assert posts(session, "00104") == [("C102", "SA", date(2019, 6, 17), None)]
    assert posts(session, "00102") == [("C101", "MT", date(2018, 1, 1), TODAY), ("C102", "MT", TODAY, None)]
    assert posts(session, "00201") == [("C201", "SA", date(2018, 1, 1), TODAY)]
    assert person(session, "00101").name == "김하나 (개명)"


def test_what_was_known_before_stays_in_the_records(session: Session, cast: Cast, roster: Roster):
    rows = [list(row) for row in EVERYONE]
    rows[1][2] = "C102"
    roster.apply(rows, "--allow-large")
    old = session.scalars(select(Posting).where(Posting.superseded_at.is_not(None))).one()
    assert (old.ends_on, old.person_id) == (None, person(session, "00102").id)


def test_a_dry_run_tells_all_and_changes_nothing(session: Session, cast: Cast, roster: Roster):
    before = current_facts(session)
    result = roster.hand_in([*EVERYONE[:-1], JOINER], "--dry-run")
    assert result.exit_code == 0
    assert "1 join" in result.output
    assert "1 leave" in result.output
    assert "--allow-large" in result.output
    assert current_facts(session) == before
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 0


def test_the_same_file_twice_changes_nothing(session: Session, cast: Cast, roster: Roster):
    rows = [*EVERYONE[:7], JOINER, ("00105", "남궁 슬기", "C201", "GD", "2019-06-01", "2019-09-01")]
    roster.apply(rows, "--allow-large")
    before = current_facts(session)
    superseded = session.scalar(select(func.count()).where(Posting.superseded_at.is_not(None)))
    result = roster.hand_in(rows)
    assert "nothing to change" in result.output
    assert current_facts(session) == before
    assert session.scalar(select(func.count()).where(Posting.superseded_at.is_not(None))) == superseded
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 1


def test_a_partial_roster_lets_nobody_leave(session: Session, cast: Cast, roster: Roster):
    result = roster.hand_in([JOINER], "--partial")
    assert result.exit_code == 0
    assert "leave" not in result.output.replace("leaves of absence", "")
    assert posts(session, "00201")[0][3] is None


def test_a_file_that_sends_too_many_away_stops_and_changes_nothing(session: Session, cast: Cast, roster: Roster):
    before = current_facts(session)
    result = roster.hand_in(EVERYONE[:3])
    assert result.exit_code == 1
    assert "More than 5 percent" in result.output
    assert current_facts(session) == before
    assert roster.hand_in(EVERYONE[:3], "--allow-large").exit_code == 0


def test_a_file_that_changes_too_many_stops(session: Session, cast: Cast, roster: Roster):
    rows = [[*row[:2], "C102", *row[3:]] for row in EVERYONE]
    result = roster.hand_in(rows)
    assert result.exit_code == 1
    assert "More than 10 percent" in result.output


def test_refused_rows_are_named_with_line_column_value_and_remedy(session: Session, cast: Cast, roster: Roster):
    rows = [
        *EVERYONE[:7],
        ("00904", "윤바다", "C999", "VW", "", ""),
        ("", "이름만", "C101", "SA", "", ""),
        ("00300", "가", "C101", "XX", "", ""),
        ("00301", "나", "C101", "MS", "", ""),
        ("00302", "다", "C101", "SA", "2019-13-01", ""),
        ("00303", "라", "C101", "SA", "2019-06-02", "2019-06-01"),
        ("00304", "마", "C101", "SA", "", ""),
        ("00304", "바", "C102", "SA", "", ""),
        ("00305", "사\n아", "C101", "SA", "", ""),
        ("0" * 41, "자", "C101", "SA", "", ""),
    ]
    result = roster.hand_in([*rows, JOINER])
    assert result.exit_code == 0, result.output
    told = result.output
    assert (
        'line 9, column center_code: "C999" – No such center; import the centers file first or correct the code' in told
    )
    assert 'line 10, column staff_no: "" – The cell is empty; fill it in' in told
    assert 'line 11, column role_code: "XX"' in told
    assert 'line 12, column role_code: "MS" – Mystery shoppers are not posted' in told
    assert 'line 13, column hired_on: "2019-13-01" – This is no date; write it as 2019-06-30' in told
    assert 'line 14, column left_on: "2019-06-01"' in told
    assert 'line 15, column staff_no: "00304"' in told
    assert 'line 16, column staff_no: "00304"' in told
    assert "line 17, column name" in told
    assert "line 18, column staff_no" in told or "line 19, column staff_no" in told
    assert posts(session, "00904")[0][3] is None, "a refused row must not make its person leave"
    assert posts(session, "00104"), "the other rows are taken"
    kept = session.scalars(select(RefusedRow).order_by(RefusedRow.id)).all()
    assert len(kept) == 10
    assert kept[0].cells["name"] == "윤바다"


def test_nobody_leaves_while_a_row_does_not_tell_whose_it_is(session: Session, cast: Cast, roster: Roster):
    result = roster.hand_in([*EVERYONE[:7], ("", "윤바다", "HQ", "VW", "", ""), JOINER])
    assert result.exit_code == 0
    assert "1 people absent from the file stay" in result.output
    assert posts(session, "00904")[0][3] is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_rosters_come_in_every_usual_encoding(session: Session, cast: Cast, roster: Roster, encoding: str):
    roster.apply([("00105", "똠 방각하", "C101", "SA", "", "")], "--partial", encoding=encoding)
    assert person(session, "00105").name == "똠 방각하"


def spreadsheet(path: Path, numbers: list[object]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER[:4])
        for at, number in enumerate(numbers, start=1):
            sheet.write_row(at, 0, [number, f"사람 {number}", "C101", "SA"])
    return path


def test_a_spreadsheet_that_made_staff_numbers_numbers_still_means_them(
    session: Session, cast: Cast, roster: Roster, tmp_path: Path
):
    roster.apply(spreadsheet(tmp_path / "a.xlsx", [101, 777]), "--partial", "--allow-large")
    assert person(session, "00101").name == "사람 101", "every number known has 5 digits"
    assert person(session, "00777").name == "사람 777"


def test_lost_zeros_are_refused_when_nobody_knows_how_many(
    session: Session, cast: Cast, roster: Roster, tmp_path: Path
):
    noise(session)  # its numbers have other lengths
    session.commit()
    path = spreadsheet(tmp_path / "a.xlsx", [101, 777])
    result = roster.hand_in(path, "--partial")
    assert result.output.count("Leading zeros of the staff number may be lost") == 2
    assert person(session, "00101").name == "김하나"
    roster.apply(path, "--partial", "--staff-width", "5", "--allow-large")
    assert person(session, "00101").name == "사람 101"


def test_a_rehire_keeps_the_person_and_adds_a_number(session: Session, cast: Cast, roster: Roster):
    header = (*HEADER[:4], "hired_on", "left_on", "previous_staff_no")
    roster.apply([("00102", "이두리", "C101", "MT", "", "2019-02-01", "")], "--partial", "--allow-large", header=header)
    roster.apply([("70001", "이두리", "C102", "MT", "2019-06-03", "", "00102")], "--partial", header=header)
    assert person(session, "70001").id == person(session, "00102").id == cast.colleague.id
    assert person(session, "70001").staff_no == "70001"
    assert "00102" in person(session, "70001").search_text
    assert posts(session, "70001") == [
        ("C101", "MT", date(2018, 1, 1), date(2019, 2, 1)),
        ("C102", "MT", date(2019, 6, 3), None),
    ]
    again = roster.hand_in([("70001", "이두리", "C102", "MT", "2019-06-03", "", "00102")], "--partial", header=header)
    assert "nothing to change" in again.output
    assert (
        session.scalar(select(func.count()).select_from(StaffNumber).where(StaffNumber.person_id == cast.colleague.id))
        == 2
    )


def test_a_wrong_former_number_is_refused(session: Session, cast: Cast, roster: Roster):
    header = (*HEADER[:4], "previous_staff_no")
    rows = [("70001", "가", "C101", "SA", "99999"), ("00102", "이두리", "C101", "MT", "00101")]
    told = roster.hand_in(rows, "--partial", header=header).output
    assert 'line 2, column previous_staff_no: "99999" – Nobody has this former staff number' in told
    assert 'line 3, column previous_staff_no: "00101" – The former staff number and the new one belong' in told


def test_a_leave_comes_with_the_roster_by_its_dates(session: Session, cast: Cast, roster: Roster):
    header = (*HEADER[:4], "leave_from", "leave_to")
    roster.apply([("00101", "김하나", "C101", "SA", "2019-08-01", "")], "--partial", header=header)
    roster.apply([("00101", "김하나", "C101", "SA", "2019-08-01", "2019-09-01")], "--partial", header=header)
    current = session.scalars(select(Leave).where(Leave.superseded_at.is_(None))).one()
    assert (current.starts_on, current.ends_on) == (date(2019, 8, 1), date(2019, 9, 1))


def test_who_moves_or_leaves_loses_their_duties_the_same_day(session: Session, cast: Cast, roster: Roster):
    moved = roster.hand_in([("00103", "박세나", "C102", "RC", "", "")], "--partial", "--allow-large")
    assert "1 duties ended" in moved.output
    session.rollback()
    before = scope_of(session, person_id=cast.coordinator.id, on=date(2019, 6, 30), names="purpose")
    after = scope_of(session, person_id=cast.coordinator.id, on=TODAY, names="purpose")
    assert before.center_ids == {cast.center.id}
    assert not after.sees_others


def test_every_change_is_on_the_trail(session: Session, cast: Cast, roster: Roster):
    roster.apply([*EVERYONE, JOINER])
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.apply")).one()
    assert event.actor.startswith("cli:")
    assert event.detail["counts"]["joiners"] == 1


def test_nobody_else_is_touched(session: Session, cast: Cast, roster: Roster):
    others = [one.id for one in noise(session)]
    session.commit()
    roster.apply([JOINER], "--partial")
    wanted = select(func.count()).where(Posting.person_id.in_(others), Posting.superseded_at.is_not(None))
    assert session.scalar(wanted) == 0
    assert session.scalar(select(func.count()).where(covers(Posting, TODAY), Posting.person_id.in_(others))) == len(
        others
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"staff_no,name\n1,a\n", "Columns are missing: center_code, role_code"),
        (b"\xff\xfea\x00,\x00", "saved as UTF-16"),
        (b"", "no header line"),
    ],
)
@pytest.mark.backend("sqlite")  # refused before the database is asked
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(
    roster: Roster, tmp_path: Path, content: bytes, sentence: str
):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = roster.hand_in(path)
    assert result.exit_code == 1
    assert sentence in result.output


@pytest.mark.backend("sqlite")  # what was typed is read before the database is asked
def test_bad_arguments_give_a_clear_message(roster: Roster, tmp_path: Path):
    missing = roster.runner.invoke(args=["roster", "import", str(tmp_path / "none.csv")])
    assert (missing.exit_code, "does not exist" in missing.output) == (2, True)
    path = roster.file(EVERYONE)
    wrong = roster.runner.invoke(args=["roster", "import", str(path), "--effective", "1.7.2019"])
    assert (wrong.exit_code, "write it as 2019-06-30" in wrong.output) == (2, True)


def test_the_template_can_be_handed_in(session: Session, cast: Cast, roster: Roster, tmp_path: Path):
    path = tmp_path / "template.csv"
    path.write_text(roster.runner.invoke(args=["roster", "template"]).output)
    result = roster.hand_in(path, "--partial", "--dry-run")
    assert result.exit_code == 0
    assert "No such center" in result.output, "the examples name centers of another network"
