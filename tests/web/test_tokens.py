"""Signatures are verified once; what they say is still told apart by browser, by age and by request."""

from datetime import timedelta

import pytest
from flask import Flask, get_flashed_messages, session
from flask.testing import FlaskClient

from lms.shared.clock import utcnow
from lms.web.tokens import TokenCheck
from tests.support.sign_in import csrf_token

pytestmark = pytest.mark.backend("sqlite")


def send(client: FlaskClient, token: str) -> int:
    """Post as a program does, with the token in a header; return the status."""
    return client.post("/probe/write", json={}, headers={"X-CSRFToken": token}).status_code


def test_a_token_that_was_right_is_so_in_its_own_session_alone(probe: FlaskClient, app: Flask):
    other, token = app.test_client(), csrf_token(probe)
    foreign = csrf_token(other)
    assert [send(probe, token) for _ in range(2)] == [200, 200]
    assert [send(other, foreign), send(other, token), send(probe, foreign)] == [200, 400, 400]
    assert [send(probe, token + "x"), send(probe, ""), send(app.test_client(), token)] == [400, 400, 400]
    form = {"csrf_token": foreign}  # of a form, what it holds is looked at
    assert probe.post("/probe/write", data=form, headers={"X-CSRFToken": token}).status_code == 400


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    probe: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lms.web.tokens.MOST_REMEMBERED", 2)
    check = app.extensions["csrf"]
    assert isinstance(check, TokenCheck)
    for client in (probe, *(app.test_client() for _ in range(4))):
        assert send(client, csrf_token(client)) == 200
        assert len(check._right) <= 2


def cookie_of(app: Flask, **values: object) -> str:
    """Return a session of these values, as a browser is given it."""
    serializer = app.session_interface.get_signing_serializer(app)
    return f"session={serializer.dumps(values)}"


def test_a_session_that_was_read_grows_old(app: Flask, monkeypatch: pytest.MonkeyPatch):
    told = {"headers": {"Cookie": cookie_of(app, name="Kim")}}
    for _ in range(2):
        with app.test_request_context(**told):
            assert dict(session) == {"name": "Kim"}
    later = utcnow() + app.permanent_session_lifetime + timedelta(seconds=2)
    monkeypatch.setattr("lms.web.tokens.utcnow", lambda: later)
    with app.test_request_context(**told):
        assert dict(session) == {}


def test_a_session_that_somebody_changed_is_none(app: Flask):
    cookie = cookie_of(app, name="Kim")
    for told in (cookie, cookie[:-9] + cookie[-9:].swapcase(), cookie.replace("session=", "session=x")):
        with app.test_request_context(headers={"Cookie": told}):
            assert bool(session) is (told == cookie)


def test_what_one_request_does_to_a_session_the_next_does_not_see(app: Flask):
    told = {"headers": {"Cookie": cookie_of(app, seen=[1], _flashes=[("message", "saved")])}}
    for _ in range(2):
        with app.test_request_context(**told):
            assert session["seen"] == [1]
            session["seen"].append(2)
            session["name"] = "Kim"
            assert get_flashed_messages() == ["saved"]
        with app.test_request_context(**told):
            assert "name" not in session
