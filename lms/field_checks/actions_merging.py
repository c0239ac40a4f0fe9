"""Checks of two people who are one go to the one who stays, and back."""

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck
from lms.people.merging import parts
from lms.people.merging.parts import Figure, Merging


def preview(session: Session, merging: Merging) -> list[Figure]:  # noqa: ARG001 - a part is asked this
    """Count nothing: whom checks are of follows their enrollments, which are counted."""
    return []


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:  # noqa: ARG001
    """Hand over the checks of the merged row; but none that the one who stays observed: nobody checked themselves.

    Nor one of a round that looks at the one who stays already.
    """
    stays = merging.kept_id
    by_others = [
        or_(column.is_(None), column != stays) for column in (FieldCheck.observer_id, FieldCheck.second_observer_id)
    ]
    rounds = select(FieldCheck.round_id).where(FieldCheck.person_id == stays, FieldCheck.round_id.is_not(None))
    elsewhere = or_(FieldCheck.round_id.is_(None), FieldCheck.round_id.not_in(rounds))
    theirs = (FieldCheck.person_id == merging.merged_id, *by_others, elsewhere)
    moved = session.scalars(select(FieldCheck.id).where(*theirs)).all()
    _give(session, moved, stays)
    return {"checks": list(moved)}


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:  # noqa: ARG001
    """Hand them back."""
    _give(session, restore["checks"], merging.merged_id)


def _give(session: Session, check_ids: Any, person_id: int) -> None:
    session.execute(update(FieldCheck).where(FieldCheck.id.in_(check_ids)).values(person_id=person_id))


PART = parts.Part(name="field_checks", preview=preview, apply=apply, undo=undo)
