"""How many enrollments of a center's people a change of that center touches."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.people.queries import active_postings


def count_attributed(session: Session, center_ids: Collection[int], on: date) -> dict[str, int]:
    """Count the latest required enrollments of people active at some centers on a day: open, fallen due, completed.

    `open_enrollments` are not completed, due or not; `due` and `done` are in the rate of that day as known now.
    """
    active = active_postings(on).subquery()
    due = and_(Enrollment.due_on <= on, Enrollment.assigned_on <= on)
    done = Enrollment.completed_on <= on
    row = session.execute(
        select(_count(Enrollment.completed_on.is_(None)), _count(due), _count(and_(due, done)))
        .select_from(Enrollment)
        .join(active, active.c.person_id == Enrollment.person_id)
        .where(
            active.c.center_id.in_(center_ids),
            Enrollment.required,
            Enrollment.has_later_cycle.is_(False),
            or_(Enrollment.voided_on.is_(None), Enrollment.voided_on > on),
        )
    ).one()
    return {"open_enrollments": row[0], "due": row[1], "done": row[2]}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
