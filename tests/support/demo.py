"""The demo network as tests use it: loaded once in a run for each backend, cloned for each test that writes."""

from datetime import date
from pathlib import Path

from app import create_app
from lms.demo.queries import SignIn, list_sign_ins
from lms.demo.rules import SignInKind
from lms.shared.db import db
from tests.support.databases import Content, migrate, settings_for


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


def sign_ins(on: date) -> dict[SignInKind, SignIn]:
    """Return the demo's people who can sign in, by kind; asked inside the application's context."""
    found = {one.kind: one for one in list_sign_ins(db.session(), on=on)}
    db.session.rollback()
    return found
