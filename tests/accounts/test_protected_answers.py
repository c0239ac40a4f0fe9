"""Whatever comes back, a page or a refusal, from the house as it runs for people: the browser is told to be strict."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import SignInAttempt
from lms.accounts.rules import Outcome
from lms.shared.clock import utcnow
from lms.shared.db import db
from tests.accounts.cells import cells
from tests.accounts.watching import loose_headers
from tests.accounts.world import World
from tests.support.databases import Databases, settings_for
from tests.support.sign_in import sign_in

HTTPS = {"base_url": "https://tracker.example"}
Ask = Callable[[FlaskClient, Session], TestResponse]


@pytest.fixture
def settings(databases: Databases, backend: str, tmp_path):
    with databases.clone(backend) as url:
        plain = settings_for(url, tmp_path)
        yield replace(plain, environment="production", secret_key="a secret of production that is long enough")


def too_large(client: FlaskClient, _session: Session) -> TestResponse:
    client.application.config["MAX_CONTENT_LENGTH"] = 64
    return client.post("/preferences", data={"theme": "x" * 500}, **HTTPS)


def too_often(client: FlaskClient, session: Session) -> TestResponse:
    tries = {"ip": "127.0.0.1", "at": utcnow(), "outcome": Outcome.FAILED}
    session.add_all(SignInAttempt(staff_no=f"{number}", **tries) for number in range(500))
    session.commit()
    sent = {"csrf_token": csrf_of(client), "staff_no": "00101", "password": "wrong wrong wrong"}
    return client.post("/sign-in", data=sent, headers={"Referer": "https://tracker.example/sign-in"}, **HTTPS)


def csrf_of(client: FlaskClient) -> str:
    page = client.get("/sign-in", **HTTPS).text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def broken(client: FlaskClient, _session: Session) -> TestResponse:
    with client.application.app_context():
        db.engine.dispose()
    client.application.view_functions["web.health"] = lambda: 1 / 0  # type: ignore[assignment]
    return client.get("/healthz", **HTTPS)


REFUSALS: dict[int, Ask] = {
    303: lambda client, _: client.get("/me", **HTTPS),
    400: lambda client, _: client.post("/preferences", **HTTPS),
    401: lambda client, _: client.get("/me", headers={"Accept": "application/json"}, **HTTPS),
    404: lambda client, _: client.get("/nowhere", **HTTPS),
    405: lambda client, _: client.put("/sign-in", **HTTPS),
    413: too_large,
    429: too_often,
    500: broken,
}


def strict(answer: TestResponse, endpoint: str = "") -> list[str]:
    """Return what an answer of production lacks."""
    faults = loose_headers(answer, endpoint)
    faults += ["may be read without TLS"] * (
        "max-age=31536000" not in answer.headers.get("Strict-Transport-Security", "")
    )
    for cookie in answer.headers.getlist("Set-Cookie"):
        faults += [f"sets {cookie} for plain HTTP"] * ("Secure" not in cookie.split("; ") or "Domain" in cookie)
        faults += [f"sets {cookie}"] * (cookie.startswith("session="))
    return faults


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.backend("sqlite")  # headers know no database
def test_refusals_are_as_strict_as_pages(app: Flask, session: Session, status: int):
    app.testing = False
    answer = REFUSALS[status](FlaskClient(app, app.response_class), session)
    assert answer.status_code == status
    assert strict(answer) == []


@pytest.mark.backend("sqlite")
def test_every_page_and_file_is_strict(app: Flask, session: Session, record_property):
    world = World(session)
    session.commit()
    app.testing = False
    wrong, asked = [], 0
    for kind in ("anonymous", "training_admin", "coordinator"):
        client = FlaskClient(app, app.response_class)
        if kind != "anonymous":
            sign_in(client, world.marks[kind].id)
            cookie = client.get_cookie("__Host-session")
            assert cookie is not None
            client.set_cookie("__Host-session", cookie.value, domain="tracker.example", secure=True)
            assert client.get("/me", **HTTPS).status_code == 200
        for cell in list(cells(app, world, kind, ("GET",))):
            with client.get(cell.address, **HTTPS) as answer:
                asked += 1
                wrong += [f"{cell} {fault}" for fault in strict(answer, cell.rule.endpoint)]
    record_property("answers of production", asked)
    assert not wrong, "\n".join(wrong)
