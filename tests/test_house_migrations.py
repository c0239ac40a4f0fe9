"""Migrations: numbered, one head, equal to the models, and there and back again with rows in every table."""

import datetime
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    inspect,
)
from sqlalchemy import select as sql_select

from app import create_app
from lms.shared.db import db
from tests.support import ROOT
from tests.support.databases import Databases, settings_for

VERSIONS = ROOT / "migrations" / "versions"
# What a row of one kind needs, though rows of another kind lack it.
NEEDED = {"field_check": ("enrollment_id", "course_id", "completed_on")}
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def script_directory() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(ROOT / "migrations" / "alembic.ini"))


def test_there_is_one_head():
    assert len(script_directory().get_heads()) == 1, "number yours after the one that came first"


def test_files_are_numbered_without_a_gap():
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:5] for name in names] == [f"{number:04}_" for number in range(1, len(names) + 1)]


def test_each_revision_is_its_files_number_and_follows_the_one_before():
    for script in script_directory().walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
        assert script.down_revision == (None if script.revision == "0001" else f"{int(script.revision) - 1:04}")


def test_no_migration_imports_the_product():
    for path in VERSIONS.glob("*.py"):
        assert not re.search(r"^\s*(from|import) (lms|app|config)\b", path.read_text(), re.MULTILINE), (
            f"{path.name}: models change, a migration must not"
        )


def test_models_and_migrations_agree(app: Flask):
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.fixture
def empty_app(databases: Databases, backend: str, tmp_path: Path):
    with databases.empty(backend) as url:
        app = create_app(settings_for(url, tmp_path))
        with app.app_context():
            yield app
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def test_every_step_goes_down_and_up_again_with_rows_in_every_table(empty_app: Flask):
    revisions = [script.revision for script in script_directory().walk_revisions()]
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        fill_every_table(connection)
    for revision in revisions:
        before = tables()
        flask_migrate.downgrade()
        flask_migrate.upgrade(revision=revision)
        assert tables() == before, f"{revision} does not come back as it was"
        flask_migrate.downgrade()
    assert tables() == {"alembic_version"}
    flask_migrate.upgrade()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def fill_every_table(connection: Connection) -> None:
    """Put a row into each table that the migrations left empty, parents first."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if connection.execute(sql_select(table).limit(1)).first() is None:
            # Two courses: one may count for another, never for itself.
            for number in range(1, 3 if table.name == "course" else 2):
                connection.execute(table.insert().values(row_for(table, number, connection)))


def row_for(table: Table, number: int, connection: Connection) -> dict[str, Any]:
    also = NEEDED.get(table.name, ())
    wanted = (
        column
        for column in table.columns
        if column.name in also or (not column.nullable and column.server_default is None)
    )
    return {column.name: value_for(column, number, connection) for column in wanted}


def value_for(column: Column[Any], number: int, connection: Connection) -> Any:
    for key in column.foreign_keys:
        alike = [other for other in column.table.columns if any(one.column is key.column for one in other.foreign_keys)]
        ids = connection.execute(sql_select(key.column).order_by(key.column.desc())).scalars().all()
        return ids[alike.index(column) % len(ids)]
    # An interval ends after the day it starts on.
    day = NOW.date() + datetime.timedelta(days=column.name == "ends_on")
    by_type = {Boolean: False, Integer: number, Numeric: Decimal(1), DateTime: NOW, Date: day, JSON: {}}
    by_type |= {LargeBinary: b"x"}
    return next((value for kind, value in by_type.items() if isinstance(column.type, kind)), "x" * number)
