"""Checking and applying files in the background. Either may run twice: the import's state says what is left to do."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import actions, kinds, queries, storage
from lms.imports.files import Table, open_table
from lms.imports.kinds import Kind
from lms.imports.models import ImportRun
from lms.imports.rules import ImportState
from lms.jobs import sweeps
from lms.jobs.queue import register, request
from lms.shared.clock import utcnow
from lms.shared.errors import DomainError

CHECK = "imports.check"
APPLY = "imports.apply"
log = logging.getLogger(__name__)


@register(CHECK)
def check(session: Session, **arguments: Any) -> None:
    """Check the file of import `import_id` and offer what it would do."""
    run = queries.find_run(session, import_id=arguments["import_id"])
    kind = kinds.find(run.kind) if run else None
    if run is None or kind is None or run.state not in {ImportState.UPLOADED, ImportState.CHECKING}:
        return
    actions.begin_check(run)
    session.commit()
    try:
        _check(session, kind, run)
    except DomainError as error:
        _fail(session, run.id, error.code, error.values)
    except Exception:
        _fail(session, run.id, "unexpected", {})
        raise


def _check(session: Session, kind: Kind, run: ImportRun) -> None:
    with _opened(run) as table:
        outcome = kind.check(session, run, table)
    actions.offer(session, run, outcome)
    session.commit()


@register(APPLY)
def apply(session: Session, **arguments: Any) -> None:
    """Apply the file of import `import_id`, unless that was done; all of it or nothing."""
    run = queries.find_run(session, import_id=arguments["import_id"])
    kind = kinds.find(run.kind) if run else None
    if run is None or kind is None or run.state != ImportState.APPLYING:
        return
    try:
        _apply(session, kind, run)
    except DomainError as error:
        _fail(session, run.id, error.code, error.values)
    except Exception:
        _fail(session, run.id, "unexpected", {})
        raise


def _apply(session: Session, kind: Kind, run: ImportRun) -> None:
    stored_as, expected = run.stored_as, dict(run.counts)
    actor = Actor(
        person_id=run.options.get("actor_id"), label=str(run.options.get("actor", "")), origin="import", at=utcnow()
    )
    with _opened(run) as table:
        outcome = kind.apply(session, actor, run, table)
    if any(outcome.counts.get(name) != number for name, number in expected.items()):
        session.rollback()  # someone changed the data after the preview: nobody agreed to this
        _offer_again(session, kind, run.id)
        return
    actions.finish(session, actor, run, outcome)
    kinds.run_hooks(session, actor, run)
    session.commit()
    storage.drop(current_app.config["SETTINGS"].data_dir, stored_as)


def _offer_again(session: Session, kind: Kind, import_id: int) -> None:
    run = queries.find_run(session, import_id=import_id)
    if run is None:
        return
    _check(session, kind, run)
    run.failure = run.failure or "changed_since_check"
    session.commit()


def _fail(session: Session, import_id: int, code: str, values: dict[str, object]) -> None:
    session.rollback()
    run = queries.find_run(session, import_id=import_id)
    if run is not None:
        actions.fail(run, code, values)
        session.commit()


@contextmanager
def _opened(run: ImportRun) -> Iterator[Table]:
    data_dir, name = current_app.config["SETTINGS"].data_dir, str(run.stored_as)
    with open_table(storage.folder_in(data_dir) / name, run.file_name) as table:
        table.on_progress = partial(storage.note_progress, data_dir, name)
        yield table


@sweeps.register
def pick_up(session: Session) -> int:
    """Ask again for the work of imports that wait for it; return how many there are."""
    waiting = queries.list_unfinished(session)
    for run in waiting:
        request(session, APPLY if run.state == ImportState.APPLYING else CHECK, import_id=run.id)
    return len(waiting)
