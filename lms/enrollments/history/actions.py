"""Taking a training-history file in: all of its good rows in one transaction, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, and_, delete, func, select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.enrollments.history.actions_merge import merge_staged
from lms.enrollments.history.models import KEY, create_staged, drop_staged, finish_loading, load_staged, staged
from lms.enrollments.history.queries import refuse_staged
from lms.enrollments.history.rules import REQUIRED_COLUMNS, HistoryReader, HistoryRow, KnownCourse, Refusals
from lms.imports.cells import NumberCell
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import Outcome
from lms.people.queries import load_staff_numbers
from lms.people.rules import Scope

BATCH = 5_000
Progress = Callable[[int, int], None]


def import_history(
    session: Session, table: Table, *, run: ImportRun, scope: Scope, actor: Actor, progress: Progress | None = None
) -> Outcome:
    """Take every good row of a training history and return what it did.

    Rows are keyed by person, course and assignment day; cycles count up in that order, whatever the order of the
    rows. A row that is recorded already changes only what it adds: a first or earlier completion, another due date,
    a day it was voided; each such change keeps the former version. The same file twice changes nothing. Due dates
    stand as the file gives them. `progress` is told rows read and percent after each batch.

    Raises:
        FileError: the file cannot be read, or columns are missing.
        NotFoundError: the scope is not the whole network.
    """
    table.require(*REQUIRED_COLUMNS)
    reader = HistoryReader(
        table.header,
        load_staff_numbers(session, scope=scope),
        _load_courses(session),
        lambda cell: isinstance(cell, NumberCell),
    )
    refusals = Refusals()
    connection = session.connection()
    create_staged(connection)
    rows_read = _load(connection, table, reader, refusals, progress)
    finish_loading(connection)
    repeated = _drop_repeated(connection)
    _refuse_conflicts(connection, refusals)
    counts = merge_staged(connection, import_id=run.id, at=actor.at, refusals=refusals)
    drop_staged(connection)
    counts = {"rows": rows_read, **counts, "repeated": repeated, "refused": refusals.total}
    if counts["added"] or counts["changed"]:
        detail: dict[str, object] = {"counts": counts, "import": run.public_id}
        reached = counts["added"] + counts["changed"]
        audit.record(
            session, actor, "enrollments.import", "import", run.public_id, subject_count=reached, detail=detail
        )
    return Outcome(counts=counts, refusals=refusals.listed())


def _load_courses(session: Session) -> dict[str, KnownCourse]:
    versions: dict[int, list[tuple[date | None, int]]] = {}
    ordered = select(CourseVersion.course_id, CourseVersion.effective_on, CourseVersion.id)
    for course_id, since, version_id in session.execute(ordered.order_by(CourseVersion.number)):
        versions.setdefault(course_id, []).append((since, version_id))
    return {
        code: KnownCourse(course_id, mandatory, versions[course_id])
        for course_id, code, mandatory in session.execute(select(Course.id, Course.code, Course.mandatory))
    }


def _load(
    connection: Connection, table: Table, reader: HistoryReader, refusals: Refusals, progress: Progress | None
) -> int:
    rows_read = 0
    for batch in _batches(table.rows()):
        rows = []
        for line, cells in batch:
            row = reader.read(line, cells)
            if isinstance(row, HistoryRow):
                rows.append(row)
            else:
                refusals.add(row)
        if rows:
            load_staged(connection, rows)
        rows_read += len(batch)
        if progress:
            progress(rows_read, table.progress_pct)
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


def _drop_repeated(connection: Connection) -> int:
    """Keep the first of rows that say the same, and return how many were left out."""
    keys = select(*(staged.c[name] for name in KEY)).group_by(*(staged.c[name] for name in KEY))
    repeated = keys.having(func.count() > 1).limit(1)
    if connection.execute(repeated).first() is None:
        return 0
    said = [staged.c[name] for name in (*KEY, "due_on", "completed_on", "score", "voided_on")]
    first_lines = select(func.min(staged.c.line)).group_by(*said)
    return connection.execute(delete(staged).where(staged.c.line.not_in(first_lines))).rowcount


def _refuse_conflicts(connection: Connection, refusals: Refusals) -> None:
    """Refuse rows of the same person, course and day that say different things: neither is guessed to be right."""
    key = [staged.c[name] for name in KEY]
    doubtful = select(*key).group_by(*key).having(func.count() > 1).subquery()
    same_key = and_(*(staged.c[name] == doubtful.c[name] for name in KEY))
    lines = select(staged.c.line).join(doubtful, same_key)
    listed = refuse_staged(connection, staged.c.line.in_(lines), "assigned_on", "conflict", refusals)
    if listed:
        refusals.total += connection.execute(delete(staged).where(staged.c.line.in_(lines))).rowcount - listed
