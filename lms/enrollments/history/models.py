"""Where a history file stands while it is taken in: a temporary table, so that memory stays bounded."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Numeric, SmallInteger, Table
from sqlalchemy.engine import Connection

from lms.enrollments.history.rules import HistoryRow

NEW, KNOWN_PAIR, SAME, CHANGED, KEPT = range(5)

# Metadata of its own: it is no table of the product, migrations do not know it.
staged = Table(
    "staged_history",
    MetaData(),
    Column("line", Integer, nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("course_id", Integer, nullable=False),
    Column("course_version_id", Integer, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("assigned_on", Date, nullable=False),
    Column("due_on", Date),
    Column("completed_on", Date),
    Column("score", Numeric(6, 2)),
    Column("voided_on", Date),
    # What is to be done with the row: NEW, KNOWN_PAIR (new, where the person has the course already), SAME, CHANGED
    # or KEPT (the recorded completion stands, the row is refused).
    Column("verdict", SmallInteger, nullable=False, server_default=str(NEW)),
    Column("enrollment_id", Integer),
    prefixes=["TEMPORARY"],
)
LOADED = HistoryRow._fields
# One row of a history: a person, a course and the day it was assigned (ruling 21).
KEY = ("person_id", "course_id", "assigned_on")


def create_staged(connection: Connection) -> None:
    """Make the empty table; it is seen by this connection only, and a rollback takes it away."""
    staged.create(connection)


def drop_staged(connection: Connection) -> None:
    """Take the table away."""
    staged.drop(connection)


def load_staged(connection: Connection, rows: Sequence[HistoryRow]) -> None:
    """Add rows by the fastest way each database has: COPY, or one prepared statement on texts as they are stored."""
    columns = ", ".join(LOADED)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection has no driver beneath it")
        with driver.cursor() as cursor, cursor.copy(f"COPY {staged.name} ({columns}) FROM STDIN") as copy:
            copy.write("".join(map(_copy_line, rows)))
        return
    marks = ", ".join("?" * len(LOADED))
    statement = f"INSERT INTO {staged.name} ({columns}) VALUES ({marks})"  # noqa: S608  # nosec B608 - our own names
    connection.exec_driver_sql(statement, list(rows))


def _copy_line(row: HistoryRow) -> str:
    # No cell can hold a tab, a line break or a backslash: they are numbers, days and flags by now.
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


def finish_loading(connection: Connection) -> None:
    """Tell PostgreSQL's planner what is there; it knows nothing of a table that was just filled."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {staged.name}")
