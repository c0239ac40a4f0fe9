"""Fixtures of all tests. A test that asks for `backend`, or for anything that stands on it, runs on every backend."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session

from app import create_app
from config import Settings
from lms.shared.db import db
from tests.support import browser as browsing
from tests.support.announce import Announcer, explain_absence
from tests.support.client import CheckedClient
from tests.support.databases import BACKENDS, FOLDER_VARIABLE, Databases, run_folder, settings_for
from tests.support.demo import DEMO
from tests.support.live import served
from tests.support.sharing import share
from tests.support.statements import Statements, counted_statements


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a developer run one backend only; `make test` runs them all."""
    parser.addoption("--backend", choices=BACKENDS, help="run database tests on this one only")


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that the worker processes of this run share; set up what the run says about itself."""
    share()
    config.pluginmanager.register(Announcer(), "announcer")
    if not hasattr(config, "workerinput"):
        opened = run_folder()
        os.environ[FOLDER_VARIABLE] = str(opened.__enter__())
        config.add_cleanup(lambda: opened.__exit__(None, None, None))
        config.add_cleanup(Databases(Path(os.environ[FOLDER_VARIABLE])).close)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on every backend, but browser tests and those marked on one."""
    if "backend" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("backend")
        chosen = metafunc.config.getoption("--backend")
        backends = marker.args if marker else ("sqlite",) if "live_server" in metafunc.fixturenames else BACKENDS
        metafunc.parametrize("backend", [chosen] if chosen in backends else backends, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker sits alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def databases() -> Databases:
    """Give the databases of this run, for tests that need an empty or a second one."""
    return Databases(Path(os.environ[FOLDER_VARIABLE]))


@pytest.fixture
def settings(databases: Databases, backend: str, tmp_path: Path) -> Iterator[Settings]:
    """Give settings that point at a migrated database of the test's own."""
    with databases.clone(backend) as url:
        yield settings_for(url, tmp_path)


@pytest.fixture
def demo_settings(databases: Databases, backend: str, tmp_path: Path) -> Iterator[Settings]:
    """Give settings that point at a clone of the demo, loaded for today; let `settings` return them to use them."""
    with databases.clone(backend, DEMO) as url:
        # The files of its lessons lie where the demo was loaded.
        (tmp_path / "content").symlink_to(databases.folder / "content")
        yield settings_for(url, tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give the application on that database. No application context is open: a request brings its own."""
    application = create_app(settings)
    application.testing = True
    # Each test builds the application anew; its templates are compiled once for all of them.
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[FOLDER_VARIABLE])
    application.test_client_class = CheckedClient
    yield application
    with application.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give a session beside the application's own, as another process would have.

    Commit before asking the client or a command, or SQLite keeps them waiting; begin anew (`session.rollback()`) to
    see what they wrote.
    """
    with app.app_context():
        engine = db.engine
    with Session(engine) as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client that reads every HTML answer strictly. CSRF is on: take tokens from the pages."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Give a runner for `flask` commands."""
    return app.test_cli_runner()


@pytest.fixture
def query_count() -> Callable[[], AbstractContextManager[Statements]]:
    """Give `with query_count() as seen:`; afterwards `seen.total` says how many statements were sent."""
    return counted_statements


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Give the folder of shared data. Where it is absent, tests that ask for it are announced and not run."""
    return explain_absence()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Give the address of the application, served on this machine."""
    with served(app) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one Chromium for each worker process."""
    with sync_playwright() as playwright:
        started = browsing.launch(playwright)
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser) -> Callable[..., AbstractContextManager[Page]]:
    """Give `with new_page(viewport=PHONE, locale="en-US") as page:` for pages of another kind, or a second person."""

    def open_one(**options: Any) -> AbstractContextManager[Page]:
        return browsing.open_page(browser, **options)

    return open_one


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Give a Korean page at desk width; errors that it logs fail the test."""
    if "live_server" in request.fixturenames:
        request.getfixturevalue("live_server")  # the page closes before its server, which may be sending it something
    with browsing.open_page(browser) as opened:
        yield opened
