"""Checks of two people who are one, and their part in checks of others, go to the one who stays, and back."""

from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck, FieldCheckAnswer, ObserverCalibration
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.people.merging import parts
from lms.people.merging.parts import Figure, Merging, Named

CHECKED = Named(FieldCheck.person_id, FieldCheck.id, unless=(FieldCheck.observer_id, FieldCheck.second_observer_id))
CALIBRATED = Named(
    ObserverCalibration.person_id, ObserverCalibration.id, unless=(ObserverCalibration.recorded_by_id,)
)  # fmt: skip
# Who looked, answered, photographed, closed or recorded: never the same human as the one it is about.
TAKING_PART = (
    Named(FieldCheck.observer_id, FieldCheck.id, unless=(FieldCheck.person_id, FieldCheck.second_observer_id)),
    Named(FieldCheck.second_observer_id, FieldCheck.id, unless=(FieldCheck.person_id, FieldCheck.observer_id)),
    Named(FieldCheck.closed_by_id, FieldCheck.id),
    Named(FieldCheckAnswer.answered_by_id, FieldCheckAnswer.id),
    Named(FieldCheckPhoto.taken_by_id, FieldCheckPhoto.id),
    Named(ObserverCalibration.recorded_by_id, ObserverCalibration.id, unless=(ObserverCalibration.person_id,)),
)


def preview(session: Session, merging: Merging) -> list[Figure]:  # noqa: ARG001 - a part is asked this
    """Count nothing: whom checks are of follows their enrollments, which are counted."""
    return []


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:  # noqa: ARG001
    """Hand over the checks of the merged row; but none that the one who stays observed: nobody checked themselves.

    Nor one of a round that looks at the one who stays already, nor a calibration that both have.
    """
    stays = merging.kept_id
    rounds = select(FieldCheck.round_id).where(FieldCheck.person_id == stays, FieldCheck.round_id.is_not(None))
    moved = {"checks": CHECKED.hand_over(session, merging, _is_not_in(FieldCheck.round_id, rounds))}
    when = (ObserverCalibration.calibrated_on, ObserverCalibration.recorded_at)
    theirs = select(*when).where(ObserverCalibration.person_id == stays)
    moved[CALIBRATED.name] = CALIBRATED.hand_over(session, merging, tuple_(*when).not_in(theirs))
    return moved | {one.name: one.hand_over(session, merging) for one in TAKING_PART}


def _is_not_in(column: Any, values: Any) -> Any:
    return or_(column.is_(None), column.not_in(values))


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:  # noqa: ARG001
    """Hand them back; a merge of before knows of checks alone."""
    for one in reversed((CALIBRATED, *TAKING_PART)):
        one.hand_back(session, merging, restore.get(one.name, []))
    CHECKED.hand_back(session, merging, restore["checks"])


PART = parts.Part(name="field_checks", preview=preview, apply=apply, undo=undo)
