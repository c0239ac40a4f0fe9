"""Handing enrollments to the person who stays, and back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.dues.actions import keep_former_versions, refresh_due_dates
from lms.enrollments.merging.queries import list_of_people, preview, standing
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Cause
from lms.people.merging import parts
from lms.people.merging.parts import Merging
from lms.people.merging.rules import Taken, numbered
from lms.shared.errors import DomainError

# Beyond every cycle: one person × course × cycle stands once at every moment.
ASIDE = 1_000_000


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:
    """Give the enrollments of both to the one who stays, with cycles anew; due dates follow the joined postings."""
    found = list_of_people(session, (merging.kept_id, merging.merged_id))
    before = standing(found)
    cycles = numbered(Taken(one.id, one.course_id, one.assigned_on, one.completed_on) for one in found)
    _number(session, actor, before, {one.id: (merging.kept_id, *cycles[one.id]) for one in found})
    refresh_due_dates(session, [merging.kept_id], actor=actor)
    session.expire_all()
    after = standing(list_of_people(session, (merging.kept_id, merging.merged_id)))
    return {"before": before, "after": after}


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:
    """Give everyone back their own enrollments and cycles.

    Raises:
        DomainError: one was added or written since ("merge_rests").
    """
    ids = (merging.kept_id, merging.merged_id)
    now = standing(list_of_people(session, ids))
    if now != restore["after"]:
        raise DomainError("merge_rests")
    _number(session, actor, now, {row[0]: (row[1], row[2], row[3]) for row in restore["before"]})
    refresh_due_dates(session, ids, actor=actor)
    session.expire_all()


def _number(
    session: Session, actor: Actor, now: Sequence[Sequence[Any]], wanted: dict[int, tuple[int, int, bool]]
) -> None:
    """Say anew whose enrollments are and as which cycle; each that moves keeps its former version."""
    rows = session.connection()
    row = update(Enrollment).where(Enrollment.id == bindparam("of"))
    if not wanted:
        return
    moved = {one for one, person_id, cycle, *_ in now if (person_id, cycle) != wanted[one][:2]}
    keep_former_versions(session, sorted(moved), Cause.MERGED, actor.at)
    rows.execute(row.values(cycle=bindparam("to")), [{"of": one, "to": ASIDE + one} for one in wanted])
    rows.execute(
        row.values(person_id=bindparam("whose"), cycle=bindparam("to"), has_later_cycle=bindparam("later")),
        [{"of": one, "whose": whose, "to": cycle, "later": later} for one, (whose, cycle, later) in wanted.items()],
    )
    session.execute(update(Enrollment).where(Enrollment.id.in_(moved)).values(recorded_at=actor.at))
    session.expire_all()


PART = parts.Part(name="enrollments", preview=preview, apply=apply, undo=undo)
