"""The table of checks is written anew on SQLite: nothing that refers to its rows is lost, up and down."""

from pathlib import Path
from typing import Any

import flask_migrate
from sqlalchemy import MetaData, Table, insert, select

from app import create_app
from lms.shared.db import db
from tests.support.databases import Databases, settings_for
from tests.test_house_migrations import fill_every_table, row_for

KEPT = ("field_check_answer", "field_check_photo")


def rows(name: str) -> list[dict[str, Any]]:
    with db.engine.connect() as connection:
        table = Table(name, MetaData(), autoload_with=connection)
        found = connection.execute(select(table).order_by(table.c.id)).mappings()
        return [{key: value for key, value in row.items() if key != "round_id"} for row in found]


def test_checks_after_training_survive_and_rounds_go(databases: Databases, backend: str, tmp_path: Path):
    with databases.empty(backend) as url:
        app = create_app(settings_for(url, tmp_path))
        with app.app_context():
            flask_migrate.upgrade(revision="0017")
            with db.engine.begin() as connection:
                fill_every_table(connection)
                metadata = MetaData()
                metadata.reflect(connection)
                checks, answers, photos = (metadata.tables[name] for name in ("field_check", *KEPT))
                first = connection.execute(select(checks.c.id)).scalar_one()
                photo = connection.execute(select(photos.c.id)).scalar_one()
                follows = row_for(checks, 7, connection) | {"id": 7, "kind": "RECHECK", "follows_id": first}
                connection.execute(insert(checks).values(follows))
                connection.execute(insert(photos).values(row_for(photos, 7, connection) | {"same_as_id": photo}))
                of_round = {"enrollment_id": None, "course_id": None, "completed_on": None, "kind": "MONITORING"}
                round_id = connection.execute(select(metadata.tables["monitoring_round"].c.id)).scalar_one()
                monitored = row_for(checks, 8, connection) | of_round | {"id": 8, "round_id": round_id}
                connection.execute(insert(checks).values(monitored))
                connection.execute(insert(answers).values(row_for(answers, 8, connection) | {"id": 8, "check_id": 8}))
            before = {name: [row for row in rows(name) if row["id"] != 8] for name in ("field_check", *KEPT)}
            assert len(before["field_check"]) == 2
            flask_migrate.downgrade(revision="0016")
            assert {name: rows(name) for name in before} == before
            flask_migrate.upgrade(revision="0017")
            assert {name: rows(name) for name in before} == before
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
