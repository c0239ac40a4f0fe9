"""Giving oneself a password with a one-time code: who gets in, and what everyone else is told."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import passwords
from lms.accounts.activation import actions
from lms.accounts.activation.door import present_code
from lms.accounts.models import AccountCode
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.people.models import Person
from lms.people.rules import DutyKind
from lms.shared.clock import local_date, utcnow
from tests.accounts.everyone import Everyone, end_posting
from tests.support.sign_in import PASSWORD, csrf_token, give_password, sign_in, sign_in_through_form

NEW = "nine quiet foxes"
MORNING = "2026-03-02 09:00:00+09:00"
VARYING = re.compile(
    r'(name="csrf_token" value=")[^"]+|(name="staff_no"[^>]*value=")[^"]*|(value=")[^"]*("[^>]*name="staff_no)'
)


def issue(app: Flask, session: Session, person: Person, center_id: int | None = None) -> str:
    """Issue a code as a center's page does, or without a center as the command line does; commit, return it."""
    session.commit()
    actor = Actor(person_id=None, label="a test", origin="here", at=utcnow())
    slip = actions.issue_code_of(session, actor, person=person, key=app.config["SETTINGS"].secret_key)
    newest = select(AccountCode.id).where(AccountCode.person_id == person.id).order_by(AccountCode.id.desc()).limit(1)
    session.execute(update(AccountCode).where(AccountCode.id == newest.scalar_subquery()).values(center_id=center_id))
    session.commit()
    return slip.code


def activate(client: FlaskClient, staff_no: str, code: str, new: str = NEW, again: str | None = None) -> TestResponse:
    sent = {"csrf_token": csrf_token(client, "/activate"), "staff_no": staff_no, "code": code, "new": new}
    return client.post("/activate", data=sent | {"again": new if again is None else again})


def trail(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(row.action, row.detail.get("why", "")) for row in rows]


def test_a_code_gives_a_password_and_signs_in(app: Flask, client: FlaskClient, session: Session, everyone: Everyone):
    person = everyone.person("employee")
    code = issue(app, session, person, everyone.cast.center.id)
    answer = activate(client, person.staff_no, code.lower().replace("-", " "))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/account").status_code == 200
    assert sign_in_through_form(app.test_client(), person.staff_no, NEW).status_code == 303
    assert [action for action, _ in trail(session)][-5:-1] == [
        "code.issued", "password.set", "code.activated", "sign_in.succeeded",
    ]  # fmt: skip
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "code.activated")).one()
    assert (event.actor_id, event.subject_ids) == (person.id, [person.id])


def test_a_code_works_once(app: Flask, client: FlaskClient, session: Session, everyone: Everyone):
    person = everyone.person("employee")
    code = issue(app, session, person)
    assert activate(client, person.staff_no, code).status_code == 303
    again = app.test_client()
    assert activate(again, person.staff_no, code, "ten louder foxes").status_code == 422
    assert sign_in_through_form(again, person.staff_no, NEW).status_code == 303, "the first password stands"


def test_a_reset_keeps_the_old_password_until_it_is_used_and_then_ends_every_session(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone
):
    person = everyone.person("employee")
    give_password(session, person)
    session.commit()
    elsewhere = app.test_client()
    sign_in(elsewhere, person)
    code = issue(app, session, person)
    assert sign_in_through_form(app.test_client(), person.staff_no, PASSWORD).status_code == 303
    assert elsewhere.get("/account").status_code == 200
    assert activate(client, person.staff_no, code).status_code == 303
    assert elsewhere.get("/account").status_code == 303
    assert sign_in_through_form(elsewhere, person.staff_no, PASSWORD).status_code == 422
    assert ("code.reset_password", "") in trail(session)


def test_a_new_code_ends_the_one_before_and_so_does_a_new_password(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone
):
    person = everyone.person("employee")
    first, second = issue(app, session, person), issue(app, session, person)
    assert activate(client, person.staff_no, first).status_code == 422
    assert activate(client, person.staff_no, second).status_code == 303
    third = issue(app, session, person)
    give_password(session, person)
    session.commit()
    assert activate(app.test_client(), person.staff_no, third).status_code == 422


