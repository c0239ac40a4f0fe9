"""Everyone reads the standard and says so; the training admin changes it; coordinators see who has not read it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.observations.models import Behavior, ItemSet, StandardItem, StandardReading
from lms.observations.queries_standards import service_items
from lms.people.models import Person
from tests.observations.standards import ROWS, add_courses, take
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import Statements

FIRST = date(2019, 1, 1)
CHANGED = {"effective_from": "2019-06-01", "text_ko": "30초 안에 인사한다", "stage": "BEFORE", "response_type": "YN",
           "weight": "2", "dimension_code": "D02", "i_care": "C", "courses": "CS-101", "roles": ["SA", "RC"],
           "is_critical": "y", "method": "관찰", "text_en": "Greets within a minute"}  # fmt: skip


@pytest.fixture
def cast(session: Session, runner: FlaskCliRunner, tmp_path: Path) -> Cast:
    """Give the fixed cast with a standard of three items."""
    people = small_cast(session)
    add_courses(session)
    done = take(runner, tmp_path, *ROWS)
    assert done.exit_code == 0, done.output
    session.rollback()
    return people


def read(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1]).split())


@pytest.fixture
def look(client: FlaskClient) -> Callable[[Person, str], str]:
    def open_page(person: Person, path: str) -> str:
        sign_in(client, person)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return read(answer)

    return open_page


Look = Callable[[Person, str], str]
Count = Callable[[], AbstractContextManager[Statements]]


def send(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(client, "/standard"), **form})


def version(session: Session) -> str:
    session.rollback()
    return session.scalars(select(ItemSet.public_id).order_by(ItemSet.number.desc())).first() or ""


def behavior(session: Session, code: str) -> str:
    session.rollback()
    return session.scalars(select(Behavior.public_id).join(StandardItem).where(StandardItem.code == code)).one()


def texts(session: Session, on: date) -> list[str]:
    session.rollback()
    return [item.text_ko for item in service_items(session, on=on)]


def test_everyone_finds_items_by_stage_dimension_letter_role_and_word(look: Look, cast: Cast):
    found = {
        "": {"GREET", "LISTEN", "BOARD"},
        "?stage=BEFORE": {"GREET"},
        "?dimension=D05": {"LISTEN"},
        "?letter=C": {"GREET", "LISTEN"},
        "?letter=C&stage=ON": {"LISTEN"},
        "?role=RC": {"GREET", "BOARD"},
        "?q=가격표": {"BOARD"},
        "?q=lets+finish": {"LISTEN"},
        "?q=%25": set(),
    }
    for query, codes in found.items():
        page = look(cast.employee, f"/standard{query}")
        assert {code for code in ("GREET", "LISTEN", "BOARD") if code in page} == codes, query
        assert f"{len(codes)}건" in page


@pytest.mark.parametrize("query", ["stage=DURING", "dimension=D12", "letter=X", "version=none", "q=" + "x" * 101])
def test_a_filter_that_is_none_is_named(client: FlaskClient, cast: Cast, query: str):
    sign_in(client, cast.employee)
    answer = client.get(f"/standard?{query}")
    assert answer.status_code == 400
    assert f'href="#filter-{query.split("=", maxsplit=1)[0]}"' in answer.text


def test_a_page_of_the_standard_asks_little(client: FlaskClient, cast: Cast, query_count: Count):
    sign_in(client, cast.employee)
    client.get("/standard")
    with query_count() as seen:
        client.get("/standard")
    assert seen.total <= 14


def test_reading_is_kept_once_for_each_person_and_version(
    client: FlaskClient, session: Session, look: Look, cast: Cast
):
    assert "읽고 확인했습니다" in look(cast.employee, "/standard")
    address = f"/standard/versions/{version(session)}/reading"
    for _ in range(2):
        assert send(client, address).status_code == 303
    session.rollback()
    (kept,) = session.scalars(select(StandardReading)).all()
    assert kept.person_id == cast.employee.id
    assert session.scalar(select(func.count()).where(AuditEvent.action == "standards.read")) == 1
    page = look(cast.employee, "/standard")
    assert "이 버전을 읽고 확인했습니다" in page
    assert "스탠더드를 읽고 확인해 주십시오" not in page
    assert "스탠더드를 읽고 확인해 주십시오" in look(cast.colleague, "/standard")


def test_the_coordinator_sees_who_of_the_center_has_not_read_it(
    client: FlaskClient, session: Session, look: Look, cast: Cast
):
    away = Network(session).person("7700001", "이휴가", at=cast.center)
    Network(session).leave(away, FIRST, None)
    session.commit()
    before = look(cast.coordinator, "/standard/readers")
    assert all(one.name in before for one in (cast.employee, cast.colleague, cast.coordinator))
    assert "이휴가" not in before
    assert "서초점" not in before
    people = int(re.search(r"(\d+)명 중 0명 확인", before)[1])  # type: ignore[index]
    sign_in(client, cast.employee)
    send(client, f"/standard/versions/{version(session)}/reading")
    after = look(cast.coordinator, "/standard/readers")
    assert f"{people}명 중 1명 확인" in after
    assert cast.employee.staff_no not in after
    assert cast.colleague.staff_no in after
    session.rollback()
    looks = session.scalars(select(AuditEvent).where(AuditEvent.action == "standards.readers")).all()
    assert [one.subject_count for one in looks] == [people, people - 1]


def test_a_new_version_is_to_be_read_again(client: FlaskClient, session: Session, look: Look, cast: Cast):
    sign_in(client, cast.employee)
    send(client, f"/standard/versions/{version(session)}/reading")
    sign_in(client, cast.training_admin)
    change(client, session)
    assert "스탠더드를 읽고 확인해 주십시오" in look(cast.employee, "/standard")


def change(client: FlaskClient, session: Session, code: str = "GREET", **values: str) -> TestResponse:
    form = CHANGED | {"based_on": version(session)} | values
    return send(client, f"/standard/behaviors/{behavior(session, code)}/edit", **form)


def test_a_change_makes_a_version_and_leaves_the_one_before(client: FlaskClient, session: Session, cast: Cast):
    old = texts(session, FIRST)
    sign_in(client, cast.training_admin)
    assert change(client, session).status_code == 303
    assert texts(session, date(2019, 5, 31)) == old
    assert texts(session, date(2019, 6, 1)) == ["30초 안에 인사한다", *old[1:]]
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "standards.add_version")).all()[-1]
    assert (line.detail["number"], line.detail["changed"], line.actor_id) == (2, ["GREET"], cast.training_admin.id)


def test_the_same_form_twice_makes_one_version(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.training_admin)
    based_on = version(session)
    for _ in range(2):
        assert change(client, session, based_on=based_on).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ItemSet)) == 2


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.training_admin)
    based_on = version(session)
    change(client, session)
    answer = change(client, session, "LISTEN", text_ko="다 듣는다", based_on=based_on)
    assert answer.status_code == 422
    assert "그사이 다른 사람이 스탠더드를 바꿨습니다" in answer.text
    assert "다 듣는다" not in texts(session, date(2019, 6, 1))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text_ko": " "}, "text_ko-error"),
        ({"weight": "10"}, "1~9의 정수"),
        ({"effective_from": "2018-12-31"}, "2019-01-01부터 시행됩니다"),
        ({"effective_from": ""}, "effective_from-error"),
        ({"stage": "DURING"}, "field-error"),
        ({"courses": "CS-777"}, "CS-777"),
        ({"text_ko": "가" * 501}, "500"),
    ],
)
def test_a_wrong_change_is_refused_and_named(
    client: FlaskClient, session: Session, cast: Cast, wrong: dict[str, str], said: str
):
    old = texts(session, FIRST)
    sign_in(client, cast.training_admin)
    answer = change(client, session, **wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert texts(session, date(2019, 12, 1)) == old


def test_an_item_is_added_and_another_asked_no_more(client: FlaskClient, session: Session, cast: Cast):
    old = texts(session, FIRST)
    sign_in(client, cast.training_admin)
    new = CHANGED | {"text_ko": "배웅한다", "stage": "AFTER"}
    taken = send(client, "/standard/behaviors/new", **(new | {"code": "BOARD", "based_on": version(session)}))
    assert (taken.status_code, "이미 있는 항목 코드" in taken.text) == (422, True)
    added = send(client, "/standard/behaviors/new", **(new | {"code": "BYE", "based_on": version(session)}))
    assert added.status_code == 303
    gone = behavior(session, "LISTEN")
    form = {"effective_from": "2019-07-01", "based_on": version(session)}
    assert send(client, f"/standard/behaviors/{gone}/drop", **form).status_code == 303
    assert texts(session, date(2019, 6, 1)) == [*old, "배웅한다"]
    assert texts(session, date(2019, 7, 1)) == [old[0], old[2], "배웅한다"]
    # It is no longer there to be changed; its thread is.
    assert client.get(f"/standard/behaviors/{gone}/edit").status_code == 404
    assert client.get(f"/standard/behaviors/{gone}").status_code == 200


def test_the_last_item_stays(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.training_admin)
    for day, code in enumerate(("GREET", "LISTEN", "BOARD")):
        form = {"effective_from": str(FIRST + timedelta(days=day)), "based_on": version(session)}
        send(client, f"/standard/behaviors/{behavior(session, code)}/drop", **form)
    assert texts(session, date(2019, 7, 1)) == ["가격표가 최신본이다"]


def test_a_version_to_come_is_shown_as_such(client: FlaskClient, session: Session, look: Look, cast: Cast):
    sign_in(client, cast.training_admin)
    change(client, session, effective_from="2199-01-01")
    assert "30초" not in look(cast.employee, "/standard")
    page = look(cast.employee, f"/standard?version={version(session)}")
    assert "30초 안에 인사한다" in page
    assert "2199-01-01 시행" in page
