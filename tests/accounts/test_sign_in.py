"""Signing in and out: who gets in, what everyone else is told, and what is written."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import passwords
from lms.accounts.models import SignInAttempt, SignInSession
from lms.audit.models import AuditEvent
from lms.people.models import Person
from tests.accounts.everyone import Everyone, end_posting
from tests.support.sign_in import PASSWORD, csrf_token, give_password, sign_in_through_form

TODAY = date.today()  # noqa: DTZ011 - people of these tests leave around the present day
VARYING = re.compile(
    r'(name="csrf_token" value=")[^"]+|(name="staff_no"[^>]*value=")[^"]*|(value=")[^"]*("[^>]*name="staff_no)'
)


@pytest.fixture
def employee(session: Session, everyone: Everyone) -> Person:
    """Give someone who can sign in."""
    person = everyone.person("employee")
    give_password(session, person)
    session.commit()
    return person


def fail(client: FlaskClient, staff_no: str, times: int = 1) -> TestResponse:
    """Try a wrong password, once or more; return the last answer."""
    answers = [sign_in_through_form(client, staff_no, "a wrong password") for _ in range(times)]
    return answers[-1]


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def refusals(session: Session) -> list[str]:
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in.refused").order_by(AuditEvent.id))
    return [row.detail["why"] for row in rows]


def is_inside(client: FlaskClient) -> bool:
    return client.get("/account/password").status_code == 200


def test_someone_signs_in_and_goes_where_they_wanted(client: FlaskClient, employee: Person):
    stopped = client.get("/account/password?a=1&b=%ED%95%9C")
    assert stopped.status_code == 303
    sent_to = stopped.headers["Location"]
    answer = client.post(
        "/sign-in",
        data={
            "csrf_token": csrf_token(client, sent_to),
            "staff_no": f"  {employee.staff_no} ",
            "password": PASSWORD,
            "next": re.search(r'name="next"[^>]*value="([^"]*)"', client.get(sent_to).text)[1].replace("&amp;", "&"),
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/password?a=1&b=%ED%95%9C")
    assert is_inside(client)


def test_signing_in_leaves_a_session_and_a_line_in_the_trail(client: FlaskClient, session: Session, employee: Person):
    sign_in_through_form(client, employee.staff_no)
    session.rollback()
    row = session.scalars(select(SignInSession)).one()
    assert (row.person_id, row.ip, row.revoked_at) == (employee.id, "127.0.0.1", None)
    assert row.expires_at - row.created_at == timedelta(hours=8)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in.succeeded")).one()
    assert (event.actor_id, event.subject_ids, event.object_id) == (employee.id, [employee.id], row.public_id)
    assert employee.staff_no in event.actor


def test_a_database_thief_finds_no_token(client: FlaskClient, session: Session, employee: Person):
    sign_in_through_form(client, employee.staff_no)
    with client.session_transaction() as browser:
        token = browser["_user_id"]
    session.rollback()
    assert len(token) >= 43  # 256 bits
    assert session.scalars(select(SignInSession.token_sha256)).one() != token


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, session: Session, employee: Person):
    sign_in_through_form(client, employee.staff_no)
    stolen = client.get_cookie("session").value
    answer = client.post("/sign-out", data={"csrf_token": csrf_token(client, "/account/password")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert not is_inside(client)
    client.set_cookie("session", stolen)
    assert not is_inside(client), "the old cookie must not open anything"
    assert actions(session)[-2:] == ["sign_in.succeeded", "sign_out"]


def test_every_refusal_says_the_same(client: FlaskClient, session: Session, everyone: Everyone, employee: Person):
    stranger, leaver = everyone.person("namesake"), everyone.person("leaver")
    give_password(session, leaver)
    end_posting(session, leaver, TODAY)
    future = everyone.net.person("F1", "내일 옴", at=everyone.cast.center, since=TODAY + timedelta(days=2))
    give_password(session, future)
    session.commit()
    fail(client, employee.staff_no, times=5)
    answers = {
        "unknown": fail(client, "nobody-has-this"),
        "no password": fail(client, stranger.staff_no),
        "wrong password": fail(client, everyone.person("coordinator").staff_no),
        "left": sign_in_through_form(client, leaver.staff_no),
        "not yet here": sign_in_through_form(client, future.staff_no),
        "locked, right password": sign_in_through_form(client, employee.staff_no),
    }
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({VARYING.sub("", answer.text) for answer in answers.values()}) == 1
    headers = [
        {name: value for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length"}}
        for answer in answers.values()
    ]
    assert all(one == headers[0] for one in headers)
    assert not is_inside(client)
    assert refusals(session)[5:] == ["UNKNOWN", "NO_PASSWORD", "NO_PASSWORD", "NOT_EMPLOYED", "NOT_EMPLOYED", "LOCKED"]


def test_every_refusal_compares_exactly_one_hash(
    client: FlaskClient, session: Session, everyone: Everyone, employee: Person, monkeypatch: pytest.MonkeyPatch
):
    """The hash is what takes the time: an unknown number without one would answer 40 ms sooner.

    How long it takes is measured by `python -m tests.benchmarks sign_in`.
    """
    leaver, locked = everyone.person("leaver"), everyone.person("colleague")
    for person in (leaver, locked):
        give_password(session, person)
    end_posting(session, leaver, TODAY)
    session.commit()
    fail(client, locked.staff_no, times=5)
    tries = {
        "unknown": ("nobody-has-this", PASSWORD),
        "no password": (everyone.person("namesake").staff_no, PASSWORD),
        "wrong password": (employee.staff_no, "a wrong password"),
        "left": (leaver.staff_no, PASSWORD),
        "locked": (locked.staff_no, PASSWORD),
        "let in": (employee.staff_no, PASSWORD),
    }
    compared: list[str] = []
    real = passwords._hasher.verify

    def counting(password: str, password_hash: str) -> bool:
        compared.append(password_hash.split("$")[1:4].__repr__())
        return bool(real(password, password_hash))

    monkeypatch.setattr(passwords._hasher, "verify", counting)
    monkeypatch.setattr(passwords, "hash_password", lambda _: pytest.fail("nothing is hashed anew"))
    settings = set()
    for kind, (staff_no, password) in tries.items():
        compared.clear()
        answer = sign_in_through_form(client, staff_no, password)
        assert len(compared) == 1, kind
        assert answer.status_code == (303 if kind == "let in" else 422), kind
        settings.update(compared)
    assert len(settings) == 1, "the decoy is as dear as a real one"


def test_the_wrong_password_is_not_sent_back_but_the_staff_number_is(client: FlaskClient, employee: Person):
    answer = fail(client, employee.staff_no)
    assert employee.staff_no in answer.text
    assert "a wrong password" not in answer.text


def test_what_was_typed_as_staff_number_is_not_kept_in_the_trail(client: FlaskClient, session: Session):
    sign_in_through_form(client, "oh no my password", "x")
    session.rollback()
    event = session.scalars(select(AuditEvent)).one()
    assert "oh no" not in f"{event.actor}{event.object_id}{event.detail}"


def test_five_failures_close_the_door_for_ten_minutes(
    client: FlaskClient, session: Session, employee: Person, time_machine
):
    time_machine.move_to("2026-03-02 09:00:00+09:00", tick=False)
    fail(client, employee.staff_no, times=4)
    time_machine.shift(60)
    fail(client, employee.staff_no)
    assert sign_in_through_form(client, employee.staff_no).status_code == 422
    time_machine.shift(10 * 60 - 61)
    assert sign_in_through_form(client, employee.staff_no).status_code == 422, "knocking does not shorten it"
    time_machine.shift(2)
    assert sign_in_through_form(client, employee.staff_no).status_code == 303, "nor does it lengthen it"


def test_a_success_starts_the_count_anew(client: FlaskClient, employee: Person):
    fail(client, employee.staff_no, times=4)
    assert sign_in_through_form(client, employee.staff_no).status_code == 303
    client.delete_cookie("session")
    fail(client, employee.staff_no, times=4)
    assert sign_in_through_form(client, employee.staff_no).status_code == 303


def test_one_address_cannot_lock_the_whole_network_out(
    client: FlaskClient, session: Session, employee: Person, time_machine
):
    time_machine.move_to("2026-03-02 09:00:00+09:00", tick=False)
    for number in range(10):
        fail(client, f"M{number}", times=5)
    refused = sign_in_through_form(client, employee.staff_no)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    session.rollback()
    assert len(session.scalars(select(SignInAttempt.id)).all()) == 50, "what is refused outright is not stored"
    assert sign_in_through_form(client, employee.staff_no).status_code == 429
    session.rollback()
    shut = select(AuditEvent.origin).where(AuditEvent.action == "sign_in.flooded")
    assert session.scalars(shut).all() == ["127.0.0.1"], "noted once, or the flood would fill the trail"
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    sent = {"csrf_token": csrf_token(client), "staff_no": employee.staff_no, "password": PASSWORD}
    assert client.post("/sign-in", data=sent, **elsewhere).status_code == 303
    time_machine.shift(601)
    assert sign_in_through_form(client, employee.staff_no).status_code in {200, 303}


def test_knocking_at_a_locked_door_counts_against_the_address(client: FlaskClient, session: Session, employee: Person):
    fail(client, employee.staff_no, times=7)
    session.rollback()
    assert session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)).all() == [
        *["FAILED"] * 5,
        *["HELD_BACK"] * 2,
    ]


def test_a_session_set_before_sign_in_is_not_kept(client: FlaskClient, employee: Person):
    before = csrf_token(client)
    cookie = client.get_cookie("session").value
    sign_in_through_form(client, employee.staff_no)
    assert client.get_cookie("session").value != cookie
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400, "its form tokens are void too"
    client.set_cookie("session", cookie)
    assert not is_inside(client)


def test_signing_in_again_gives_another_session(client: FlaskClient, session: Session, employee: Person):
    tokens = set()
    for _ in range(2):
        client.delete_cookie("session")
        sign_in_through_form(client, employee.staff_no)
        with client.session_transaction() as browser:
            tokens.add(browser["_user_id"])
    assert len(tokens) == 2


def test_a_forged_or_made_up_session_opens_nothing(app: Flask, client: FlaskClient, employee: Person):
    for token in ("", "x", "1", str(employee.id), "\0", "가" * 300):
        with client.session_transaction() as browser:
            browser["_user_id"] = token
        assert not is_inside(client)
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbb")
    assert not is_inside(client)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/a\tb",
        "javascript:alert(1)",
        "evil.example",
        "///evil.example",
        "/a\r\nSet-Cookie: x=1",
        "/" + "a" * 3000,
        "",
    ],
)
@pytest.mark.backend("sqlite")  # no database decides this
def test_nobody_is_sent_to_another_site(client: FlaskClient, employee: Person, target: str):
    sent = {"csrf_token": csrf_token(client), "staff_no": employee.staff_no, "password": PASSWORD, "next": target}
    answer = client.post("/sign-in", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    again = client.get("/sign-in", query_string={"next": target})
    assert (again.status_code, again.headers["Location"]) == (303, "/")
    chosen = client.post(
        "/preferences", data={"csrf_token": csrf_token(client, "/account/password"), "theme": "dark", "next": target}
    )
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, employee: Person):
    cookie = sign_in_through_form(client, employee.staff_no).headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    assert "Domain" not in cookie


def test_empty_fields_are_named(client: FlaskClient):
    answer = sign_in_through_form(client, " ", "")
    assert answer.status_code == 422
    assert 'href="#staff_no"' in answer.text
    assert 'href="#password"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_staff_number_with_strange_characters_is_refused_like_any_other(client: FlaskClient, everyone: Everyone):
    for strange in ("가나다", "a\nb", "' OR 1=1 --", "😀" * 30, "\ud7ff", "%s", "x" * 64):
        assert sign_in_through_form(client, strange, "a wrong password").status_code == 422
    assert sign_in_through_form(client, "a\0b", "x").status_code == 400
