"""Signing people in: at once for most tests, through the form where signing in itself is meant."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import actions
from lms.accounts.passwords import hash_password
from lms.audit.rules import Actor
from lms.people.models import Person
from lms.shared.clock import utcnow
from lms.shared.db import db, writing

PASSWORD = "seven green bicycles"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def sign_in(client: FlaskClient, person: Person | int) -> None:
    """Make `client` signed in as a person, or their database id, without asking for a password.

    Commit what your own session wrote first: SQLite has one writer.
    """
    token = open_session(client.application, _id_of(person))
    with client.session_transaction() as browser:
        browser.clear()
        browser["_user_id"] = token


def sign_in_page(page: Page, live_server: str, app: Flask, person: Person | int) -> None:
    """Make a browser's page signed in as a person at the served application."""
    client = app.test_client()
    sign_in(client, person)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None, "the test client kept no session"
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": live_server}])


def open_session(app: Flask, person_id: int) -> str:
    """Write a sign-in session of a person and return its token."""
    lasts = timedelta(minutes=app.config["SETTINGS"].session_absolute_minutes)
    with app.app_context(), writing(), Session(db.engine) as session, session.begin():
        opened = actions.start_session(
            session, _test(), person_id=person_id, try_id=0, lasts=lasts, user_agent="a test"
        )
        return opened.token


def give_password(session: Session, person: Person, password: str = PASSWORD) -> str:
    """Give a person a password, as a command would, and return it. The caller commits."""
    actions.set_password(session, _test(), person_id=person.id, password_hash=hash_password(password))
    return password


def sign_in_through_form(
    client: FlaskClient, staff_no: str, password: str = PASSWORD, path: str = "/sign-in"
) -> TestResponse:
    """Open the sign-in page, type, send, and return the answer."""
    sent = {"csrf_token": csrf_token(client, path), "staff_no": staff_no, "password": password}
    return client.post(path, data=sent)


def csrf_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """Return the token of a form on a page, as a browser would send it back."""
    found = TOKEN.search(client.get(path, follow_redirects=True).get_data(as_text=True))
    assert found, f"{path} has no form that writes"
    return found[1]


def _id_of(person: Person | int) -> int:
    return person if isinstance(person, int) else person.id


def _test() -> Actor:
    return Actor(person_id=None, label="a test", origin="127.0.0.1", at=utcnow())
