"""Where visits and findings stand while they are taken in: temporary tables, so that memory stays bounded."""

from collections.abc import Sequence

from sqlalchemy import Column, Date, Index, Integer, MetaData, SmallInteger, String, Table
from sqlalchemy.engine import Connection

from lms.observations.history.rules import FindingRow, VisitRow

NEW, SAME, CHANGED = range(3)
# Metadata of their own: they are no tables of the product, migrations do not know them.
metadata = MetaData()
staged_visits = Table(
    "staged_visit",
    metadata,
    Column("line", Integer, nullable=False),
    Column("public_id", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("center_id", Integer, nullable=False),
    Column("observed_on", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("points", Integer),
    # What is to be done with the visit, and which observation it is.
    Column("verdict", SmallInteger, nullable=False, server_default=str(NEW)),
    Column("observation_id", Integer),
    prefixes=["TEMPORARY"],
)
staged_findings = Table(
    "staged_finding",
    metadata,
    Column("line", Integer, nullable=False),
    Column("reference", String, nullable=False),
    Column("item_id", Integer),
    prefixes=["TEMPORARY"],
)
VISIT_INDEX = Index("ix_staged_visit", staged_visits.c.reference)
FINDING_INDEX = Index("ix_staged_finding", staged_findings.c.reference, staged_findings.c.item_id)
INDEXES = (VISIT_INDEX, FINDING_INDEX)
for _table in metadata.tables.values():
    # They are made when the rows are in: an index that grows row by row takes several times as long.
    _table.indexes.clear()


def create_staged(connection: Connection) -> None:
    """Make the empty tables; they are seen by this connection only, and a rollback takes them away."""
    metadata.create_all(connection, checkfirst=False)


def drop_staged(connection: Connection) -> None:
    """Take the tables away."""
    metadata.drop_all(connection, checkfirst=False)


def load_staged(connection: Connection, table: Table, rows: Sequence[VisitRow] | Sequence[FindingRow]) -> None:
    """Add rows by the fastest way each database has: COPY, or one prepared statement on texts as they are stored."""
    names = rows[0]._fields
    columns = ", ".join(names)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection has no driver beneath it")
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608  # nosec B608 - our own names
    connection.exec_driver_sql(statement, list(rows))


def finish_loading(connection: Connection) -> None:
    """Make the indexes; and tell PostgreSQL's planner what is there, as it knows nothing of a table just filled."""
    for index in INDEXES:
        index.create(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {staged_visits.name}, {staged_findings.name}")
