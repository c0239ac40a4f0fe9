"""Looking at a whole database, and putting it back: what a request changed, and undoing it for the next one."""

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from typing import Any

from flask import Flask
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from lms.shared.db import Base, db

# Notes about access, written when a page is read: no business facts (ruling 17).
NOTES = frozenset({"audit_event", "audit_subject", "sign_in_session", "sign_in_attempt"})
Rows = dict[str, list[tuple[Any, ...]]]


# Made anew each time the same thing is done.
MADE_BY_CHANCE = frozenset(
    {"public_id", "token_sha256", "password_hash", "code_digest", "stored_as", "key", "check_code"}
)


def business_facts(session: Session, *, by_chance: bool = True) -> Rows:
    """Return every row of every table but the notes, as known now; on wish without what chance made."""
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in NOTES]
    return {table.name: _rows(session, table, () if by_chance else MADE_BY_CHANCE) for table in tables}


def _rows(session: Session, table: Table, without: Collection[str]) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in without]
    return sorted((tuple(row) for row in session.execute(select(*columns))), key=repr)


def differences(before: Rows, after: Rows) -> list[str]:
    """Return the tables whose rows differ."""
    return [name for name in after if before.get(name) != after[name]]


def keep(app: Flask) -> Callable[[], None]:
    """Remember a SQLite database as it is; what is returned puts it back while others hold it open."""
    with app.app_context():
        path = db.engine.url.database
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(str(path))) as now:
        now.backup(kept)

    def put_back() -> None:
        with closing(sqlite3.connect(str(path))) as target:
            kept.backup(target)

    return put_back
