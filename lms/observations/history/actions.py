"""Taking visits and findings in: all good visits whole, in one transaction, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.history.rules import Refusals
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import Outcome
from lms.observations.history.actions_items import TakenItems
from lms.observations.history.actions_merge import merge_staged
from lms.observations.history.models import (
    create_staged,
    drop_staged,
    finish_loading,
    load_staged,
    staged_findings,
    staged_visits,
)
from lms.observations.history.queries import refuse_findings, refuse_visits
from lms.observations.history.rules import FINDING_COLUMNS, VISIT_COLUMNS, FindingReader, VisitReader
from lms.people.models import OrgUnit
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError
from lms.shared.ids import new_public_id

BATCH = 5_000
PROGRESS = {staged_visits.name: "visits", staged_findings.name: "findings"}
Progress = Callable[[str, int, int], None]
PAIR = ("reference", "item_id")
SAID = ("reference", "center_id", "observed_on", "kind", "points")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the two files."""

    visits: Outcome
    findings: Outcome


def import_observations(
    session: Session,
    visits: Table,
    findings: Table,
    *,
    items: TakenItems,
    run: ImportRun,
    scope: Scope,
    until: date,
    actor: Actor,
    progress: Progress | None = None,
) -> Taken:
    """Take every good visit with its findings, and return what became of both files.

    A visit is taken whole or not at all: where one of its findings cannot be read, it would stand as met. One that is
    recorded otherwise, by its id, supersedes what was recorded; the same files twice change nothing.

    Raises:
        FileError: a file cannot be read, or columns are missing.
        NotFoundError: the scope is not the whole network.
    """
    if not scope.network:
        raise NotFoundError
    visits.require(*VISIT_COLUMNS)
    findings.require(*FINDING_COLUMNS)
    connection = session.connection()
    create_staged(connection)
    of_visits, of_findings = Refusals(), Refusals()
    reader = VisitReader(visits.header, _centers(session), until, new_public_id)
    rows = [_load_visits(connection, visits, reader, of_visits, progress)]
    rows += [_load_findings(connection, findings, FindingReader(findings.header, items.ids), of_findings, progress)]
    repeated = _sift(connection, of_visits, of_findings)
    merged = merge_staged(connection, item_set_id=items.item_set_id, import_id=run.id, at=actor.at)
    drop_staged(connection)
    counts = merged, {"added": merged.pop("findings")}
    taken = Taken(*map(_outcome, rows, counts, repeated, (of_visits, of_findings)))
    if merged["added"] or merged["changed"]:
        detail: dict[str, object] = {"counts": taken.visits.counts, "import": run.public_id}
        audit.record(session, actor, "observations.import", "import", run.public_id, detail=detail)
    return taken


def _sift(connection: Connection, of_visits: Refusals, of_findings: Refusals) -> list[int]:
    """Leave what is to be taken; return how many visits and findings were there more than once."""
    finish_loading(connection)
    repeated = [_drop_repeated(connection, *rest) for rest in ((staged_visits, SAID), (staged_findings, PAIR))]
    _refuse_doubtful(connection, of_visits)
    _refuse_alone(connection, of_findings)
    return repeated


def _outcome(rows: int, counts: dict[str, int], repeated: int, refusals: Refusals) -> Outcome:
    return Outcome(
        counts={"rows": rows, **counts, "repeated": repeated, "refused": refusals.total},
        refusals=refusals.listed(),
    )


def _centers(session: Session) -> dict[str, int]:
    rows = session.execute(select(OrgUnit.code, OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER))
    return {row.code: row.id for row in rows}


def _load_visits(
    connection: Connection, table: Table, reader: VisitReader, refusals: Refusals, progress: Progress | None
) -> int:
    def read(line: int, cells: list[str]) -> Any:
        row = reader.read(line, cells)
        if isinstance(row, tuple):
            return row
        refusals.add(row)
        return None

    return _load(connection, table, staged_visits, read, progress)


def _load_findings(
    connection: Connection, table: Table, reader: FindingReader, refusals: Refusals, progress: Progress | None
) -> int:
    def read(line: int, cells: list[str]) -> Any:
        row, refusal = reader.read(line, cells)
        if refusal:
            refusals.add(refusal)
        return row

    return _load(connection, table, staged_findings, read, progress)


def _load(
    connection: Connection,
    table: Table,
    into: SqlTable,
    read: Callable[[int, list[str]], Any],
    progress: Progress | None,
) -> int:
    rows_read = 0
    for batch in _batches(table.rows()):
        if rows := [row for line, cells in batch if (row := read(line, cells))]:
            load_staged(connection, into, rows)
        rows_read += len(batch)
        if progress:
            progress(PROGRESS[into.name], rows_read, table.progress_pct)
    return rows_read


def _batches(rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _drop_repeated(connection: Connection, table: SqlTable, names: tuple[str, ...]) -> int:
    """Keep the first of rows that say the same, and return how many were left out."""
    said = [table.c[name] for name in names]
    repeated = select(*said).group_by(*said).having(func.count() > 1).limit(1)
    if connection.execute(repeated).first() is None:
        return 0
    first_lines = select(func.min(table.c.line)).group_by(*said)
    return connection.execute(delete(table).where(table.c.line.not_in(first_lines))).rowcount


def _refuse_doubtful(connection: Connection, refusals: Refusals) -> None:
    """Refuse visits that the file tells differently twice, and those with a finding that could not be read."""
    reference = staged_visits.c.reference
    doubtful = select(reference).group_by(reference).having(func.count() > 1)
    unread = select(staged_findings.c.reference).where(staged_findings.c.item_id.is_(None))
    for told, code in ((doubtful, "visit_conflict"), (unread, "finding_refused")):
        # Read once and by number, as rows of it are about to go.
        lines = list(connection.scalars(select(staged_visits.c.line).where(reference.in_(told))))
        for start in range(0, len(lines), BATCH):
            which = staged_visits.c.line.in_(lines[start : start + BATCH])
            refuse_visits(connection, which, code, refusals)
            connection.execute(delete(staged_visits).where(which))
    connection.execute(delete(staged_findings).where(staged_findings.c.item_id.is_(None)))


def _refuse_alone(connection: Connection, refusals: Refusals) -> None:
    """Refuse findings whose visit is not taken."""
    alone = and_(~exists().where(staged_visits.c.reference == staged_findings.c.reference))
    listed = refuse_findings(connection, alone, "visit_not_taken", refusals)
    if listed:
        refusals.total += connection.execute(delete(staged_findings).where(alone)).rowcount - listed
