"""Migrated databases for tests: one template for each backend and run, a clone of it for each test."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import flask_migrate
from filelock import FileLock, Timeout
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app import create_app
from config import Settings
from lms.shared.db import db
from tests.support import postgres

BACKENDS = ("sqlite", "postgresql")
FOLDER_VARIABLE = "TEST_RUN_FOLDER"
FOLDER_PREFIX = "completion-tests-"
# Memory, where a machine has enough of it: the databases of tests are thrown away, so nothing need wait for a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
ENOUGH = 6 * 1024**3


def settings_for(url: str, folder: Path) -> Settings:
    """Return settings of an application under test: jobs run at once, files go to `folder`."""
    return Settings(
        environment="test",
        database_url=url,
        data_dir=folder,
        secret_key="only-for-tests-only-for-tests-only",
        jobs_immediate=True,
    )


def migrate(url: str, folder: Path, revision: str = "head") -> None:
    """Bring a database up to `revision`, as `flask db upgrade` does."""
    app = create_app(settings_for(url, folder))
    with app.app_context():
        flask_migrate.upgrade(revision=revision)
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


class Content(NamedTuple):
    """What templates hold: `fill` puts it into the database of a URL, migrated or not; the folder takes files."""

    name: str
    fill: Callable[[str, Path], None]
    is_migrated: bool = False


EMPTY = Content("empty", migrate)


class Databases:
    """The databases of one test run, shared by its worker processes through a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def clone(self, backend: str, content: Content = EMPTY) -> Iterator[str]:
        """Give the URL of a migrated database of its own with that content; it is gone afterwards."""
        template = self._template(backend, content)
        name = f"{FOLDER_PREFIX}{secrets.token_hex(6)}".replace("-", "_")
        if backend == "sqlite":
            file = self.folder / f"{name}.sqlite3"
            shutil.copyfile(template, file)
            yield f"sqlite:///{file}"
            for path in self.folder.glob(f"{name}.*"):
                path.unlink()
        else:
            # Both clones are files copied by the file system: 4 times as fast as copying them through the log.
            self._on_server(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            yield self._url_of(name)
            self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def empty(self, backend: str) -> Iterator[str]:
        """Give the URL of a database without any table; it is gone afterwards."""
        name = f"{FOLDER_PREFIX}{secrets.token_hex(6)}".replace("-", "_")
        if backend == "sqlite":
            yield f"sqlite:///{self.folder / name}.sqlite3"
        else:
            self._on_server(f"CREATE DATABASE {name}")
            yield self._url_of(name)
            self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server, drop what lies on a borrowed one, remove the folder."""
        if os.environ.get("TEST_DATABASE_URL"):
            for noted in self.folder.glob("postgresql-*.template"):
                self._on_server(f"DROP DATABASE IF EXISTS {noted.read_text()} WITH (FORCE)")
        postgres.stop(self.folder / "postgresql")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _template(self, backend: str, content: Content) -> str:
        """Return the template's file (SQLite) or name (PostgreSQL); the first worker to ask makes it."""
        noted = self.folder / f"{backend}-{content.name}.template"
        with FileLock(self.folder / f"{backend}-{content.name}.lock"):
            if not noted.exists():
                noted.write_text(self._make_template(backend, content))
        return noted.read_text()

    def _make_template(self, backend: str, content: Content) -> str:
        start = self._template(backend, EMPTY) if content.is_migrated else ""
        if backend == "sqlite":
            file = self.folder / f"{content.name}.sqlite3"
            if start:
                shutil.copyfile(start, file)
            content.fill(f"sqlite:///{file}", self.folder)
            return str(file)
        name = f"{self.folder.name}_{content.name}".replace("-", "_").lower()
        self._on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {start}" if start else ""))
        content.fill(self._url_of(name), self.folder)
        return name

    def _server(self) -> str:
        """Return the URL of the server: the one that TEST_DATABASE_URL names, else an embedded one."""
        if borrowed := os.environ.get("TEST_DATABASE_URL"):
            return borrowed.replace("postgresql://", "postgresql+psycopg://")
        noted = self.folder / "postgresql.url"
        with FileLock(self.folder / "server.lock"):
            if not noted.exists():
                home = self.folder / "postgresql"
                home.mkdir()
                noted.write_text(postgres.start(home))
        return noted.read_text()

    def _url_of(self, name: str) -> str:
        return make_url(self._server()).set(database=name).render_as_string(hide_password=False)

    def _on_server(self, statement: str) -> None:
        engine = create_engine(self._server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Give the folder of this run; its lock tells later runs that it is in use, or was left by a killed one."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=_place()))
    folder.chmod(0o711)  # PostgreSQL's unprivileged user passes through
    with FileLock(folder / "owner.lock"):
        yield folder


def _place() -> Path:
    has_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    return MEMORY if has_memory else Path(tempfile.gettempdir())


def _sweep() -> None:
    """Remove what killed runs left behind: a run that lives holds its lock."""
    places = {MEMORY, Path(tempfile.gettempdir())}
    for folder in (found for place in places for found in place.glob(f"{FOLDER_PREFIX}*")):
        lock = FileLock(folder / "owner.lock", blocking=False)
        with contextlib.suppress(Timeout, OSError), lock:
            postgres.stop(folder / "postgresql")
            shutil.rmtree(folder, ignore_errors=True)
