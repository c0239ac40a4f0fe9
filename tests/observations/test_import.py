"""An operator takes a history of visits over: every good visit whole, named errors, twice changes nothing."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.imports.models import ImportRun, RefusedRow
from lms.observations.models import Behavior, ItemSet, ItemSetItem, Observation, ObservationResult, StandardItem
from lms.people.models import OrgUnit
from tests.observations.files import FINDINGS, ITEMS, VISITS, report, rows_of, take, taken, write


def facts(session: Session) -> dict[str, tuple[Any, ...]]:
    """Return what stands of each visit, by its id."""
    session.rollback()
    cited = {
        reference: sorted(codes.split())
        for reference, codes in session.execute(
            select(Observation.reference, func.aggregate_strings(StandardItem.code, " "))
            .join(ObservationResult, ObservationResult.observation_id == Observation.id)
            .join(StandardItem, StandardItem.id == ObservationResult.item_id)
            .where(Observation.superseded_at.is_(None))
            .group_by(Observation.reference)
        )
    }
    rows = session.execute(
        select(Observation, OrgUnit.code)
        .join(OrgUnit, OrgUnit.id == Observation.center_id)
        .where(Observation.superseded_at.is_(None))
    )
    return {
        str(one.reference): (
            code, one.observed_on.isoformat(), one.kind, one.points, one.items_met, cited.get(one.reference, []),
        )
        for one, code in rows
    }  # fmt: skip


def count(session: Session, model: type[Any]) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def refused(session: Session, file_name: str) -> list[tuple[int, str, str, str]]:
    session.rollback()
    rows = session.scalars(
        select(RefusedRow)
        .join(ImportRun, ImportRun.id == RefusedRow.import_id)
        .where(ImportRun.file_name == file_name)
        .order_by(RefusedRow.line)
    )
    return [(row.line, row.column, row.value, row.code) for row in rows]


def test_visits_stand_as_the_files_tell_them(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, write(tmp_path))
    assert facts(session) == {
        "V1": ("C1", "2019-01-10", "FIRST", 70, 1, ["GREET", "TIDY"]),
        "V2": ("C1", "2019-02-10", "FIRST", 85, 2, ["TIDY"]),
        "V3": ("C2", "2019-02-11", "FIRST", 100, 3, []),
        "V4": ("C3", "2019-02-12", "FIRST", 60, 2, ["GREET"]),
        "V5": ("C1", "2019-01-20", "RECHECK", 95, 2, ["TIDY"]),
    }
    one = session.scalars(select(Observation)).first()
    assert one is not None
    assert (one.occasion, one.observer_kind, one.items_applicable, one.points_possible) == (
        "INSPECTION", "INSPECTOR", 3, 100,
    )  # fmt: skip
    assert count(session, Behavior) == 3
    words = select(StandardItem.code, ItemSetItem.text_ko, ItemSetItem.is_critical).join(ItemSetItem)
    assert session.execute(words.order_by(ItemSetItem.place)).all() == [
        ("GREET", "1분 안에 인사한다", True),
        ("TIDY", "접수대가 정돈되어 있다", False),
        ("CALL", "", False),
    ]


def test_the_same_files_twice_change_nothing(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    options = write(tmp_path)
    taken(runner, options)
    before = facts(session), [count(session, model) for model in (Observation, ObservationResult, ItemSet, OrgUnit)]
    trail = count(session, AuditEvent)
    said = taken(runner, options)
    assert "visits: 5 rows, 5 unchanged\nfindings: 5 rows\n" in said
    assert before == (
        facts(session), [count(session, model) for model in (Observation, ObservationResult, ItemSet, OrgUnit)],
    )  # fmt: skip
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id).offset(trail)).all()
    assert set(actions) == {"import.upload", "import.apply"}


def test_a_visit_told_otherwise_supersedes_and_the_former_is_kept(
    runner: FlaskCliRunner, session: Session, tmp_path: Path
):
    taken(runner, write(tmp_path))
    visits = tuple(line.replace("V3,C2,2019-02-11,FIRST,100", "V3,C2,2019-02-11,FIRST,90") for line in VISITS)
    findings = (*FINDINGS[:1], "V1,CALL", *FINDINGS[2:], "V3,TIDY")
    assert "visits: 5 rows, 2 changed, 3 unchanged" in taken(runner, write(tmp_path, visits=visits, findings=findings))
    stands = facts(session)
    assert stands["V1"][4:] == (1, ["CALL", "TIDY"])
    assert stands["V3"] == ("C2", "2019-02-11", "FIRST", 90, 2, ["TIDY"])
    assert len(stands) == 5
    former = session.scalars(select(Observation).where(Observation.superseded_at.is_not(None))).all()
    assert sorted((one.reference, one.points, one.items_met) for one in former) == [("V1", 70, 1), ("V3", 100, 3)]


def test_other_words_make_a_version_and_old_visits_stay_tied_to_theirs(
    runner: FlaskCliRunner, session: Session, tmp_path: Path
):
    taken(runner, write(tmp_path))
    items = (*ITEMS[:2], "TIDY,1,접수대와 상담석이 정돈되어 있다", *ITEMS[3:], "BYE,0,배웅한다")
    taken(runner, write(tmp_path, items=items, visits=(*VISITS, "V6,C2,2019-03-01,FIRST,90")))
    session.rollback()
    columns = (Observation.reference, ItemSet.number, Observation.items_applicable)
    tied = session.execute(select(*columns).join(ItemSet))
    assert {row.reference: (row.number, row.items_applicable) for row in tied} == {
        **{f"V{number}": (1, 3) for number in range(1, 6)},
        "V6": (2, 4),
    }
    assert count(session, Behavior) == 4
    assert rows_of(report(runner, "item"))[-1] == {"item_code": "TIDY", "visits_cited": "3"}


FAULTS = {
    "V9,C1,2019-01-10,FIRST,101": ("points", "101", "bad_points"),
    "V9,C1,2019-01-10,FIRST,8.5": ("points", "8.5", "bad_points"),
    "V9,C1,2019-02-30,FIRST,80": ("visited_on", "2019-02-30", "bad_day"),
    "V9,C1,,FIRST,80": ("visited_on", "", "missing"),
    "V9,C1,2199-01-01,FIRST,80": ("visited_on", "2199-01-01", "future_day"),
    "V9,C1,2019-01-10,SECOND,80": ("kind", "SECOND", "bad_kind"),
    "V9,C9,2019-01-10,FIRST,80": ("center_code", "C9", "unknown_center"),
    ",C1,2019-01-10,FIRST,80": ("visit_id", "", "missing"),
    f"{'V' * 61},C1,2019-01-10,FIRST,80": ("visit_id", "V" * 61, "too_long"),
    "V9,C1,2019-01-10,FIRST,80,more": ("", "", "too_many_cells"),
    "V1,C1,2019-01-11,FIRST,70": ("visit_id", "V1", "visit_conflict"),
}


@pytest.mark.parametrize("line", FAULTS, ids=lambda line: FAULTS[line][2] + " " + FAULTS[line][1][:10])
def test_a_visit_that_cannot_be_taken_is_named_by_line_and_field(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, line: str
):
    done = take(runner, write(tmp_path, visits=(*VISITS, line)))
    assert done.exit_code == 0
    assert (7, *FAULTS[line]) in refused(session, "visits.csv")
    assert f"{tmp_path / 'visits.csv'}:\n" in done.stderr
    assert "line 7" in done.stderr
    assert {"V2", "V3", "V4", "V5"} <= set(facts(session)), "good visits are taken all the same"


def test_a_visit_is_taken_whole_or_not_at_all(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    findings = (*FINDINGS, "V2,GREAT", "V7,TIDY", ",TIDY", "V3,")
    done = take(runner, write(tmp_path, findings=findings))
    assert done.exit_code == 0
    assert set(facts(session)) == {"V1", "V4", "V5"}
    assert refused(session, "findings.csv") == [
        (4, "visit_id", "V2", "visit_not_taken"),
        (7, "item_code", "GREAT", "unknown_item"),
        (8, "visit_id", "V7", "visit_not_taken"),
        (9, "visit_id", "", "missing"),
        (10, "item_code", "", "missing"),
    ]
    assert [row[2:] for row in refused(session, "visits.csv")] == [("V2", "finding_refused"), ("V3", "finding_refused")]
    assert 'line 7, column item_code: "GREAT" – No such item; add it to the items file' in done.stderr
    # Corrected, the same files bring what was missing.
    assert "2 added, 3 unchanged" in taken(runner, write(tmp_path))


def test_an_items_file_with_a_fault_stops_everything(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    done = take(runner, write(tmp_path, items=(*ITEMS, "TIDY,0,again", "BYE,yes,배웅한다")))
    assert done.exit_code == 1
    assert 'line 5, column item_code: "TIDY" – The file has this more than once' in done.stderr
    assert 'line 6, column is_critical: "yes" – This is neither 0 nor 1' in done.stderr
    assert count(session, Observation) == 0
    assert session.scalars(select(OrgUnit.code).where(OrgUnit.code == "C1")).all() == []


def test_missing_columns_and_broken_files_change_nothing(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    done = take(runner, write(tmp_path, findings=("visit_id,item", "V1,GREET")))
    assert done.exit_code == 1
    assert "item_code" in done.output
    assert count(session, Observation) == 0


def test_repeated_rows_count_once_and_order_does_not_matter(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, write(tmp_path))
    before = facts(session)
    visits = (VISITS[0], *reversed(VISITS[1:]), VISITS[3])
    findings = (FINDINGS[0], *reversed(FINDINGS[1:]), FINDINGS[2])
    said = taken(runner, write(tmp_path, visits=visits, findings=findings))
    assert "visits: 6 rows, 5 unchanged, 1 repeated\nfindings: 6 rows, 1 repeated" in said
    assert facts(session) == before


def test_gzipped_files_and_strange_ids_come_in(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    strange = "a\\b'\"c 방문"
    visits = (*VISITS, '"' + strange.replace('"', '""') + '",C2,2019-03-01,FIRST,')
    options = write(tmp_path, visits=visits, centers=("center_code,name,region", "C1,JOE\x1aS,R", "C2,b,R", "C3,c,R"))
    zipped = tmp_path / "visits.gz"
    zipped.write_bytes(gzip.compress((tmp_path / "visits.csv").read_bytes()))
    taken(runner, [text if text != str(tmp_path / "visits.csv") else str(zipped) for text in options])
    assert facts(session)[strange] == ("C2", "2019-03-01", "FIRST", None, 3, [])
    # A letter that an earlier system could not write is shown as such, and is no reason to lose a center.
    assert session.scalars(select(OrgUnit.name_ko).where(OrgUnit.code == "C1")).one() == "JOE\ufffdS"
