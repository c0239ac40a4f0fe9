"""Whom lines are about moves from JSON into rows and back, with the data of a former version."""

import json

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from lms.shared.db import db
from tests.support.databases import Databases, settings_for

FORMER = (
    # code, subject_ids as JSON (None: SQL NULL), subject_count, then: listed ids, is_listed
    ("two", [9, 4], 2, [4, 9], True),
    ("twice", [4, 4], 2, [4], False),
    ("nobody", [], 0, [], True),
    ("many", "null", 1200, [], False),
    ("counted", [], 50, [], False),
    ("unknown", None, 0, [], True),
)


@pytest.fixture
def former(databases: Databases, backend: str, tmp_path):
    """Give an application whose database stands before the change, with lines in it."""
    with databases.empty(backend) as url:
        app = create_app(settings_for(url, tmp_path))
        with app.app_context():
            flask_migrate.upgrade(revision="0002")
            for code, ids, count, _listed, _is_listed in FORMER:
                add_line(code, ids, count)
            add_person()
            yield app
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def add_line(code: str, ids: list[int] | str | None, count: int) -> None:
    statement = text(
        "INSERT INTO audit_event"
        " (at, actor, origin, action, object_type, object_id, subject_ids, subject_count, detail)"
        " VALUES ('2026-01-01 00:00:00.000000', 'x', 'y', :code, 't', 'i', :ids, :count, '{}')"
    )
    kept = ids if ids is None or isinstance(ids, str) else json.dumps(ids)
    with db.engine.begin() as connection:
        connection.execute(statement, {"code": code, "ids": kept, "count": count})


def add_person() -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, staff_no, name, search_text, is_synthetic, recorded_at, public_id)"
                " VALUES (1, '00101', '김 하나', 'old', :no, '2026-01-01 00:00:00.000000', 'bcdfghjkmnp')"
            ),
            {"no": False},
        )
        connection.execute(
            text("INSERT INTO staff_number (person_id, staff_no, issued_on) VALUES (1, '00101', '2026-01-01')")
        )


def rows(statement: str) -> list[tuple]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_lines_keep_whom_they_are_about_there_and_back(former: Flask):
    flask_migrate.upgrade()
    found = rows("SELECT action, is_listed, public_id FROM audit_event ORDER BY id")
    assert [(code, bool(listed)) for code, listed, _name in found] == [(one[0], one[4]) for one in FORMER]
    assert len({name for *_rest, name in found}) == len(FORMER)
    listed = rows(
        "SELECT action, person_id FROM audit_subject JOIN audit_event ON id = event_id ORDER BY id, person_id"
    )
    assert listed == [(code, one) for code, _ids, _count, ids, _is_listed in FORMER for one in ids]
    assert rows("SELECT search_text FROM person") == [("00101 ㄱ김ㅎ하ㄴ나",)]
    flask_migrate.downgrade(revision="0002")
    back = dict(rows("SELECT action, subject_ids FROM audit_event"))
    parsed = {code: json.loads(ids) if isinstance(ids, str) else ids for code, ids in back.items()}
    assert {code: sorted(ids) if ids else ids for code, ids in parsed.items()} == {
        "two": [4, 9], "twice": [4], "nobody": [], "many": None, "counted": [], "unknown": [],
    }  # fmt: skip
    flask_migrate.upgrade()
    assert rows("SELECT count(*) FROM audit_subject") == [(3,)]
