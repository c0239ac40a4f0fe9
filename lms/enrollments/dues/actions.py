"""Bringing stored effective due dates up to date after leaves, moves, returns, extensions and outages."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.dues.queries import load_circumstances, person_ids_in_batches
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.models import STATE, Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause
from lms.imports.models import ImportRun


def refresh_due_dates(session: Session, person_ids: Collection[int] | None = None, *, actor: Actor) -> int:
    """Set the effective due date of these people's enrollments (None: everyone's) and return how many moved.

    Each that moves keeps its former version. Doing it again moves nothing. Voided enrollments stay as they are.
    """
    moved_people: set[int] = set()
    moved = 0
    for batch in person_ids_in_batches(session, person_ids):
        changes = _changes(session, batch)
        if changes:
            _move(session, changes, actor.at)
            moved += len(changes)
            moved_people.update(change[1] for change in changes)
    if moved:
        detail: dict[str, object] = {"moved": moved}
        subjects = sorted(moved_people)
        audit.record(session, actor, "enrollments.move_due", "enrollment", "many", subject_ids=subjects, detail=detail)
    return moved


def _changes(session: Session, person_ids: list[int]) -> list[tuple[int, int, date | None]]:
    """Return enrollment id, person id and new due date of what must move."""
    rows = session.execute(
        select(
            Enrollment.id,
            Enrollment.person_id,
            Enrollment.nominal_due_on,
            Enrollment.assigned_on,
            Enrollment.due_on,
            ImportRun.recorded_at,
        )
        .outerjoin(ImportRun, ImportRun.id == Enrollment.import_id)
        .where(
            Enrollment.person_id.in_(person_ids), Enrollment.nominal_due_on.is_not(None), Enrollment.voided_on.is_(None)
        )
    ).all()
    # A roster's new people have no enrollments yet: nothing need be known of them.
    known = load_circumstances(session, {row.person_id for row in rows}) if rows else {}
    changes = []
    for enrollment_id, person_id, nominal, assigned_on, due_on, stated_at in rows:
        due = known.get(person_id, NOTHING_KNOWN).due(nominal, assigned_on, stated_at, of=enrollment_id)
        if due != due_on:
            changes.append((enrollment_id, person_id, due))
    return changes


def _move(session: Session, changes: list[tuple[int, int, date | None]], at: datetime) -> None:
    ids = [change[0] for change in changes]
    keep_former_versions(session, ids, Cause.DUE_MOVED, at)
    # On the connection: the session would look at every row for an object to bring up to date.
    session.connection().execute(
        update(Enrollment).where(Enrollment.id == bindparam("of")).values(due_on=bindparam("to"), recorded_at=at),
        [{"of": enrollment_id, "to": due} for enrollment_id, _, due in changes],
    )


def keep_former_versions(session: Session, enrollment_ids: list[int], cause: Cause, at: datetime) -> None:
    """Copy the versions in force aside before a statement changes them, in batches that both databases take."""
    columns = [getattr(Enrollment, name) for name in STATE]
    names = ["enrollment_id", "superseded_at", "cause", "detail", *STATE]
    aside = EnrollmentRevision.__table__
    for start in range(0, len(enrollment_ids), 10_000):
        former = select(
            Enrollment.id,
            literal(at, aside.c.superseded_at.type),
            literal(str(cause)),
            literal({}, aside.c.detail.type),
            *columns,
        ).where(Enrollment.id.in_(enrollment_ids[start : start + 10_000]))
        session.execute(insert(EnrollmentRevision).from_select(names, former))
