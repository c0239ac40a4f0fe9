"""Who is let through to a view."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.accounts.access import ENDPOINTS
from lms.shared.db import db
from tests.accounts.everyone import Everyone
from tests.support.sign_in import sign_in
from tests.support.statements import counted_statements


@pytest.mark.parametrize(
    ("kind", "open_to_them"),
    [
        ("employee", {"own"}),
        ("coordinator", {"own", "counts", "names"}),
        ("representative", {"own", "counts", "names"}),
        ("center_manager", {"own", "counts", "names"}),
        ("area_manager", {"own", "counts", "names"}),
        ("region_manager", {"own", "counts", "names"}),
        ("training_admin", {"own", "counts", "names", "training"}),
        ("cs_admin", {"own", "counts", "names"}),
        ("executive", {"own", "counts"}),
        ("auditor", {"own"}),
        ("system_admin", {"own"}),
        ("on_leave", {"own"}),
    ],
)
def test_duties_open_doors(client: FlaskClient, probe, everyone: Everyone, kind: str, open_to_them: set[str]):
    sign_in(client, everyone.person(kind))
    for door in ("own", "counts", "names", "training"):
        assert client.get(f"/probe/{door}").status_code == (200 if door in open_to_them else 403), door


def test_a_stranger_is_sent_to_sign_in_and_a_program_is_told(client: FlaskClient, probe):
    page = client.get("/probe/own?a=1&b=2", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?next=/probe/own?a%3D1%26b%3D2")
    assert client.get("/probe/own").status_code == 303
    program = client.get("/probe/own", headers={"Accept": "application/json"})
    assert (program.status_code, program.json) == (401, {"error": "signed_out"})
    assert program.headers["WWW-Authenticate"]
    other = client.get("/probe/own", headers={"Accept": "text/csv"})
    assert (other.status_code, other.mimetype) == (401, "text/plain")


def test_an_endpoint_without_a_line_is_closed_to_everyone(app: Flask, client: FlaskClient, probe, everyone: Everyone):
    app.testing = False
    for kind in (None, "training_admin"):
        if kind:
            sign_in(client, everyone.person(kind))
        answer = client.get("/probe/undeclared")
        assert answer.status_code == 500
        assert "seen" not in answer.text


def test_a_closed_door_of_a_known_page_is_told_apart_from_a_missing_one(client: FlaskClient, probe, everyone: Everyone):
    sign_in(client, everyone.person("employee"))
    assert client.get("/probe/names").status_code == 403
    assert client.get("/probe/no-such-thing").status_code == 404


@pytest.mark.backend("sqlite")  # about who asks the database at all
def test_a_stranger_and_a_style_sheet_cost_no_query(client: FlaskClient, everyone: Everyone):
    with counted_statements() as seen:
        client.get("/sign-in")
        client.get("/me")
        client.get("/static/favicon.svg").close()
    assert seen.texts == []


@pytest.mark.backend("sqlite")
def test_finding_out_who_asks_leaves_no_lock(app: Flask, client: FlaskClient, probe, everyone: Everyone):
    """A POST begins with the write lock only when its view first asks the database."""
    sign_in(client, everyone.person("employee"))
    app.config["WTF_CSRF_ENABLED"] = False
    begun: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *seen: begun.append(seen[2]))
    client.post("/probe/write?status=422")
    begins = [text for text in begun if text.startswith("BEGIN")]
    assert begins.count("BEGIN IMMEDIATE") == 1
    assert begins[-1] == "BEGIN IMMEDIATE"


def test_every_declared_endpoint_names_a_route(app: Flask):
    assert set(ENDPOINTS) <= set(app.view_functions)
