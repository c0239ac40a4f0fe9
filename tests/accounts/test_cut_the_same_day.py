"""Whoever moves, leaves, goes on leave or gives up a duty sees the old people no more from midnight on: in the browser
that stayed open as well, and without signing in anew.
"""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import Duty, Person
from lms.people.rules import DutyKind
from tests.accounts.everyone import Everyone, end_posting
from tests.support.sign_in import csrf_token, sign_in, sign_in_through_form

EVENING, AFTER_MIDNIGHT = "2026-03-02 23:55:00+09:00", "2026-03-03 00:02:00+09:00"
TOMORROW = date(2026, 3, 3)
REASON = "preparing the meeting of the month"


@pytest.fixture
def watch(app: Flask, everyone: Everyone, session: Session, time_machine) -> Callable[[str], FlaskClient]:
    """Give `watch(kind)`: it is five to midnight, and a person of that kind has the browser open."""
    time_machine.move_to(EVENING, tick=False)

    def open_browser(kind: str) -> FlaskClient:
        session.commit()
        client = app.test_client()
        sign_in(client, everyone.person(kind))
        return client

    return open_browser


def page_of(person: Person) -> str:
    return f"/people/{person.public_id}"


def sees(client: FlaskClient, person: Person) -> bool:
    """Tell whether the page of a person opens, by name."""
    answer = client.get(page_of(person))
    assert answer.status_code in {200, 404}
    return answer.status_code == 200 and person.staff_no in answer.text


def end_duty(session: Session, person: Person) -> None:
    session.scalars(select(Duty).where(Duty.person_id == person.id)).one().ends_on = TOMORROW


def test_who_moves_leaves_their_people_behind(watch, everyone: Everyone, session: Session, time_machine):
    mover = everyone.person("center_manager")
    end_posting(session, mover, TOMORROW)
    everyone.net.posting(mover, at=everyone.cast.far_away, role="CM", since=TOMORROW)
    client = watch("center_manager")
    assert sees(client, everyone.cast.colleague)
    assert not sees(client, everyone.cast.namesake)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert not sees(client, everyone.cast.colleague)
    assert sees(client, everyone.cast.namesake)
    page = client.get("/shortfalls?people=everyone").text
    assert everyone.cast.employee.staff_no not in page
    assert everyone.cast.namesake.staff_no in page


def test_who_is_moved_away_is_no_longer_seen(watch, everyone: Everyone, session: Session, time_machine):
    end_posting(session, everyone.cast.employee, TOMORROW)
    everyone.net.posting(everyone.cast.employee, at=everyone.cast.next_door, since=TOMORROW)
    client = watch("coordinator")
    assert sees(client, everyone.cast.employee)
    assert everyone.cast.employee.staff_no in client.get("/shortfalls?people=everyone").text
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert not sees(client, everyone.cast.employee)
    assert everyone.cast.employee.staff_no not in client.get("/shortfalls?people=everyone").text


def test_the_end_of_a_duty_closes_its_pages(watch, everyone: Everyone, session: Session, time_machine):
    end_duty(session, everyone.cast.coordinator)
    client = watch("coordinator")
    assert client.get("/shortfalls").status_code == 200
    token = csrf_token(client, "/me")
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert client.get("/shortfalls").status_code == 403
    assert not sees(client, everyone.cast.colleague)
    sent = {"csrf_token": token, "reason": REASON, "format": "csv"}
    assert client.post("/reports/shortfalls", data=sent).status_code == 403


def test_a_deputy_takes_over_on_the_day(watch, everyone: Everyone, session: Session, time_machine):
    everyone.net.duty(everyone.cast.employee, DutyKind.DEPUTY_COORDINATOR, everyone.cast.center, since=TOMORROW)
    client = watch("employee")
    assert not sees(client, everyone.cast.colleague)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert sees(client, everyone.cast.colleague)


def test_who_goes_on_leave_sees_only_themselves(watch, everyone: Everyone, session: Session, time_machine):
    everyone.net.leave(everyone.cast.coordinator, TOMORROW, None)
    client = watch("coordinator")
    assert sees(client, everyone.cast.colleague)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert not sees(client, everyone.cast.colleague)
    assert client.get("/me").status_code == 200


def test_who_has_left_is_out_at_once_and_stays_out(watch, app: Flask, everyone: Everyone, session, time_machine):
    end_posting(session, everyone.cast.coordinator, TOMORROW)
    client = watch("coordinator")
    assert client.get("/me").status_code == 200
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    answer = client.get("/me")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/me")
    assert sign_in_through_form(app.test_client(), "00103").status_code == 422


def test_names_opened_yesterday_are_closed_today(watch, everyone: Everyone, time_machine):
    client = watch("area_manager")
    center = everyone.cast.center.public_id
    sent = {"csrf_token": csrf_token(client, "/account/password"), "reason": REASON, "next": "/me"}
    assert client.post(f"/units/{center}/purpose", data=sent).status_code == 303
    assert sees(client, everyone.cast.colleague)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert not sees(client, everyone.cast.colleague)


def test_a_center_that_closes_takes_its_people_out_of_sight(watch, everyone: Everyone, session, time_machine):
    everyone.cast.center.closed_on = TOMORROW
    client = watch("coordinator")
    assert sees(client, everyone.cast.colleague)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert not sees(client, everyone.cast.colleague)
