"""Changing one's own password, and giving one from the command line."""

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Account, SignInSession
from lms.audit.models import AuditEvent
from lms.people.models import Person
from tests.accounts.everyone import Everyone
from tests.support.sign_in import PASSWORD, csrf_token, give_password, sign_in, sign_in_through_form

NEW = "nine quiet foxes"


@pytest.fixture
def employee(session: Session, everyone: Everyone) -> Person:
    """Give someone with a password."""
    person = everyone.person("employee")
    give_password(session, person)
    session.commit()
    return person


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, again: str | None = None):
    sent = {"csrf_token": csrf_token(client, "/account/password"), "current": current, "new": new}
    return client.post("/account/password", data=sent | {"again": new if again is None else again})


def test_a_new_password_takes_the_place_of_the_old(app: Flask, client: FlaskClient, employee: Person):
    sign_in(client, employee)
    assert change(client).status_code == 303
    assert client.get("/account/password").status_code == 200, "this browser stays signed in"
    other = app.test_client()
    assert sign_in_through_form(other, employee.staff_no, PASSWORD).status_code == 422
    assert sign_in_through_form(other, employee.staff_no, NEW).status_code == 303


def test_every_other_browser_is_signed_out_and_this_one_gets_a_new_session(
    app: Flask, client: FlaskClient, session: Session, employee: Person
):
    other = app.test_client()
    for browser in (client, other):
        sign_in(browser, employee)
    before = client.get_cookie("session").value
    change(client)
    assert other.get("/account/password").status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).where(SignInSession.revoked_at.is_(None))) == 1
    client.set_cookie("session", before)
    assert client.get("/account/password").status_code == 303
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "password.set").order_by(AuditEvent.id)).all()
    assert event[-1].actor_id == employee.id
    assert event[-1].detail == {"sessions_ended": 2}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"current": "not this"}, "This is not your current password"),
        ({"new": "short"}, "Use at least 10 characters."),
        ({"new": "qwertyuiop123"}, "Many people use this password."),
        ({"new": "00101 is my number"}, "It contains your staff number."),
        ({"again": "nine quiet fox"}, "The two new passwords are not the same."),
        ({"new": "", "again": ""}, "Enter a new password."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    client: FlaskClient, session: Session, employee: Person, values: dict[str, str], says: str
):
    before = session.scalars(select(Account.password_hash)).one()
    client.set_cookie("language", "en")
    sign_in(client, employee)
    answer = change(client, **values)
    assert answer.status_code == 422
    assert says in answer.text
    session.rollback()
    assert session.scalars(select(Account.password_hash)).one() == before


def test_guessing_the_current_password_is_held_back_too(client: FlaskClient, employee: Person):
    sign_in(client, employee)
    for _ in range(5):
        assert change(client, current="a wrong guess").status_code == 422
    assert change(client).status_code == 422, "right at last, but too late"


def test_the_command_sets_a_password(runner: FlaskCliRunner, client: FlaskClient, session: Session, everyone: Everyone):
    staff_no = everyone.person("coordinator").staff_no
    done = runner.invoke(args=["accounts", "set-password", staff_no, "--password-stdin"], input=f"{PASSWORD}\n")
    assert (done.exit_code, done.output) == (0, f"{staff_no} 박세나: password set, 0 signed-in browsers signed out\n")
    assert sign_in_through_form(client, staff_no).status_code == 303
    asked = runner.invoke(args=["accounts", "set-password", staff_no], input=f"{NEW}\n{NEW}\n")
    assert "1 signed-in browsers signed out" in asked.output
    assert NEW not in asked.output
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "password.set")).first()
    assert event.actor.startswith("cli:")


@pytest.mark.parametrize(
    ("staff_no", "password", "says"),
    [
        ("no-such-number", PASSWORD, "nobody has the staff number 'no-such-number'"),
        ("00101", "short", "this password is refused: too short"),
        ("00101", "", "this password is refused: too short"),
    ],
)
def test_the_command_refuses_plainly(
    runner: FlaskCliRunner, everyone: Everyone, staff_no: str, password: str, says: str
):
    done = runner.invoke(args=["accounts", "set-password", staff_no, "--password-stdin"], input=password)
    assert done.exit_code == 1
    assert says in done.output


def test_the_command_shows_why_someone_cannot_sign_in(runner: FlaskCliRunner, client: FlaskClient, employee: Person):
    sign_in_through_form(client, employee.staff_no)
    client.delete_cookie("session")
    for _ in range(5):
        sign_in_through_form(client, employee.staff_no, "wrong wrong")
    shown = runner.invoke(args=["accounts", "show", employee.staff_no]).output.splitlines()
    assert shown == [
        "00101 김하나",
        "works here today: yes",
        "password: set",
        "failed tries in 10 minutes: 5 (held back)",
        "signed-in browsers: 1",
    ]
    assert runner.invoke(args=["accounts", "show", "nobody"]).exit_code == 1