def test_every_refusal_says_the_same_and_costs_one_hash(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, monkeypatch: pytest.MonkeyPatch
):
    """Same status, same bytes; the hash is what takes the time, and it is made exactly once whoever asks."""
    today = local_date(utcnow(), "Asia/Seoul")
    center_id = everyone.cast.center.id
    codes = {
        kind: issue(app, session, everyone.person(kind), center_id)
        for kind in ("employee", "leaver", "colleague", "coordinator", "representative", "center_manager")
    }
    end_posting(session, everyone.person("leaver"), today)
    session.execute(
        update(AccountCode)
        .where(AccountCode.person_id == everyone.person("colleague").id)
        .values(expires_at=utcnow() - timedelta(seconds=1))
    )
    everyone.net.recorded_at = utcnow() + timedelta(seconds=1)
    everyone.net.duty(everyone.person("representative"), DutyKind.AREA_MANAGER, everyone.cast.area, since=today)
    end_posting(session, everyone.person("center_manager"), today)
    everyone.net.posting(everyone.person("center_manager"), at=everyone.cast.next_door, role="CM", since=today)
    session.commit()
    for _ in range(5):
        activate(client, everyone.person("coordinator").staff_no, "0000-0000-0000")
    tries = {
        "UNKNOWN": ("nobody-has-this", codes["employee"]),
        "NO_CODE": (everyone.person("namesake").staff_no, codes["employee"]),
        "WRONG_CODE": (everyone.person("employee").staff_no, codes["leaver"]),
        "ENDED_CODE": (everyone.person("colleague").staff_no, codes["colleague"]),
        "ENDED_CODE: risen": (everyone.person("representative").staff_no, codes["representative"]),
        "ENDED_CODE: moved": (everyone.person("center_manager").staff_no, codes["center_manager"]),
        "ENDED_CODE: left": (everyone.person("leaver").staff_no, codes["leaver"]),
        "LOCKED": (everyone.person("coordinator").staff_no, codes["coordinator"]),
    }
    hashed: list[str] = []
    real = passwords.hash_password
    monkeypatch.setattr(passwords, "hash_password", lambda text: hashed.append(text) or real(text))
    monkeypatch.setattr(passwords, "is_right", lambda *_: pytest.fail("no password is compared here"))
    seen = {}
    for why, (staff_no, code) in tries.items():
        hashed.clear()
        answer = activate(client, staff_no, code)
        assert hashed == [NEW], why
        typed = re.compile(re.escape(code))
        headers = [(name, value) for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length"}]
        seen[why] = (answer.status_code, typed.sub("", VARYING.sub("", answer.text)), headers)
    assert {status for status, _, _ in seen.values()} == {422}
    assert all(one == seen["UNKNOWN"] for one in seen.values())
    found = [why for action, why in trail(session) if action == "code.refused"]
    assert found[5:] == [why.split(":")[0] for why in tries]


def test_tries_by_code_and_by_password_count_together(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    person = everyone.person("employee")
    give_password(session, person)
    code = issue(app, session, person)
    for number in range(5):
        if number % 2:
            activate(client, person.staff_no, "0000-0000-0000")
        else:
            sign_in_through_form(client, person.staff_no, "a wrong password")
    assert activate(client, person.staff_no, code).status_code == 422
    assert sign_in_through_form(client, person.staff_no).status_code == 422
    time_machine.shift(601)
    assert activate(client, person.staff_no, code).status_code == 303


def test_an_address_that_floods_is_refused_here_too(client: FlaskClient, everyone: Everyone):
    for number in range(50):
        activate(client, f"M{number}", "0000-0000-0000")
    assert activate(client, "M1", "0000-0000-0000").status_code == 429


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"new": "short"}, "Use at least 10 characters."),
        ({"new": "qwertyuiop123"}, "Many people use this password."),
        ({"new": "00101 is my number"}, "It contains your staff number."),
        ({"again": "nine quiet fox"}, "The two new passwords are not the same."),
        ({"code": ""}, "Enter the code of your slip."),
        ({"code": "x" * 41}, "Use at most 40 characters."),
    ],
)
def test_what_is_wrong_with_a_form_is_said_without_using_up_a_try(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, values: dict[str, str], says: str
):
    person = everyone.person("employee")
    code = issue(app, session, person)
    client.set_cookie("language", "en")
    answer = activate(client, **({"staff_no": person.staff_no, "code": code} | values))
    assert answer.status_code == 422
    assert says in answer.text
    assert [action for action, _ in trail(session)] == ["code.issued"]


def test_two_at_once_with_one_code_give_one_password(
    app: Flask, session: Session, everyone: Everyone, monkeypatch: pytest.MonkeyPatch
):
    """The second one reads the code while it is still good, and comes to use it when it is not."""
    person = everyone.person("employee")
    code = issue(app, session, person)
    real, admitted = passwords.hash_password, []

    def overtaken(text: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", real)
        admitted.append(present_code(person.staff_no, code, "the one who was first"))
        return real(text)

    monkeypatch.setattr(passwords, "hash_password", overtaken)
    with app.test_request_context("/activate"):
        admitted.append(present_code(person.staff_no, code, NEW))
    first, second = admitted
    assert first is not None
    assert second is None
    assert trail(session)[-1] == ("code.refused", "ENDED_CODE")


def test_the_first_administrator_gets_a_code_from_the_command_line(
    runner: FlaskCliRunner, client: FlaskClient, session: Session, everyone: Everyone
):
    person = everyone.person("system_admin")
    done = runner.invoke(args=["accounts", "issue-code", person.staff_no])
    assert done.exit_code == 0
    code = re.search(r": (\w{4}-\w{4}-\w{4})\n", done.output)[1]
    assert "good once, until" in done.output
    assert activate(client, person.staff_no, code).status_code == 303
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "code.issued")).one()
    assert (event.actor.startswith("cli:"), event.subject_ids) == (True, [person.id])
    assert code not in str(event.detail)
    assert "password" not in done.output
    again = runner.invoke(args=["accounts", "issue-code", person.staff_no])
    assert "they have a password: it holds until the code is used" in again.output
    assert runner.invoke(args=["accounts", "issue-code", "nobody"]).exit_code == 1
