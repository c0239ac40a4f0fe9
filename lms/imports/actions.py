"""Keeping the record of files that came in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.imports.models import ImportRun, RefusedRow
from lms.imports.rules import ImportKind, ImportState, Outcome, RowRefusal
from lms.shared.errors import DomainError

# A file of another kind may refuse every row; the first ones tell why.
MAX_REFUSED_KEPT = 10_000


def start_run(
    session: Session,
    actor: Actor,
    *,
    kind: ImportKind,
    file_name: str,
    sha256: str,
    stored_as: str | None = None,
    effective_on: date | None = None,
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Note that a file came in. `stored_as` names it in the data directory when it is handled later."""
    run = ImportRun(
        kind=kind,
        state=ImportState.UPLOADED,
        file_name=file_name[-255:],
        sha256=sha256,
        stored_as=stored_as,
        effective_on=effective_on,
        options=dict(options or {}),
        requested_by_id=actor.person_id,
        requested_by=actor.label,
        recorded_at=actor.at,
    )
    session.add(run)
    session.flush()
    audit.record(session, actor, "import.upload", "import", run.public_id, detail={"kind": kind, "file": file_name})
    return run


def begin_check(run: ImportRun) -> None:
    """Note that a file is being checked."""
    run.state, run.failure = ImportState.CHECKING, None


def offer(session: Session, run: ImportRun, outcome: Outcome) -> None:
    """Note what a file would do, and wait for a yes."""
    run.state = ImportState.STOPPED if outcome.stop else ImportState.READY
    run.failure = outcome.stop
    run.counts, run.preview = outcome.counts, outcome.preview
    refuse_rows(session, run, outcome.refusals)


def confirm(session: Session, actor: Actor, run: ImportRun, *, allow_large: bool) -> bool:
    """Say yes to a file: it will be applied. Return False when that was said before.

    Raises:
        DomainError: it is not ready, or makes an unusually large change that was not allowed.
    """
    if run.state in {ImportState.APPLYING, ImportState.APPLIED}:
        return False
    if run.state == ImportState.STOPPED and not allow_large:
        raise DomainError("allow_large_needed")
    if run.state not in {ImportState.READY, ImportState.STOPPED}:
        raise DomainError("import_not_ready")
    run.state, run.failure = ImportState.APPLYING, None
    run.options = {**run.options, "allow_large": allow_large, "actor_id": actor.person_id, "actor": actor.label}
    audit.record(session, actor, "import.confirm", "import", run.public_id)
    return True


def finish(session: Session, actor: Actor, run: ImportRun, outcome: Outcome) -> None:
    """Note that a file was applied, with what it did."""
    run.state, run.applied_at = ImportState.APPLIED, actor.at
    run.counts, run.preview, run.restore = outcome.counts, outcome.preview, outcome.restore
    run.failure, run.stored_as = None, None
    refuse_rows(session, run, outcome.refusals)
    audit.record(session, actor, "import.apply", "import", run.public_id, detail={"counts": outcome.counts})


def fail(run: ImportRun, code: str, values: Mapping[str, object]) -> None:
    """Note that a file could not be taken, and why: a code with the values of its wording."""
    run.state, run.failure = ImportState.FAILED, code
    run.options = {**run.options, "failure_values": {name: str(value) for name, value in values.items()}}


def mark_undone(session: Session, actor: Actor, run: ImportRun) -> None:
    """Note that what a file did was undone."""
    run.state, run.undone_at = ImportState.UNDONE, actor.at
    audit.record(session, actor, "import.undo", "import", run.public_id, detail={"counts": run.counts})


def refuse_rows(session: Session, run: ImportRun, refusals: Iterable[RowRefusal]) -> None:
    """Keep the rows that were not taken, in place of those of a former check."""
    session.flush()
    session.execute(delete(RefusedRow).where(RefusedRow.import_id == run.id))
    rows = [
        {
            "import_id": run.id,
            "line": refusal.line,
            "column": refusal.column[:60],
            "value": refusal.value,
            "code": refusal.code,
            "cells": refusal.cells,
        }
        for _, refusal in zip(range(MAX_REFUSED_KEPT), refusals, strict=False)
    ]
    if rows:
        session.execute(insert(RefusedRow), rows)
