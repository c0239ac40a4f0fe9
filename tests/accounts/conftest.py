"""People for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from lms.learning.content import storage
from tests.accounts.everyone import Everyone
from tests.accounts.house import House
from tests.accounts.world import World
from tests.field_checks.photographs import PICTURE
from tests.learning.content import SVG
from tests.support.databases import EMPTY, Databases, settings_for
from tests.support.probe import add_probe


@pytest.fixture
def everyone(session: Session) -> Everyone:
    """Give a committed network of people who hold no password."""
    built = Everyone(session)
    session.commit()
    return built


@pytest.fixture(scope="session")
def standing() -> Callable[[str], House]:
    """Give `standing(backend)`: a house that was built a moment ago."""
    houses: dict[str, House] = {}

    def house(backend: str) -> House:
        if backend not in houses or houses[backend].is_old():
            houses[backend] = House()
        return houses[backend]

    return house


@pytest.fixture
def house(standing: Callable[[str], House], backend: str) -> House:
    """Give the house that a test goes into."""
    return standing(backend)


@pytest.fixture
def settings(databases: Databases, backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Give settings that point at a database of the test's own: with the world in it, where the test asks for that."""
    content = request.getfixturevalue("house").content if "world" in request.fixturenames else EMPTY
    with databases.clone(backend, content) as url:
        yield settings_for(url, tmp_path)


@pytest.fixture
def world(settings: Settings, house: House) -> World:
    """Give the world in the test's database: people, and things that few of them may see. It belongs to no session."""
    storage.keep(storage.folder_in(settings.data_dir), SVG)
    storage.keep(settings.data_dir / "photos", PICTURE)
    assert house.world is not None
    return house.world


@pytest.fixture
def probe(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add routes for tests alone; ask for it before the first request."""
    add_probe(app, monkeypatch)
