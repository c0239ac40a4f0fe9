"""The demo network as tests use it: loaded once in a run for each backend, cloned for each test that writes."""

from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select

from app import create_app
from lms.demo.queries import list_sign_ins
from lms.demo.rules import SignInKind
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db
from tests.support.databases import Content, migrate, settings_for


class Someone(NamedTuple):
    """Someone of the demo who can sign in."""

    kind: SignInKind
    person_id: int
    staff_no: str
    name: str


def fill_with_demo(url: str, folder: Path) -> None:
    """Migrate a database and load the demo into it, as `make run` does."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    result = app.test_cli_runner().invoke(args=["demo", "load", "--once"])
    assert result.exit_code == 0, f"{result.output}{result.exception!r}"
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


DEMO = Content("demo", fill_with_demo)


def cast_of(app: Flask) -> list[Someone]:
    """Return those of the demo who can sign in, one for each kind."""
    today = local_date(utcnow(), app.config["SETTINGS"].timezone)
    with app.app_context():
        session = db.session()
        found = [
            Someone(
                one.kind,
                session.scalars(select(Person.id).where(Person.staff_no == one.staff_no)).one(),
                one.staff_no,
                one.name,
            )
            for one in list_sign_ins(session, on=today)
        ]
        db.session.remove()
    return found


def someone_of(app: Flask, kind: SignInKind) -> Someone:
    """Return the demo's person of a kind who can sign in."""
    return next(one for one in cast_of(app) if one.kind is kind)
