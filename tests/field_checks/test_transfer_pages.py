"""Does what was learned last? The steps as their viewers see them, and the people behind each."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from tests.field_checks.checking import TODAY, see
from tests.support.sign_in import sign_in

PAGE, PEOPLE = "/field-checks/transfer", "/field-checks/transfer/people"


def test_a_coordinator_sees_how_far_the_trainings_of_their_center_got(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.coordinator)
    page = client.get(f"{PAGE}?unit={followed.cast.center.public_id}").text
    shares = " ".join(page.split())
    # Of five due four are completed; of three drawn whose window is over two were checked; one passed and kept it.
    for text in ("80.0%", "66.6%", "50.0%", "100.0%"):
        assert text in shares
    assert followed.people[0].name not in page


def test_the_steps_are_drawn_with_their_table_beside_them(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.coordinator)
    page = client.get(f"{PAGE}?step=PASSED").text
    funnel, trend = (
        re.search(rf'aria-describedby="{name}-text".*?</svg>', page, re.DOTALL) for name in ("steps", "months")
    )
    assert funnel is not None
    assert [text in funnel[0] for text in ("80.0%", "66.6%", "50.0%", "100.0%")] == [True] * 4
    assert trend is not None
    assert len(re.findall("<circle", trend[0])) == 2
    months = re.search(r'<table[^>]*id="months".*?</table>', page, re.DOTALL)
    assert months is not None
    assert re.findall(r"\d+\.\d%", months[0])[0] in trend[0]


@pytest.mark.parametrize(
    ("show", "shown", "left_out"),
    [("STEPS", ["funnel", "months"], ["breakdown", "topics"]), ("WHERE", ["breakdown"], ["funnel", "topics"]),
     ("LASTS", ["topics", "half-life"], ["funnel", "breakdown"])],
)  # fmt: skip
def test_a_part_is_shown_at_a_time(
    client: FlaskClient, followed: SimpleNamespace, show: str, shown: list[str], left_out: list[str]
):
    sign_in(client, followed.cast.training_admin)
    page = client.get(f"{PAGE}?show={show}").text
    assert [f'id="{name}"' in page for name in shown + left_out] == [True] * len(shown) + [False] * len(left_out)


def test_all_steps_by_month_and_what_stands_on_a_second_page(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.training_admin)
    due = (TODAY - timedelta(days=3)).strftime("%Y-%m")
    assert due in client.get(f"{PAGE}?show=WHERE&by=MONTH").text
    second = client.get(f"{PAGE}?show=WHERE&by=MONTH&page=2")
    assert second.status_code == 200
    assert f">{due}<" not in second.text


def test_what_is_out_of_scope_looks_like_what_is_missing(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.coordinator)
    for path in (PAGE, PEOPLE):
        other = client.get(f"{path}?unit={followed.cast.far_away.public_id}")
        missing = client.get(f"{path}?unit=nosuchunit")
        assert other.status_code == missing.status_code == 400
        assert followed.cast.namesake.staff_no not in other.text


@pytest.mark.parametrize(
    "asked", ["by=X", "topic=X", "months=5", "show=X", "role=X", "course=X", "step=X", "took=X", f"key={50 * 'x'}"]
)
def test_a_wrong_choice_is_named(client: FlaskClient, followed: SimpleNamespace, asked: str):
    sign_in(client, followed.cast.coordinator)
    for path in (PAGE, PEOPLE):
        assert client.get(f"{path}?{asked}").status_code == 400


@pytest.mark.parametrize(
    ("step", "took", "expected"),
    [
        ("COMPLETED", "no", [3]),
        ("CHECKED", "yes", [0, 1]),
        ("CHECKED", "no", [2]),
        ("PASSED", "yes", [0]),
        ("PASSED", "no", [1]),
        ("KEPT", "yes", [0]),
        ("KEPT", "no", []),
    ],
)
def test_behind_each_step_stand_its_people(
    client: FlaskClient, session: Session, followed: SimpleNamespace, step: str, took: str, expected: list[int]
):
    sign_in(client, followed.cast.coordinator)
    page = client.get(f"{PEOPLE}?step={step}&took={took}").text
    assert [n for n, one in enumerate(followed.people) if one.staff_no in page] == expected
    assert followed.cast.namesake.staff_no not in page
    session.rollback()
    seen = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "transfer")).all()
    assert len(seen) == bool(expected)


def test_an_area_manager_states_a_purpose_before_names(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.area_manager)
    shown = client.get(f"{PAGE}?unit={followed.cast.area.public_id}").text
    assert "80.0%" in shown
    closed = client.get(f"{PEOPLE}?unit={followed.cast.area.public_id}").text
    assert "/purpose" in closed
    assert followed.people[0].staff_no not in closed


def test_an_executive_learns_nothing_about_a_few_people(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.executive)
    assert client.get(PEOPLE).status_code in {403, 404}
    far = client.get(f"{PAGE}?unit={followed.cast.far_away.public_id}").text
    assert "0.0%" not in far.replace("100.0%", "")
    whole = "".join(client.get(f"{PAGE}?by=ROLE&topic=BEHAVIOR&show={one}").text for one in ("WHERE", "LASTS"))
    assert "한사람" not in whole


def test_an_employee_does_not_get_here(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.employee)
    assert {client.get(path).status_code for path in (PAGE, PEOPLE)} <= {403, 404}


def test_hostile_names_stay_text_in_every_layout(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.training_admin)
    for by in ("UNIT", "ROLE", "COURSE"):
        for topic in ("BEHAVIOR", "DIMENSION", "I_CARE", "STAGE"):
            for show in ("STEPS", "WHERE", "LASTS"):
                answer = client.get(f"{PAGE}?by={by}&topic={topic}&show={show}")
                assert answer.status_code == 200
                assert "행동 <b>" not in answer.text


def test_the_page_asks_the_same_however_much_there_is(
    client: FlaskClient, session: Session, followed: SimpleNamespace, query_count: Callable[[], Any]
):
    sign_in(client, followed.cast.training_admin)
    client.get(PAGE)
    with query_count() as few:
        client.get(f"{PAGE}?show=LASTS&topic=BEHAVIOR")
    session.rollback()
    for number in range(12):
        person = followed.checking.net.person(f"0040{number:02}", f"많은사람{number}", at=followed.cast.next_door)
        see(session, followed.checking.check(person, followed.cast.next_door, days_ago=60), TODAY - timedelta(days=40))
    session.commit()
    with query_count() as many:
        client.get(f"{PAGE}?show=LASTS&topic=BEHAVIOR")
    assert many.total == few.total
