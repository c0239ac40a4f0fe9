"""Reads of the record of files that came in."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.imports.models import ImportRun, RefusedRow
from lms.imports.rules import ImportState
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of

UNFINISHED = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING)


def get_run(session: Session, *, public_id: str, for_change: bool = False) -> ImportRun:
    """Return a past import; `for_change` holds it until the transaction ends.

    Raises:
        NotFoundError: there is none.
    """
    wanted = select(ImportRun).where(ImportRun.public_id == public_id)
    run = session.scalars(wanted.with_for_update() if for_change else wanted).one_or_none()
    if run is None:
        raise NotFoundError
    return run


def find_run(session: Session, *, import_id: int) -> ImportRun | None:
    """Find an import by its database id, and hold it until the transaction ends: for background work."""
    return session.scalars(select(ImportRun).where(ImportRun.id == import_id).with_for_update()).one_or_none()


def list_runs(session: Session, *, page: int) -> Page[ImportRun]:
    """List past imports, newest first."""
    newest = select(ImportRun).order_by(ImportRun.id.desc()).limit(PER_PAGE).offset(offset_of(page))
    total = session.scalar(select(func.count()).select_from(ImportRun)) or 0
    return Page(session.scalars(newest).all(), page, total)


def list_unfinished(session: Session) -> list[ImportRun]:
    """List imports that wait for background work."""
    return list(session.scalars(select(ImportRun).where(ImportRun.state.in_(UNFINISHED)).order_by(ImportRun.id)))


def count_refusals(session: Session, *, run: ImportRun) -> int:
    """Count the rows of a file that were not taken."""
    return session.scalar(select(func.count()).where(RefusedRow.import_id == run.id)) or 0


def list_refusals(session: Session, *, run: ImportRun, limit: int) -> list[RefusedRow]:
    """List the first rows that were not taken, by line."""
    wanted = select(RefusedRow).where(RefusedRow.import_id == run.id).order_by(RefusedRow.line, RefusedRow.id)
    return list(session.scalars(wanted.limit(limit)))


def iter_refusals(session: Session, *, run: ImportRun) -> Iterator[RefusedRow]:
    """Yield every row that was not taken, by line."""
    wanted = select(RefusedRow).where(RefusedRow.import_id == run.id).order_by(RefusedRow.line, RefusedRow.id)
    return session.scalars(wanted.execution_options(yield_per=500)).__iter__()
