"""A session that reads the database as it was known at an instant; every query asks it as it asks any other.

On a connection of its own, temporary tables and views named like the tables stand before them: of each dated fact the
rows known then, of each enrollment its version of then. They last as long as the block, and nothing can be written.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

from sqlalchemy import Column, Connection, FromClause, Integer, MetaData, Table, exists, or_, select
from sqlalchemy.orm import Session

from lms.completion.known.queries_overwritten import courses_then, people_then, units_then, units_unknown_then
from lms.courses.models import Course
from lms.enrollments.models import STATE, Enrollment, EnrollmentRevision
from lms.people.models import OrgUnit, Person
from lms.people.queries import visible_people
from lms.people.rules import Scope
from lms.shared.db import Base, Recorded, only_reading


class _Past(Session):
    """Ends with its block only: after anything else it would quietly answer for the present."""

    def commit(self) -> NoReturn:
        raise RuntimeError("what was known then cannot be written")

    def rollback(self) -> NoReturn:
        raise RuntimeError("what was known then ends with its block")


@contextmanager
def reading_as_known(session: Session, known_at: datetime | None, *, scope: Scope) -> Iterator[Session]:
    """Give a session for questions about what was known at an instant, through that very instant; None is now.

    What `session` has written and not committed is not there. People whom the viewer may not see by name today are
    left out of every list of names, whoever they worked for as known then; figures count them. Write nothing: the
    database refuses it.
    """
    if known_at is None:
        yield session
        return
    engine = session.get_bind().engine
    with engine.connect() as connection:
        with only_reading():
            connection.begin()
        try:
            _stand_before(connection, known_at, scope)
            _refuse_writing(connection)
            with _Past(connection, autoflush=False, join_transaction_mode="rollback_only") as past:
                yield past
        finally:
            _allow_writing(connection)


def _stand_before(connection: Connection, known_at: datetime, scope: Scope) -> None:
    with Session(connection, autoflush=False, join_transaction_mode="rollback_only") as now:
        overwritten = {
            OrgUnit: (units_then(now, known_at), units_unknown_then(now, known_at)),
            Course: (courses_then(now, known_at), set[int]()),
            Person: (people_then(now, known_at), set[int]()),
        }
        seen = None if scope.network else set(now.scalars(select(Person.id).where(visible_people(scope))))
        changed = [table for table in _recorded_tables() if _has_changed_since(connection, table, known_at)]
        enrolled = exists().where(Enrollment.recorded_at > known_at)
        if now.scalar(select(enrolled)):
            _view_enrollments(connection, known_at)
    for table in changed:
        _copy_facts(connection, table, known_at)
    for model, (values, unknown) in overwritten.items():
        _view_rows(connection, _table(model), values, unknown, seen if model is Person else None)
    if connection.dialect.name == "postgresql":
        # Another path makes it read every prepared statement anew: it would go on reading what the name meant before.
        path = "SELECT set_config('search_path', 'pg_temp, ' || quote_ident(current_schema()), true)"
        connection.exec_driver_sql(path)


def _recorded_tables() -> list[Table]:
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((_table(model) for model in models if issubclass(model, Recorded)), key=lambda table: table.name)


def _table(model: Any) -> Table:
    table: FromClause = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} has no table")
    return table


def _has_changed_since(connection: Connection, table: Table, known_at: datetime) -> bool:
    since = or_(table.c.recorded_at > known_at, table.c.superseded_at > known_at)
    return bool(connection.scalar(select(exists().where(since))))


def _copy_facts(connection: Connection, table: Table, known_at: datetime) -> None:
    """Have a table hold the facts known then. Its indexes are of those in force only, so PostgreSQL reads a view.

    SQLite would read all of a view for each person it joins; copying it once, with the indexes, is quicker.
    """
    moment, is_sqlite = _moment(connection, known_at), connection.dialect.name == "sqlite"
    nothing = "NULL" if is_sqlite else "CAST(NULL AS TIMESTAMP WITH TIME ZONE)"
    columns = [
        f"{nothing} AS superseded_at" if column.name == "superseded_at" else f'"{column.name}"'
        for column in table.columns
    ]
    known = f"recorded_at <= {moment} AND (superseded_at IS NULL OR superseded_at > {moment})"
    what = _select(columns, _real(connection, table), known)
    _create(connection, "TABLE" if is_sqlite else "VIEW", table.name, what)
    if is_sqlite:
        connection.exec_driver_sql(f'CREATE INDEX temp."then_{table.name}_id" ON "{table.name}" (id)')
        for index in table.indexes:
            names = ", ".join(f'"{column.name}"' for column in index.columns)
            connection.exec_driver_sql(f'CREATE INDEX temp."then_{index.name}" ON "{table.name}" ({names})')


def _view_enrollments(connection: Connection, known_at: datetime) -> None:
    """Have every enrollment stand as in force then: its row if that was recorded by then, else its former version."""
    moment = _moment(connection, known_at)
    row, former = _real(connection, _table(Enrollment)), _real(connection, _table(EnrollmentRevision))
    names = [column.name for column in _table(Enrollment).columns]
    in_force = _select([f'"{name}"' for name in names], row, f"recorded_at <= {moment}")
    of_then = _select(
        [f'{"r" if name in STATE else "e"}."{name}" AS "{name}"' for name in names],
        f"{former} AS r JOIN {row} AS e ON e.id = r.enrollment_id",
        f"r.superseded_at > {moment} AND r.recorded_at <= {moment}",
    )
    # A table with an index: rates look for the later cycles of one person and course at a time.
    _create(connection, "TABLE", "former_enrollment", of_then)
    temp = "temp." if connection.dialect.name == "sqlite" else ""
    columns = "(person_id, course_id, cycle)"
    connection.exec_driver_sql(f"CREATE INDEX {temp}then_former_enrollment ON former_enrollment {columns}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE former_enrollment")
    of_then = _select([f'"{name}"' for name in names], "former_enrollment")
    _create(connection, "VIEW", "enrollment", f"{in_force} UNION ALL {of_then}")


def _view_rows(
    connection: Connection, table: Table, values: dict[int, dict[str, Any]], unknown: set[int], seen: set[int] | None
) -> None:
    """Have rows stand with other values, without those unknown then, and only those that may be seen (None: all)."""
    if not values and not unknown and seen is None:
        return
    name, real, columns = table.name, _real(connection, table), [f'"{column.name}"' for column in table.columns]
    is_seen = "1 = 1"
    if seen is not None:
        is_seen = _among(connection, f"seen_{name}", seen)
    others = _among(connection, f"other_{name}", unknown | values.keys())
    changed = _among(connection, f"changed_{name}", values.keys() - unknown)
    then = table.to_metadata(MetaData(), name=f"then_{name}")
    _create(connection, "TABLE", then.name, _select(columns, real, changed))
    for row_id, of_row in values.items():
        connection.execute(then.update().where(then.c.id == row_id).values(**of_row))
    as_now = _select(columns, real, f"NOT {others} AND {is_seen}")
    _create(connection, "VIEW", name, f"{as_now} UNION ALL {_select(columns, then.name, is_seen)}")


def _among(connection: Connection, name: str, ids: Collection[int]) -> str:
    """Return the condition that an id is one of these; they stand in a table, for there may be thousands."""
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} (id INTEGER PRIMARY KEY)")
    if ids:
        among = Table(name, MetaData(), Column("id", Integer))
        connection.execute(among.insert(), [{"id": one} for one in sorted(ids)])
    return f"(id IN ({_select(['id'], name)}))"


def _select(columns: Sequence[str], source: str, where: str = "1 = 1") -> str:
    return " ".join(("SELECT", ", ".join(columns), "FROM", source, "WHERE", where))


def _create(connection: Connection, kind: str, name: str, what: str) -> None:
    connection.exec_driver_sql(f'CREATE TEMPORARY {kind} "{name}" AS {what}')


def _real(connection: Connection, table: Table) -> str:
    """Return what means the table itself: SQLite reads a view's names when it is asked, PostgreSQL when it is made."""
    return f'main."{table.name}"' if connection.dialect.name == "sqlite" else f'"{table.name}"'


def _moment(connection: Connection, known_at: datetime) -> str:
    """Write an instant as the database keeps it: a view takes no parameters."""
    utc = known_at.astimezone(UTC)
    zone = "" if connection.dialect.name == "sqlite" else "+00"
    return f"'{utc:%Y-%m-%d %H:%M:%S.%f}{zone}'"


def _refuse_writing(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")


def _allow_writing(connection: Connection) -> None:
    """Give the connection back as it was; the end of its transaction takes what stood before the tables away."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = OFF")
