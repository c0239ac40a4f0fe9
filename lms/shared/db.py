"""The database: base class, session, and how transactions begin. The one file that knows flask_sqlalchemy."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    ARRAY,
    ClauseElement,
    ColumnElement,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    ForeignKeyConstraint,
    Index,
    Integer,
    Join,
    MetaData,
    String,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, OperationalError, ProgrammingError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from lms.shared.ids import PUBLIC_ID_LENGTH, new_public_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on both databases (SQLite has no zone and would hand back a naive one)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every model."""

    # Given as a registry: Flask-SQLAlchemy derives from this class and cannot copy a type_annotation_map.
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})


class WithPublicId:
    """A row that addresses may name."""

    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id)


class Recorded:
    """A dated fact known from `recorded_at` until a correction supersedes it; never overwritten (ruling 3)."""

    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


db = SQLAlchemy(model_class=Base)

# A connection that was used this short a while ago is taken to be alive.
TRUSTED_SECONDS = 1.0
USED_AT = "tracker.used_at"
# Set on a connection whose statements need no transaction.
BY_ITSELF = "tracker_by_itself"

# Statements that psycopg keeps prepared on a connection, and how often one is asked before it is prepared.
PREPARED_MOST, PREPARED_AFTER = 400, 2

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Make SQLite transactions that begin in here take the write lock at once.

    A transaction that reads first and writes later fails with "database is locked" as soon as another one has
    written in between, whatever the busy timeout; BEGIN IMMEDIATE waits its turn instead.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def only_reading() -> Iterator[None]:
    """Let a transaction that begins in here take no write lock, whatever holds around it.

    Who writes and reads on another connection in between would wait for themselves.
    """
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that are asked too often to read their rows as objects."""
    return cast(Table, model.__table__)


def read(
    session: Session, statement: Executable, values: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Ask for plain rows, as pages do dozens of times: a session would look at each for objects that are not there.

    What the session has not flushed yet is not seen.
    """
    return session.connection().execute(statement, values)


class InThisOrder(Join):
    """Inner joins of which SQLite reads the left side first, where a page of it is all that is wanted.

    It keeps no statistics, and would rather read everything by the index that narrows it and sort that. PostgreSQL
    plans as it sees fit.
    """

    inherit_cache = True


@compiles(InThisOrder, "sqlite")
def _join_in_order(join: Any, compiler: SQLCompiler, **options: Any) -> str:
    options["asfrom"] = True
    left, right, condition = (compiler.process(part, **options) for part in (join.left, join.right, join.onclause))
    return f"{left} CROSS JOIN {right} ON {condition}"


class _Among(FunctionElement[bool]):
    # Without the type of a boolean: SQLite would be asked "… IN (…) = 1", for which it looks into no index.
    name = "among"
    inherit_cache = True


def among(column: Any, given: str) -> ColumnElement[bool]:
    """Tell whether a number is one of those that the statement is given under a name, as a list.

    PostgreSQL takes them as one array: it is the same statement, kept prepared, however many they are.
    """
    return _Among(column, bindparam(given, expanding=True))


@compiles(_Among)
def _in_list(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, given = element.clauses
    return compiler.process(column.in_(given), **options)


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, given = element.clauses
    return compiler.process(column == any_(bindparam(given.key, type_=ARRAY(Integer))), **options)


class Ready:
    """A statement as the driver takes it: one is asked so often that to work it out each time would be felt.

    `columns` are those that an INSERT or UPDATE writes, where it does not say itself: parameters of the same names.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect, columns: Sequence[str] | None = None) -> None:
        options: dict[str, Any] = {} if columns is None else {"column_keys": columns}
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, **options))
        self._text = str(compiled)
        types = {name: bind.type for name, bind in compiled.binds.items()}
        self._order = compiled.positiontup  # None where the driver takes parameters by name
        self._processors = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with a value for each of its parameters, by name."""
        told = {name: process(values[name]) if process else values[name] for name, process in self._processors.items()}
        order = self._order
        return connection.exec_driver_sql(self._text, told if order is None else tuple([told[name] for name in order]))


def refresh_statistics(session: Session | Connection, *models: type[Base]) -> None:
    """Let PostgreSQL look at tables (none named: all) that have just taken in many rows; SQLite plans without.

    Until its own housekeeping comes by it would plan for tables as small as they were, which can take minutes.
    """
    connection = session.connection() if isinstance(session, Session) else session
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(model.__tablename__ for model in models)}")


def keep_in_memory(connection: Connection) -> None:
    """Let SQLite keep 256 MB of the database in memory, for a load that goes through all of it again and again.

    With less it writes pages to the log and reads them back many times before the one commit.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size=-262144")


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows without making objects of them. All fill the same columns, also those with a Python default.

    PostgreSQL takes them by COPY, SQLite as plain values: either way several times as fast as row by row.
    """
    dialect, names = connection.dialect, list(rows[0])
    # The first name once more at the end: asked for one name alone, it would give no tuple.
    taken = zip(*map(itemgetter(*names, names[0]), rows), strict=True)
    columns = [_bound(values, table.c[name].type, dialect) for name, values in zip(names, taken, strict=False)]
    listed, filled = ", ".join(names), list(zip(*columns, strict=True))
    if dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({listed}) VALUES ({marks})"  # noqa: S608  # nosec B608 - our own names
        connection.exec_driver_sql(statement, filled)
        return
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection has no driver beneath it")
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for row in filled:
            copy.write_row(row)


