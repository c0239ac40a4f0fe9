"""What mystery visits look at: each item asks for the behavior of a check item, so that both stand in one thread."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.observations.models import Behavior, ItemSet, ItemSetItem, Standard, StandardItem
from lms.observations.queries_standards import service_items
from lms.observations.rules_standards import MYSTERY
from lms.observations.standards.queries_thread import get_behavior, list_wordings
from tests.observations.standards import ROWS, add_courses, take
from tests.support.network import small_cast
from tests.support.sign_in import sign_in

HEADER = "item_code,stage,channel,text_ko,text_en,checklist_twin,response_type,points,is_critical,effective_from"
SMILE = "MS-1,BEFORE,VISIT;CALL,웃으며 맞았다,Smiled,GREET,YN,4,1,2019-01-01"
HEARD = "MS-2,ON,CALL,말을 끊지 않았다,Did not interrupt,LISTEN,YN,3,0,2019-01-01"


@pytest.fixture(autouse=True)
def _standard(session: Session, runner: FlaskCliRunner, tmp_path: Path) -> None:
    add_courses(session)
    assert take(runner, tmp_path, *ROWS).exit_code == 0


def visits(runner: FlaskCliRunner, folder: Path, *rows: str, header: str = HEADER) -> Result:
    path = folder / "visits.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return runner.invoke(args=["standards", "import", "--mystery", str(path)])


def behavior_of(session: Session, code: str) -> Behavior:
    session.rollback()
    found = select(Behavior.public_id).join(StandardItem).where(StandardItem.code == code)
    return get_behavior(session, public_id=session.scalars(found).one())


def test_an_item_asks_for_its_twins_behavior(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    done = visits(runner, tmp_path, SMILE, HEARD)
    assert done.output.strip() == "2 rows, 1 new versions, 0 resorted, 0 refused"
    assert behavior_of(session, "MS-1").id == behavior_of(session, "GREET").id
    assert behavior_of(session, "MS-1").dimension_code == "D02"
    assert [(one.code, one.standard.code) for one in list_wordings(session, behavior_of(session, "GREET"))] == [
        ("GREET", "SERVICE"), ("MS-1", MYSTERY)
    ]  # fmt: skip
    asked = session.scalars(select(ItemSetItem).join(StandardItem).where(StandardItem.code == "MS-1")).one()
    assert (asked.method, asked.weight, asked.is_critical) == ("방문·전화", 4, True)


def test_the_service_standard_asks_what_it_asked(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    before = service_items(session, on=date(2019, 2, 1))
    visits(runner, tmp_path, SMILE, HEARD)
    session.rollback()
    assert service_items(session, on=date(2019, 2, 1)) == before
    assert take(runner, tmp_path, *ROWS).output.strip() == "3 rows, 0 new versions, 0 resorted, 0 refused"


def test_the_same_file_twice_changes_nothing(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    visits(runner, tmp_path, SMILE, HEARD)
    assert visits(runner, tmp_path, SMILE, HEARD).output.strip() == "2 rows, 0 new versions, 0 resorted, 0 refused"
    of_visits = select(func.count()).select_from(ItemSet).join(Standard).where(Standard.code == MYSTERY)
    assert session.scalar(of_visits) == 1
    assert session.scalar(select(func.count()).select_from(Behavior)) == 3


def test_a_wrong_link_is_corrected_and_told(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    visits(runner, tmp_path, SMILE)
    visits(runner, tmp_path, SMILE.replace("GREET", "BOARD"))
    assert behavior_of(session, "MS-1").id == behavior_of(session, "BOARD").id
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "standards.link")).one()
    assert told.detail["item"] == "MS-1"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (SMILE.replace("GREET", "NONE"), "checklist_twin"),
        (SMILE.replace("GREET", ""), "checklist_twin"),
        (SMILE.replace("VISIT;CALL", "LETTER"), "channel"),
        (SMILE.replace(",4,", ",40,"), "points"),
    ],
)
def test_a_refused_row_names_its_field_and_keeps_the_file_out(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, row: str, says: str
):
    done = visits(runner, tmp_path, row, HEARD)
    assert done.exit_code == 1
    assert says in done.output
    assert session.scalar(select(func.count()).select_from(Standard).where(Standard.code == MYSTERY)) == 0


def test_a_file_without_links_is_no_file_of_visits(runner: FlaskCliRunner, tmp_path: Path):
    done = visits(runner, tmp_path, "MS-1,BEFORE,x,2019-01-01", header="item_code,stage,text_ko,effective_from")
    assert done.exit_code != 0
    assert "checklist_twin" in done.output


def test_the_thread_shows_both(client: FlaskClient, runner: FlaskCliRunner, session: Session, tmp_path: Path):
    cast = small_cast(session)
    session.commit()
    visits(runner, tmp_path, SMILE)
    sign_in(client, cast.coordinator)
    page = client.get(f"/standard/behaviors/{behavior_of(session, 'GREET').public_id}").text
    assert page.index("1분 안에 인사한다") < page.index("웃으며 맞았다")
    assert "미스터리 방문 항목" in page
