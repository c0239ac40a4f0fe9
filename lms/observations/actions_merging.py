"""What was seen of two people who are one, what they saw, and what they read go to the one who stays, and back."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.observations.models import Observation, StandardReading
from lms.people.merging import parts
from lms.people.merging.parts import Figure, Merging, Named

SUBJECT = Named(Observation.subject_id, Observation.id, unless=(Observation.observer_id,))
OBSERVER = Named(Observation.observer_id, Observation.id, unless=(Observation.subject_id,))
READING = Named(StandardReading.person_id, StandardReading.item_set_id)
HANDED = (SUBJECT, OBSERVER, READING)


def preview(session: Session, merging: Merging) -> list[Figure]:  # noqa: ARG001 - a part is asked this
    """Count nothing: nobody decides a merge by it."""
    return []


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:  # noqa: ARG001
    """Hand over observations and readings; a version that the one who stays read too keeps both readings."""
    read = select(StandardReading.item_set_id).where(StandardReading.person_id == merging.kept_id)
    return {
        SUBJECT.name: SUBJECT.hand_over(session, merging),
        OBSERVER.name: OBSERVER.hand_over(session, merging),
        READING.name: READING.hand_over(session, merging, StandardReading.item_set_id.not_in(read)),
    }


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:  # noqa: ARG001
    """Hand them back."""
    for one in reversed(HANDED):
        one.hand_back(session, merging, restore[one.name])


PART = parts.Part(name="observations", preview=preview, apply=apply, undo=undo)