def _bound(values: Sequence[Any], kind: TypeEngine[Any], dialect: Dialect) -> Sequence[Any]:
    """Return the values of a column as the driver takes them."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process and isinstance(kind, Date | UtcDateTime):
        # Few days, each many times: written once, then looked up.
        return list(map({value: process(value) for value in set(values)}.__getitem__, values))
    if isinstance(next((value for value in values if value is not None), None), StrEnum):
        # SQLite looks for an adapter of whatever is not a plain text, for each value anew.
        return [value if value is None else str(value) for value in values]
    return list(map(process, values)) if process else values


# lock_not_available, insufficient_privilege
_BUSY_OR_NOT_OURS = frozenset({"55P03", "42501"})


@contextmanager
def load_in_bulk(connection: Connection, table: Table) -> Iterator[None]:
    """Let PostgreSQL check foreign keys and build indexes once for all rows that an empty table takes in.

    Row by row they take three quarters of the time (PostgreSQL's documentation, 14.4.3 and 14.4.4). Until the
    transaction ends nobody else reads the table or those it refers to, so this is for the first import alone, and only
    while nobody reads them: nobody is waited for. Whose role does not own the tables loads row by row as well. When it
    fails, keys and indexes stand as before. SQLite has no such cost.
    """
    keys, indexes = list(table.foreign_key_constraints), list(table.indexes)
    if connection.dialect.name != "postgresql" or not _set_aside(connection, table, keys, indexes):
        yield
        return
    yield
    for index in indexes:
        connection.execute(CreateIndex(index))
    for key in keys:
        connection.execute(AddConstraint(key, isolate_from_table=False))


def _set_aside(
    connection: Connection, table: Table, keys: Iterable[ForeignKeyConstraint], indexes: Iterable[Index]
) -> bool:
    """Drop a table's keys and indexes; False, and nothing dropped, where somebody reads it or it is not the role's."""
    named = ", ".join(sorted({table.name, *(key.referred_table.name for key in keys)}))
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"LOCK TABLE {named} IN ACCESS EXCLUSIVE MODE NOWAIT")
            for key in keys:
                connection.execute(DropConstraint(key))
            for index in indexes:
                connection.execute(DropIndex(index))
    except (OperationalError, ProgrammingError) as error:
        if getattr(error.orig, "sqlstate", None) not in _BUSY_OR_NOT_OURS:
            raise
        return False
    return True


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: object) -> None:
    if _is_postgresql(connection):
        connection.prepare_threshold, connection.prepared_max = PREPARED_AFTER, PREPARED_MOST
        return
    connection.isolation_level = None  # we emit BEGIN ourselves, see _on_begin
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: an acknowledgement is sent only after the commit is on disk; NORMAL may lose it at a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA cache_size=-32768")
    cursor.close()


@event.listens_for(Engine, "checkin")
def _on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[USED_AT] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask PostgreSQL whether it is still there, when nobody has for a moment; asking each time costs a round trip."""
    used_at = record.info.get(USED_AT)
    if used_at is None or time.monotonic() - used_at < TRUSTED_SECONDS or not _is_postgresql(connection):
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()  # a ROLLBACK would drop what is prepared
    except Exception as error:
        raise DisconnectionError from error  # the pool then connects anew


def _is_postgresql(connection: Any) -> bool:
    return type(connection).__module__.startswith("psycopg")


@contextmanager
def glance(engine: Engine) -> Iterator[Connection]:
    """Give a connection for single statements, beside the request's own transaction: each stands by itself.

    On PostgreSQL a transaction around each would be two round trips more.
    """
    with engine.connect() as connection:
        if writes_at_once(engine):
            connection.execution_options(isolation_level="AUTOCOMMIT")
        else:
            connection.execution_options(**{BY_ITSELF: True})
        yield connection


def writes_at_once(engine: Engine) -> bool:
    """Tell whether one statement can write to several tables here."""
    return engine.dialect.name == "postgresql"


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and BY_ITSELF not in connection.get_execution_options():
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@event.listens_for(Engine, "rollback")
def _on_rollback(connection: Connection) -> None:
    """End by COMMIT what has written nothing on PostgreSQL.

    At a ROLLBACK psycopg drops all that it has prepared, and every statement of the next page is planned anew.
    """
    if connection.dialect.name != "postgresql" or connection.closed or connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status is not TransactionStatus.INTRANS:
        return
    with suppress(driver.Error):  # the ROLLBACK that follows will tell
        if driver.execute("SELECT pg_current_xact_id_if_assigned() IS NULL").fetchone()[0]:
            driver.commit()
