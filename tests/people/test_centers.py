"""Centers with their areas and regions: both kinds of header, twice-nothing, and centers that move."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.people.models import OrgPlacement, OrgUnit
from lms.people.queries import is_open, placement_on
from lms.people.rules import UnitKind

HandIn = Callable[..., Result]
HEADER = "center_code,name_ko,region_code,region_ko,area_code,area_ko,opened_on,closed_on\n"
TWO = HEADER + "C1,강남,R1,서울권,A1,서울 1지역,2010-03-01,\nC2,해운대,R2,영남권,A2,부산,,\n"


@pytest.fixture
def hand_in(runner: FlaskCliRunner, tmp_path: Path) -> HandIn:
    """Give a function that imports a centers file from its text."""

    def run(text: str, on: str = "2019-07-01") -> Result:
        path = tmp_path / "centers.csv"
        path.write_text(text)
        return runner.invoke(args=["centers", "import", str(path), "--effective", on])

    return run


def places(session: Session, on: date) -> dict[str, tuple[str | None, str | None]]:
    session.rollback()
    codes = {row[0]: row[1] for row in session.execute(select(OrgUnit.id, OrgUnit.code))}
    rows = session.execute(select(placement_on(on)))
    return {codes[row.center_id]: (codes.get(row.area_id), codes.get(row.region_id)) for row in rows}


def count(session: Session, model: type[OrgUnit | OrgPlacement]) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_centers_stand_in_areas_and_regions_for_as_long_as_they_are_open(session: Session, hand_in: HandIn):
    result = hand_in(TWO)
    assert result.exit_code == 0, result.output
    assert "2 centers added" in result.output
    assert places(session, date(2019, 7, 1)) == {"HQ": (None, None), "C1": ("A1", "R1"), "C2": ("A2", "R2")}
    assert places(session, date(2009, 1, 1))["C1"] == (None, None), "not opened yet"
    assert places(session, date(2009, 1, 1))["C2"] == ("A2", "R2"), "open as long as anyone knows"


def test_the_same_file_twice_changes_nothing(session: Session, hand_in: HandIn):
    hand_in(TWO)
    before = (count(session, OrgUnit), count(session, OrgPlacement))
    assert "nothing to change" in hand_in(TWO).output
    assert (count(session, OrgUnit), count(session, OrgPlacement)) == before


def test_a_center_moves_to_another_area_from_a_day_on(session: Session, hand_in: HandIn):
    hand_in(TWO)
    result = hand_in(TWO.replace("C1,강남,R1,서울권,A1,서울 1지역", "C1,강남,R1,서울권,A7,서울 7지역"), on="2019-08-01")
    assert "1 moved" in result.output
    assert places(session, date(2019, 7, 31))["C1"] == ("A1", "R1")
    assert places(session, date(2019, 8, 1))["C1"] == ("A7", "R1")
    assert session.scalar(select(func.count()).where(OrgPlacement.superseded_at.is_not(None))) == 1


def test_an_area_moves_to_another_region(session: Session, hand_in: HandIn):
    hand_in(TWO)
    hand_in(TWO.replace("C2,해운대,R2,영남권", "C2,해운대,R1,서울권"), on="2019-08-01")
    assert places(session, date(2019, 8, 1))["C2"] == ("A2", "R1")
    assert places(session, date(2019, 7, 1))["C2"] == ("A2", "R2")


def test_a_closing_is_recorded_without_forgetting_what_was_known(session: Session, hand_in: HandIn):
    hand_in(TWO)
    hand_in(TWO.replace("2010-03-01,", "2010-03-01,2019-09-01"))
    session.rollback()
    open_on = lambda on: set(session.scalars(select(OrgUnit.code).where(is_open(on), OrgUnit.kind == UnitKind.CENTER)))  # noqa: E731
    assert "C1" in open_on(date(2019, 8, 31))
    assert "C1" not in open_on(date(2019, 9, 1))
    assert places(session, date(2019, 9, 1))["C1"] == (None, None)
    old = session.scalars(select(OrgPlacement).where(OrgPlacement.superseded_at.is_not(None))).one()
    assert old.ends_on is None


def test_the_plain_header_takes_names_as_codes_and_one_area_for_each_region(session: Session, hand_in: HandIn):
    result = hand_in("name,region\n강남,서울권\n서초,서울권\n")
    assert result.exit_code == 0, result.output
    found = places(session, date(2019, 7, 1))
    assert found["강남"] == found["서초"] == ("서울권", "서울권")


def test_names_are_corrected_and_columns_left_out_stay(session: Session, hand_in: HandIn):
    hand_in(TWO)
    assert "1 centers changed" in hand_in("center_code,name,region_code,area_code\nC1,강남본점,R1,A1\n").output
    session.rollback()
    unit = session.scalars(select(OrgUnit).where(OrgUnit.code == "C1")).one()
    assert (unit.name_ko, unit.opened_on) == ("강남본점", date(2010, 3, 1))


def test_contradicting_rows_are_refused_by_name(session: Session, hand_in: HandIn):
    told = hand_in(
        TWO
        + "C1,강남,R1,,A1,,,\n"
        + "C3,송파,R2,,A1,,,\n"
        + "C4,,R1,,A1,,,\n"
        + "C5,강북,,,,,,\n"
        + "C6,노원,R1,,A1,,2019-01-01,2018-01-01\n"
        + "C7,도봉,R1,,A1,,yesterday,\n"
    ).output
    assert 'line 4, column center_code: "C1" – The file has this more than once' in told
    assert 'line 5, column area_code: "A1" – The file puts this area under two regions' in told
    assert 'line 6, column name_ko: ""' in told
    assert "line 7, column region" in told
    assert 'line 8, column closed_on: "2018-01-01" – The center closes before it opens' in told
    assert 'line 9, column opened_on: "yesterday" – This is no date' in told
    assert {"C1", "C2"} == set(places(session, date(2019, 7, 1))) - {"HQ"}


def test_the_reference_network_comes_in_whole(session: Session, hand_in: HandIn, shared_dir: Path):
    text = (shared_dir / "domain" / "reference" / "centers.csv").read_text()
    assert "430 centers added" in hand_in(text).output
    assert "nothing to change" in hand_in(text).output
    kinds = {row[0]: row[1] for row in session.execute(select(OrgUnit.kind, func.count()).group_by(OrgUnit.kind))}
    assert (kinds["REGION"], kinds["AREA"], kinds["CENTER"]) == (5, 24, 431)
    day = date(2019, 6, 30)
    is_placed = {code for code, place in places(session, day).items() if all(place)}
    open_ones = set(session.scalars(select(OrgUnit.code).where(OrgUnit.kind == UnitKind.CENTER, is_open(day))))
    assert is_placed == open_ones - {"HQ"}
