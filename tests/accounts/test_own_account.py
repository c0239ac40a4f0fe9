"""One's own account: browsers, staying signed in, a password that someone else set; and what is kept how long."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.access import ASKED_BY_PAGES, BEFORE_CHANGE, ENDPOINTS, Policy
from lms.accounts.models import AccountCode, SignInAttempt, SignInSession
from lms.audit.models import AuditEvent
from lms.people.models import Person
from tests.accounts.cells import cells
from tests.accounts.everyone import Everyone
from tests.accounts.test_activation import issue
from tests.accounts.world import World
from tests.support.sign_in import PASSWORD, csrf_token, sign_in, sign_in_through_form

MORNING = "2026-03-02 09:00:00+09:00"
NEW = "nine quiet foxes"


@pytest.fixture
def employee(everyone: Everyone) -> Person:
    """Give the employee."""
    return everyone.person("employee")


def token(client: FlaskClient) -> dict[str, str]:
    return {"csrf_token": csrf_token(client, "/account")}


def sessions_of(session: Session, person: Person) -> list[SignInSession]:
    session.rollback()
    return list(
        session.scalars(select(SignInSession).where(SignInSession.person_id == person.id).order_by(SignInSession.id))
    )


def test_one_sees_where_one_is_signed_in_and_ends_it(
    app: Flask, client: FlaskClient, session: Session, employee: Person
):
    other = app.test_client()
    for browser in (other, client):
        sign_in(browser, employee)
    client.set_cookie("language", "en")
    page = client.get("/account").text
    assert page.count("127.0.0.1") == 2
    assert page.count("This browser") == 1
    first, own = sessions_of(session, employee)
    assert f"/account/browsers/{first.public_id}/end" in page
    assert f"/account/browsers/{own.public_id}/end" not in page
    ended = client.post(f"/account/browsers/{first.public_id}/end", data=token(client))
    assert (ended.status_code, ended.headers["Location"]) == (303, "/account")
    assert other.get("/account").status_code == 303
    other.set_cookie("language", "en")
    assert "another browser or by a new password" in other.get("/sign-in").text
    assert client.get("/account").status_code == 200
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_out")).one()
    assert (event.object_id, event.actor_id) == (first.public_id, employee.id)


def test_all_others_end_at_once(app: Flask, client: FlaskClient, session: Session, employee: Person):
    others = [app.test_client() for _ in range(3)]
    for browser in (*others, client):
        sign_in(browser, employee)
    assert client.post("/account/browsers/end-others", data=token(client)).status_code == 303
    assert [browser.get("/account").status_code for browser in others] == [303] * 3
    assert client.get("/account").status_code == 200
    session.rollback()
    assert session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "sign_out.others")).one() == {
        "sessions_ended": 3
    }


def test_nobody_ends_the_session_of_another(app: Flask, client: FlaskClient, session: Session, everyone: Everyone):
    other = app.test_client()
    sign_in(other, everyone.person("colleague"))
    sign_in(client, everyone.person("training_admin"))
    (theirs,) = sessions_of(session, everyone.person("colleague"))
    session.rollback()
    answer = client.post(f"/account/browsers/{theirs.public_id}/end", data=token(client))
    assert answer.status_code == 404
    assert other.get("/account").status_code == 200


def test_staying_lets_the_session_rest_anew_but_not_for_ever(client: FlaskClient, employee: Person, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, employee)
    sent = token(client)
    time_machine.shift(14 * 60)
    told = client.post("/account/stay", data=sent, headers={"Accept": "application/json"})
    assert told.json == {"idle_left": 900, "left": 8 * 3600 - 14 * 60}
    time_machine.shift(14 * 60)
    plain = client.post("/account/stay", data=sent, headers={"Referer": "http://localhost/account?x=1"})
    assert (plain.status_code, plain.headers["Location"]) == (303, "/account?x=1")
    time_machine.shift(15 * 60)
    gone = client.post("/account/stay", data=sent, headers={"Accept": "application/json"})
    assert gone.status_code == 401


def test_every_page_says_how_long_the_session_lasts(client: FlaskClient, employee: Person, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, employee)
    client.get("/account")
    time_machine.shift(30)
    page = client.get("/account").text
    assert 'data-idle-left="870" data-left="28770"' in page, "from the use that is written, not from this one"
    assert 'role="alertdialog"' in page
    assert "17:00" in page


def test_a_page_that_asks_by_itself_keeps_no_session_alive(
    client: FlaskClient, session: Session, everyone: Everyone, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    person = everyone.person("training_admin")
    sign_in(client, person)
    for _ in range(14):
        time_machine.shift(60)
        assert client.get("/imports/bcdfghjkmnp/progress").status_code == 404
    assert sessions_of(session, person)[0].last_seen_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    time_machine.shift(61)
    assert client.get("/account").status_code == 303


def test_pages_that_ask_by_themselves_are_named_rightly(app: Flask):
    assert set(ENDPOINTS) >= ASKED_BY_PAGES | BEFORE_CHANGE


@pytest.mark.parametrize(
    ("after", "says"),
    [(15, "because nothing was done for a while"), (481, "because the longest time for one sign-in has passed")],
)
def test_the_sign_in_page_says_what_ended_the_session(
    client: FlaskClient, employee: Person, time_machine, after: int, says: str
):
    time_machine.move_to(MORNING, tick=False)
    client.set_cookie("language", "en")
    sign_in(client, employee)
    for _ in range(after // 10):
        time_machine.shift(600 if after > 60 else 0)
        client.get("/account")
    time_machine.shift(60 if after > 60 else after * 60)
    stopped = client.get("/account?tab=1")
    assert stopped.headers["Location"] == "/sign-in?next=/account?tab%3D1"
    assert says in client.get(stopped.headers["Location"]).text


def test_a_password_that_someone_else_set_is_changed_before_anything_else(
    runner: FlaskCliRunner, client: FlaskClient, session: Session, employee: Person
):
    staff_no = employee.staff_no
    session.rollback()
    runner.invoke(args=["accounts", "set-password", staff_no, "--password-stdin"], input=f"{PASSWORD}\n")
    assert sign_in_through_form(client, staff_no).status_code == 303
    stopped = client.get("/courses?q=1")
    assert (stopped.status_code, stopped.headers["Location"]) == (303, "/account/password?next=/courses?q%3D1")
    client.set_cookie("language", "en")
    page = client.get(stopped.headers["Location"])
    assert "Somebody else set your password." in page.text
    assert 'class="rail"' not in page.text
    sent = {"csrf_token": csrf_token(client, stopped.headers["Location"]), "current": PASSWORD, "next": "/courses?q=1"}
    same = client.post("/account/password", data=sent | {"new": PASSWORD, "again": PASSWORD})
    assert same.status_code == 422
    assert "This is the password you have." in same.text
    done = client.post("/account/password", data=sent | {"new": NEW, "again": NEW})
    assert (done.status_code, done.headers["Location"]) == (303, "/courses?q=1")
    assert client.get("/courses").status_code == 200


@pytest.mark.backend("sqlite")  # decided before any view
def test_until_then_no_other_page_opens(app: Flask, runner: FlaskCliRunner, session: Session):
    """The whole access matrix again, between the two passwords: nothing but the way on is open."""
    world = World(session)
    session.commit()
    staff_no = world.person("training_admin").staff_no
    runner.invoke(args=["accounts", "set-password", staff_no, "--password-stdin"], input=f"{PASSWORD}\n")
    client = app.test_client()
    assert sign_in_through_form(client, staff_no).status_code == 303
    app.config["WTF_CSRF_ENABLED"] = False
    tried = 0
    for cell in list(cells(app, world, "training_admin")):
        policy = ENDPOINTS[cell.rule.endpoint]
        takes_it = cell.method in (cell.rule.methods or ()) and cell.method != "OPTIONS"
        if policy is Policy.PUBLIC or cell.rule.endpoint in BEFORE_CHANGE or not takes_it:
            continue
        answer = client.open(cell.address, method=cell.method)
        tried += 1
        assert answer.status_code == 303, str(cell)
        assert answer.headers["Location"].startswith("/account/password?next="), str(cell)
    assert tried > 50


def test_what_was_kept_long_enough_is_deleted_and_the_trail_says_so(
    app: Flask, runner: FlaskCliRunner, client: FlaskClient, session: Session, employee: Person, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    staff_no = employee.staff_no
    issue(app, session, employee)
    sign_in_through_form(client, staff_no, "a wrong password")
    sign_in(client, employee)
    time_machine.shift(29 * 24 * 3600)
    sign_in_through_form(app.test_client(), staff_no, "a wrong password")
    assert "0 jobs queued, 1 rows and files past their time deleted" in runner.invoke(args=["jobs", "sweep"]).output, (
        "a session"
    )
    time_machine.shift(timedelta(days=2))
    assert "1 rows" in runner.invoke(args=["accounts", "purge"]).output, "the older try"
    time_machine.shift(timedelta(days=14))
    assert "1 rows" in runner.invoke(args=["accounts", "purge"]).output, "a code 30 days after its end"
    assert "0 rows" in runner.invoke(args=["accounts", "purge"]).output
    session.rollback()
    kept = [session.scalar(select(func.count()).select_from(model)) for model in (AccountCode, SignInAttempt)]
    assert kept == [0, 1]
    deleted = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "accounts.purged")).all()
    assert [sum(one.values()) for one in deleted] == [1, 1, 1]
