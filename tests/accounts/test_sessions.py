"""What a session opens, for how long, and how it ends."""

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.people.rules import DutyKind
from tests.accounts.everyone import Everyone, end_posting
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import counted_statements

MORNING = "2026-03-02 09:00:00+09:00"


def is_inside(client: FlaskClient) -> bool:
    return client.get("/account/password").status_code == 200


def test_a_session_rests_fifteen_minutes_at_most(client: FlaskClient, everyone: Everyone, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, everyone.person("employee"))
    for _ in range(4):
        time_machine.shift(14 * 60)
        assert is_inside(client), "each use lets it rest again"
    time_machine.shift(15 * 60)
    assert not is_inside(client)
    page = client.get("/sign-in")
    assert "nothing was done for a while" in page.text or "자동" in page.text


def test_a_session_ends_after_eight_hours_however_busy(client: FlaskClient, everyone: Everyone, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, everyone.person("employee"))
    for _ in range(47):
        time_machine.shift(10 * 60)
        assert is_inside(client)
    time_machine.shift(10 * 60)
    assert not is_inside(client)


def test_the_last_use_is_written_at_most_once_a_minute(
    client: FlaskClient, session: Session, everyone: Everyone, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, everyone.person("employee"))
    with counted_statements() as seen:
        is_inside(client)
        time_machine.shift(59)
        is_inside(client)
    assert not [text for text in seen.texts if text.startswith("UPDATE")]
    time_machine.shift(1)
    with counted_statements() as seen:
        is_inside(client)
        is_inside(client)
    assert len([text for text in seen.texts if text.startswith("UPDATE")]) == 1
    session.rollback()
    assert session.scalars(select(SignInSession.last_seen_at)).one() == datetime(2026, 3, 2, 0, 1, tzinfo=UTC)


def test_leaving_ends_open_sessions_the_same_day(
    client: FlaskClient, session: Session, everyone: Everyone, time_machine
):
    time_machine.move_to("2026-03-01 23:58:00+09:00", tick=False)
    person = everyone.person("employee")
    end_posting(session, person, date(2026, 3, 2))
    session.commit()
    sign_in(client, person)
    assert is_inside(client)
    time_machine.shift(3 * 60)
    assert not is_inside(client)


def test_leaving_now_cuts_the_very_next_request(
    client: FlaskClient, session: Session, everyone: Everyone, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    person = everyone.person("employee")
    sign_in(client, person)
    assert is_inside(client)
    session.rollback()
    end_posting(session, person, date(2026, 3, 2))
    session.commit()
    assert not is_inside(client)


def test_the_end_of_a_duty_cuts_what_it_opened_the_same_day(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, time_machine, probe
):
    time_machine.move_to("2026-03-01 23:55:00+09:00", tick=False)
    person = everyone.person("colleague")
    everyone.net.duty(person, DutyKind.COORDINATOR, everyone.cast.center, until=date(2026, 3, 2))
    session.commit()
    sign_in(client, person)
    assert client.get("/probe/names").status_code == 200
    time_machine.shift(10 * 60)
    assert client.get("/probe/names").status_code == 403
    assert is_inside(client), "they still work here"


def test_a_request_of_someone_signed_out_in_another_browser_is_stopped(
    client: FlaskClient, session: Session, everyone: Everyone
):
    sign_in(client, everyone.person("employee"))
    session.rollback()
    session.execute(text("UPDATE sign_in_session SET revoked_at = last_seen_at"))
    session.commit()
    assert not is_inside(client)


def test_two_people_in_two_browsers_do_not_mix(app: Flask, everyone: Everyone):
    browsers = {}
    for kind in ("employee", "executive"):
        browsers[kind] = app.test_client()
        sign_in(browsers[kind], everyone.person(kind))
    for kind, browser in browsers.items():
        assert everyone.person(kind).name in browser.get("/account/password").text


def test_preferences_follow_the_person_and_without_one_the_browser(app: Flask, client: FlaskClient, everyone: Everyone):
    sent = {"csrf_token": csrf_token(client), "language": "en", "next": "/sign-in?next=%2Fme"}
    answer = client.post("/preferences", data=sent)
    assert answer.headers["Location"] == "/sign-in?next=%2Fme"
    assert "language=en" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert 'lang="en"' in client.get("/sign-in").text
    sign_in(client, everyone.person("employee"))
    token = csrf_token(client, "/account/password")
    for choice in ({"theme": "dark"}, {"language": "ko"}):
        assert "language" not in client.post("/preferences", data={"csrf_token": token, **choice}).headers.get(
            "Set-Cookie", ""
        )
    elsewhere = app.test_client()
    sign_in(elsewhere, everyone.person("employee"))
    page = elsewhere.get("/account/password").text
    assert '<html lang="ko" data-theme="dark"' in page


def test_a_preference_that_does_not_exist_changes_nothing(client: FlaskClient, everyone: Everyone):
    sign_in(client, everyone.person("employee"))
    sent = {"csrf_token": csrf_token(client, "/account/password"), "language": "xx", "theme": "<script>"}
    assert client.post("/preferences", data=sent).status_code == 303
    assert '<html lang="ko">' in client.get("/account/password").text


def test_the_frame_says_who_is_signed_in_and_as_what(client: FlaskClient, session: Session, everyone: Everyone):
    person = everyone.person("coordinator")
    everyone.net.duty(person, DutyKind.DEPUTY_COORDINATOR, everyone.cast.next_door)
    session.commit()
    sign_in(client, person)
    client.set_cookie("language", "en")
    page = client.get("/account/password").text
    assert person.name in page
    assert "CS coordinator · Gangnam / Deputy CS coordinator · Seocho" in page


def test_asking_costs_the_same_few_statements_whoever_asks(client: FlaskClient, everyone: Everyone):
    counts = {}
    for kind in ("employee", "representative", "area_manager", "training_admin"):
        sign_in(client, everyone.person(kind))
        with counted_statements() as seen:
            client.get("/account/password")
        counts[kind] = seen.total
    assert counts["employee"] == 2
    assert max(counts.values()) <= 5, counts


def test_expiry_keeps_the_way_back(client: FlaskClient, everyone: Everyone, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sign_in(client, everyone.person("employee"))
    token = csrf_token(client, "/account/password")
    time_machine.shift(timedelta(minutes=20))
    sent = {"csrf_token": token, "current": "x", "new": "y", "again": "y"}
    answer = client.post("/account/password", data=sent, headers={"Referer": "http://localhost/account/password?x=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account/password?x%3D1")
