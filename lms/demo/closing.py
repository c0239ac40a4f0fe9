"""Closed months of the demo: the last three, and of one of them a correction, as sheets of attendance came late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.months.actions import correct_month, freeze
from lms.completion.months.queries_calendar import public_holidays
from lms.completion.months.rules import close_due_on, first_day, last_day
from lms.courses.rules import add_months
from lms.enrollments.models import BY_HAND, STATE, Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause

# Freezing a month takes a second; a year of them would take as long as everything else.
MONTHS_CLOSED = 3
LATE_SHEETS = 12
LATE_REASON = "집합교육 출석부가 마감 후에 도착했습니다."
COMPLETION = ("completed_on", "completed_at", "score", *BY_HAND)


def close_months(session: Session, actor: Actor, *, today: date) -> int:
    """Close the last months whose day of closing is past; return how many snapshots there are."""
    months = [add_months(first_day(today), -back) for back in range(MONTHS_CLOSED + 1, 0, -1)]
    months = [month for month in months if close_due_on(month, public_holidays(month)) < today][-MONTHS_CLOSED:]
    corrected = months[-2] if len(months) > 1 else None
    for month in months:
        late = _late_sheets(session, month) if month == corrected else []
        _forget(session, late)
        freeze(session, actor, month=month)
        if late:
            _come_in(session, late, actor)
            later = replace(actor, at=actor.at + timedelta(seconds=2))
            correct_month(session, later, month=month, after=1, reason=LATE_REASON)
    return len(months) + (corrected is not None)


def _late_sheets(session: Session, month: date) -> Sequence[Any]:
    """Return enrollments completed in a month, as someone recorded by hand."""
    columns = [getattr(Enrollment, name) for name in STATE]
    return session.execute(
        select(Enrollment.id, *columns)
        .where(
            Enrollment.completed_on >= month,
            Enrollment.completed_on <= last_day(month),
            Enrollment.due_on <= last_day(month),
            Enrollment.recorded_by_id.is_not(None),
            Enrollment.required,
        )
        .order_by(Enrollment.id)
        .limit(LATE_SHEETS)
    ).all()


def _forget(session: Session, late: Sequence[Any]) -> None:
    """Have them open, as they were known at the close."""
    nothing = dict.fromkeys(COMPLETION)
    session.execute(update(Enrollment).where(Enrollment.id.in_([one.id for one in late])).values(nothing))


def _come_in(session: Session, late: Sequence[Any], actor: Actor) -> None:
    """Have them completed again, recorded a moment after the close, with their former version aside."""
    at = actor.at + timedelta(seconds=1)
    for one in late:
        state = {name: getattr(one, name) for name in STATE}
        former = state | dict.fromkeys(COMPLETION) | {"recorded_at": actor.at}
        cause = {"enrollment_id": one.id, "superseded_at": at, "cause": Cause.COMPLETED, "detail": {}}
        session.execute(insert(EnrollmentRevision).values(**former, **cause))
        session.execute(update(Enrollment).where(Enrollment.id == one.id).values(state | {"recorded_at": at}))
