"""Error pages: one for each kind, the same bytes each time, with a way on."""

import io
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from tests.support.sign_in import csrf_token


@pytest.fixture
def in_production(app: Flask, probe: FlaskClient) -> FlaskClient:
    """Give a client to which faults are answers, not exceptions."""
    app.testing = False
    probe.set_cookie("language", "en")
    return probe


@pytest.mark.parametrize(
    ("what", "status", "title"),
    [
        ("400", 400, "The request could not be read"),
        ("403", 403, "You do not have access"),
        ("404", 404, "Page not found"),
        ("absence", 404, "Page not found"),
        ("405", 405, "This page cannot be opened that way"),
        ("413", 413, "The file is too large"),
        ("415", 415, "The request could not be read"),
        ("429", 429, "Too many attempts"),
        ("500", 500, "Something went wrong on our side"),
        ("fault", 500, "Something went wrong on our side"),
        ("501", 501, "Something went wrong on our side"),
        ("503", 503, "Please wait a moment"),
        ("refusal", 400, "The request could not be read"),
    ],
)
@pytest.mark.backend("sqlite")  # no database is asked
def test_every_error_has_its_page(in_production: FlaskClient, what: str, status: int, title: str):
    answer = in_production.get(f"/probe/go-wrong?with={what}")
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert 'href="/"' in answer.text
    assert answer.text == in_production.get(f"/probe/go-wrong?with={what}").text


@pytest.mark.backend("sqlite")
def test_missing_and_hidden_are_the_same_bytes(in_production: FlaskClient):
    hidden, missing = in_production.get("/probe/go-wrong?with=absence"), in_production.get("/nowhere/at/all")
    assert hidden.data == missing.data
    assert list(hidden.headers) == list(missing.headers)


@pytest.mark.backend("sqlite")
def test_a_fault_is_recorded_and_tells_nothing_of_itself(in_production: FlaskClient, caplog):
    with caplog.at_level(logging.ERROR):
        answer = in_production.get("/probe/go-wrong?with=fault")
    assert "on purpose" not in answer.text
    assert "on purpose" in caplog.text


@pytest.mark.backend("sqlite")
def test_a_page_asked_for_in_the_wrong_way_names_the_right_one(in_production: FlaskClient):
    answer = in_production.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.backend("sqlite")
def test_a_form_without_a_token_keeps_a_way_back(in_production: FlaskClient):
    sent_from = {"Referer": "http://localhost/sign-in?next=%2Fme"}
    answer = in_production.post("/sign-in", data={"staff_no": "1"}, headers=sent_from)
    assert answer.status_code == 400
    assert "<h1>Please send it again</h1>" in answer.text
    assert 'href="/sign-in?next=%2Fme"' in answer.text
    elsewhere = in_production.post("/sign-in", data={}, headers={"Referer": "https://evil.example/x"})
    assert "evil" not in elsewhere.text


def test_an_upload_that_is_too_large_is_refused(app: Flask, client: FlaskClient, settings: Settings):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    token = csrf_token(client)
    sent = {"csrf_token": token, "file": (io.BytesIO(b"x" * 2000), "a.csv")}
    assert client.post("/sign-in", data=sent).status_code == 413


@pytest.mark.backend("sqlite")
def test_error_pages_come_in_korean_by_default(app: Flask, probe: FlaskClient):
    assert '<html lang="ko">' in probe.get("/nowhere").text
