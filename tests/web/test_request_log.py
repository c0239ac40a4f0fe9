"""The log of requests says what was slow or failed, and nothing about anybody."""

import logging

import pytest
from flask.testing import FlaskClient

from tests.support.sign_in import sign_in_through_form


@pytest.mark.backend("sqlite")
def test_a_line_holds_the_rule_and_nothing_that_was_typed(client: FlaskClient, caplog):
    with caplog.at_level(logging.INFO, "lms.requests"):
        sign_in_through_form(client, "SECRET-NUMBER", "secret words")
        client.get("/nowhere/SECRET?q=SECRET")
        client.get("/static/favicon.svg").close()
    lines = [record.getMessage() for record in caplog.records if record.name == "lms.requests"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == ["GET /sign-in 200", "POST /sign-in 422", "GET - 404"]
    assert "secret" not in " ".join(lines).lower()
    assert "127.0.0.1" not in " ".join(lines)
