"""People for the tests of this folder."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from lms.learning.content import storage
from tests.accounts.everyone import Everyone
from tests.accounts.world import World
from tests.field_checks.photographs import PICTURE
from tests.learning.content import SVG
from tests.support.probe import add_probe


@pytest.fixture
def everyone(session: Session) -> Everyone:
    """Give a committed network of people who hold no password."""
    built = Everyone(session)
    session.commit()
    return built


@pytest.fixture
def world(session: Session, settings: Settings) -> World:
    """Give a committed world of people, and of things that few of them may see."""
    built = World(session)
    storage.keep(storage.folder_in(settings.data_dir), SVG)
    storage.keep(settings.data_dir / "photos", PICTURE)
    session.commit()
    return built


@pytest.fixture
def probe(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add routes for tests alone; ask for it before the first request."""
    add_probe(app, monkeypatch)
