"""Reading outages, and what falls due in one."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.enrollments.exceptions.models import Outage
from lms.enrollments.models import Enrollment
from lms.shared.errors import NotFoundError


class DueThen(NamedTuple):
    """What falls due in an outage: enrollments, those still open, and people."""

    enrollments: int
    still_open: int
    people: int


def list_outages(session: Session) -> Sequence[Outage]:
    """List the outages in force, the latest first."""
    wanted = select(Outage).where(Outage.superseded_at.is_(None)).options(joinedload(Outage.recorded_by))
    return session.scalars(wanted.order_by(Outage.starts_on.desc())).all()


def get_outage(session: Session, *, public_id: str) -> Outage:
    """Return an outage, also one that was taken back.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalars(select(Outage).where(Outage.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def find_outage_by_key(session: Session, *, request_key: str) -> Outage | None:
    """Return what a form recorded before, or None."""
    return session.scalars(select(Outage).where(Outage.request_key == request_key)).one_or_none()


def count_due(session: Session, *, starts_on: date, ends_on: date, on: date) -> DueThen:
    """Count what an outage would put off, over the whole network."""
    still_open = or_(Enrollment.completed_on.is_(None), Enrollment.completed_on > on)
    counts = session.execute(
        select(func.count(), func.count().filter(still_open), func.count(Enrollment.person_id.distinct())).where(
            Enrollment.due_on >= starts_on, Enrollment.due_on < ends_on, Enrollment.voided_on.is_(None)
        )
    ).one()
    return DueThen(*counts)


def list_people_due(session: Session, *, first: date, last: date | None) -> list[int]:
    """List who has something due from `first` until before `last` (None: on any later day)."""
    wanted = select(Enrollment.person_id).where(Enrollment.due_on >= first, Enrollment.voided_on.is_(None))
    if last is not None:
        wanted = wanted.where(Enrollment.due_on < last)
    return list(session.scalars(wanted.distinct()))
