"""An operator takes the service standard in: whole or not at all, named errors, twice changes nothing."""

from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course
from lms.observations.models import Behavior, ItemSet, Standard, StandardItem
from lms.observations.queries_standards import service_items
from lms.observations.rules_standards import Stage
from lms.people.models import JobRole
from tests.observations.standards import BOARD, GREET, LISTEN, ROWS, add_courses, take

FIRST = date(2019, 1, 1)


@pytest.fixture(autouse=True)
def _courses(session: Session) -> None:
    add_courses(session)


def codes(session: Session, on: date = FIRST, **which: int) -> list[str]:
    session.rollback()
    return [item.code for item in service_items(session, on=on, **which)]


def taken(runner: FlaskCliRunner, folder: Path, *rows: str) -> str:
    done = take(runner, folder, *rows)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def id_of(session: Session, model: type[Course] | type[JobRole], code: str) -> int:
    return session.scalars(select(model.id).where(model.code == code)).one()


def test_items_are_asked_as_the_file_says(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    assert taken(runner, tmp_path, *ROWS) == "3 rows, 1 new versions, 0 resorted, 0 refused"
    greet, listen, board = service_items(session, on=FIRST)
    assert (greet.code, greet.text_ko, greet.text_en) == ("GREET", "1분 안에 인사한다", "Greets within a minute")
    assert (greet.stage, greet.dimension_code, greet.i_care) == (Stage.BEFORE, "D02", "C")
    assert (greet.is_critical, greet.weight, greet.method, greet.evidence_ko) == (True, 2, "관찰", "")
    assert (listen.response_type, listen.i_care, listen.na_allowed) == ("SCALE4", "CA", False)
    assert (board.text_en, board.evidence_ko, board.na_allowed) == ("가격표가 최신본이다", "사진", True)
    assert len({greet.item_set_id, listen.item_set_id, board.item_set_id}) == 1


def test_items_are_found_by_day_course_and_role(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, *ROWS)
    assert codes(session, date(2018, 12, 31)) == []
    assert codes(session) == ["GREET", "LISTEN", "BOARD"]
    assert codes(session, course_id=id_of(session, Course, "CS-101")) == ["GREET", "LISTEN"]
    assert codes(session, course_id=id_of(session, Course, "CS-104")) == ["LISTEN"]
    assert codes(session, course_id=id_of(session, Course, "CS-900")) == []
    # An item that names no role is everyone's.
    assert codes(session, role_id=id_of(session, JobRole, "RC")) == ["GREET", "BOARD"]
    assert codes(session, role_id=id_of(session, JobRole, "MT")) == ["BOARD"]


def test_the_same_file_twice_changes_nothing(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, *ROWS)
    assert taken(runner, tmp_path, *ROWS) == "3 rows, 0 new versions, 0 resorted, 0 refused"
    told = select(func.count()).where(AuditEvent.action == "standards.add_version")
    assert session.scalar(told) == 1
    assert session.scalar(select(func.count()).select_from(ItemSet)) == 1
    assert session.scalar(select(func.count()).select_from(Behavior)) == 3


def test_other_words_make_a_version_and_leave_the_first(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, *ROWS)
    sooner = GREET.replace("1분", "30초").replace("2019-01-01", "2019-06-01")
    assert taken(runner, tmp_path, sooner, LISTEN) == "2 rows, 1 new versions, 0 resorted, 0 refused"
    assert codes(session, date(2019, 5, 31)) == ["GREET", "LISTEN", "BOARD"]
    assert codes(session, date(2019, 6, 1)) == ["GREET", "LISTEN"]
    before, after = (service_items(session, on=on)[0] for on in (FIRST, date(2019, 6, 1)))
    assert (before.text_ko, after.text_ko) == ("1분 안에 인사한다", "30초 안에 인사한다")
    assert before.item_id == after.item_id
    # The first file again is what version 1 says already.
    assert "0 new versions" in taken(runner, tmp_path, *ROWS)


def test_sorting_anew_makes_no_version(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, *ROWS)
    rest = (LISTEN, BOARD)
    assert "0 new versions, 1 resorted" in taken(
        runner, tmp_path, GREET.replace("D02", "D06").replace("SA;RC", "SA"), *rest
    )
    assert service_items(session, on=FIRST)[0].dimension_code == "D06"
    assert codes(session, role_id=id_of(session, JobRole, "RC")) == ["BOARD"]
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "standards.sort")).one()
    assert line.detail["before"]["dimension_code"] == "D02"


def test_an_item_that_has_ended_is_not_asked(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, GREET.replace("2019-01-01", "2019-03-01"), LISTEN + "2019-03-01", BOARD + "2019-03-02")
    assert codes(session, date(2019, 3, 1)) == ["GREET", "BOARD"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("GREET,", "인사,", 'line 3, column item_code: "인사" – This is no item code; use 1 to 40 letters'),
        ("BEFORE", "DURING", 'line 3, column stage: "DURING" – No such stage; write BEFORE, ON or AFTER'),
        ("BEFORE", "", 'line 3, column stage: "" – The cell is empty; fill it in'),
        ("D02", "D12", 'line 3, column dimension_code: "D12" – No such dimension; write D01 to D11'),
        ("1분 안에 인사한다", "", 'line 3, column text_ko: "" – The cell is empty; fill it in'),
        ("minute,C,", "minute,I,", 'line 3, column i_care: "I" – These are no I CARE letters; use C, A, R and E'),
        ("CS-101", "CS-999", 'line 3, column course_code: "CS-999" – No such course; correct the code'),
        ("SA;RC", "SA;QQ", 'line 3, column target_roles: "QQ" – No such job role; use codes'),
        ("YN", "NY", 'line 3, column response_type: "NY" – No such way to answer an item; write YN'),
        (",1,2,", ",2,2,", 'line 3, column is_critical: "2" – This is neither 0 nor 1; write 1'),
        (",1,2,", ",1,0,", 'line 3, column weight: "0" – This is no weight; write a whole number from 1 to 9'),
        ("2019-01-01", "2019-13-01", 'line 3, column effective_from: "2019-13-01" – This is no date; write it as'),
        ("2019-01-01,", "2019-01-01,2018-12-31", 'line 3, column effective_to: "2018-12-31" – The item ends before'),
        ("GREET,", "LISTEN,", 'line 3, column item_code: "LISTEN" – The file has this more than once; keep only'),
    ],
)
def test_one_bad_row_keeps_all_out_and_says_why(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, old: str, new: str, said: str
):
    done = take(runner, tmp_path, LISTEN, GREET.replace(old, new, 1), BOARD)
    assert done.exit_code == 1
    assert said in done.output
    assert "3 rows, 0 new versions, 0 resorted, 1 refused" in done.output
    assert codes(session) == []
    assert session.scalar(select(func.count()).select_from(Standard)) == 0


def test_a_version_from_before_the_latest_is_refused(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    taken(runner, tmp_path, *ROWS)
    done = take(runner, tmp_path, GREET.replace("2019-01-01", "2018-12-31"))
    assert done.exit_code == 1
    assert "The latest version holds from 2019-01-01. Correct effective_from in the file" in done.output
    assert codes(session) == ["GREET", "LISTEN", "BOARD"]
    assert session.scalar(select(func.count()).select_from(StandardItem)) == 3
