"""Reads of checks: the one asked for, and who may see it; calibrations of an observer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.rules import OBSERVED
from lms.field_checks.rules_calibration import Calibration
from lms.people.models import Person
from lms.people.queries import visible_people
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError


def reached(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a check is of somebody else whom the viewer may see, where they work today."""
    visible = select(Person.id).where(visible_people(scope))
    conditions: list[ColumnElement[bool]] = [FieldCheck.person_id.in_(visible)]
    if scope.person_id is not None:
        conditions.append(FieldCheck.person_id != scope.person_id)
    if not scope.network:
        conditions.append(FieldCheck.center_id.in_(sorted(scope.center_ids)))
    return and_(*conditions)


def own(person_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a check tells what was observed of a person; what is only planned is not told."""
    return and_(FieldCheck.person_id == (person_id or 0), FieldCheck.state.in_(OBSERVED))


def with_round() -> list[Any]:
    """Return how to read the round and campaign of checks along with them."""
    return [joinedload(FieldCheck.round).joinedload(MonitoringRound.campaign)]


def get_check(session: Session, *, scope: Scope, public_id: str) -> FieldCheck:
    """Return a check of the viewer's people, or what was observed of the viewer.

    Raises:
        NotFoundError: out of scope or missing.
    """
    # Without joining what hangs on it: an action locks the row, and PostgreSQL locks no outer join.
    wanted = select(FieldCheck).where(FieldCheck.public_id == public_id, or_(own(scope.person_id), reached(scope)))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_own_checks(session: Session, *, person_id: int) -> Sequence[FieldCheck]:
    """List what was observed of a person, the latest first."""
    return session.scalars(
        select(FieldCheck)
        .where(own(person_id))
        .order_by(FieldCheck.submitted_at.desc(), FieldCheck.id.desc())
        .options(
            joinedload(FieldCheck.course),
            joinedload(FieldCheck.observation),
            joinedload(FieldCheck.observer),
            *with_round(),
        )
    ).all()


def list_calibrations(session: Session, *, person_id: int) -> list[Calibration]:
    """List how an observer was calibrated; of one day, what was recorded last."""
    rows = session.scalars(
        select(ObserverCalibration)
        .where(ObserverCalibration.person_id == person_id)
        .order_by(ObserverCalibration.calibrated_on, ObserverCalibration.recorded_at)
    )
    by_day = {row.calibrated_on: Calibration(row.calibrated_on, row.agreement, row.valid_until) for row in rows}
    return list(by_day.values())
