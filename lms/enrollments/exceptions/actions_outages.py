"""Days on which nobody could learn: previewed, recorded, taken back. What fell due then moves for everyone."""

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.exceptions.models import Outage
from lms.enrollments.exceptions.queries_outages import (
    find_outage_by_key,
    list_outages,
    list_people_due,
)
from lms.enrollments.exceptions.rules import LONGEST_TEXT, outage_fault, overlaps
from lms.shared.errors import DomainError


def check_outage(session: Session, *, starts_on: date, ends_on: date, on: date) -> None:
    """Refuse an outage that cannot be recorded.

    Raises:
        DomainError: the days are not sound (`rules.outage_fault`), or one of them is in an outage already ("overlaps").
    """
    if fault := outage_fault(starts_on, ends_on, on):
        raise DomainError(fault)
    if overlaps(starts_on, ends_on, [(one.starts_on, one.ends_on) for one in list_outages(session)]):
        raise DomainError("overlaps")


def record_outage(
    session: Session, *, starts_on: date, ends_on: date, reason: str, on: date, request_key: str, actor: Actor
) -> Outage:
    """Record an outage and move what fell due in it. The same `request_key` again answers with what was recorded.

    Raises:
        DomainError: as `check_outage` does, or no reason is given ("reason").
    """
    if before := find_outage_by_key(session, request_key=request_key):
        return before
    if not 0 < len(reason.strip()) <= LONGEST_TEXT:
        raise DomainError("reason")
    check_outage(session, starts_on=starts_on, ends_on=ends_on, on=on)
    outage = Outage(
        starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), recorded_by_id=actor.person_id,
        recorded_at=actor.at, request_key=request_key,
    )  # fmt: skip
    people = list_people_due(session, first=starts_on, last=ends_on)
    try:
        with session.begin_nested():
            session.add(outage)
    except IntegrityError:
        if before := find_outage_by_key(session, request_key=request_key):
            return before
        raise
    moved = refresh_due_dates(session, people, actor=actor)
    _note(session, actor, "outages.record", outage, reason.strip(), moved)
    return outage


def withdraw_outage(session: Session, *, outage: Outage, reason: str, actor: Actor) -> bool:
    """Take an outage back, with the days it gave; tell whether anything changed.

    Raises:
        DomainError: no reason is given ("reason").
    """
    if not 0 < len(reason.strip()) <= LONGEST_TEXT:
        raise DomainError("reason")
    session.refresh(outage, with_for_update=True)
    if outage.superseded_at is not None:
        return False
    outage.superseded_at = actor.at
    session.flush()
    # What it put off lies behind it now, and an outage after it may have put that off further.
    moved = refresh_due_dates(session, list_people_due(session, first=outage.starts_on, last=None), actor=actor)
    _note(session, actor, "outages.withdraw", outage, reason.strip(), moved)
    return True


def _note(session: Session, actor: Actor, action: str, outage: Outage, reason: str, moved: int) -> None:
    days: dict[str, object] = {"starts_on": outage.starts_on.isoformat(), "ends_on": outage.ends_on.isoformat()}
    audit.record(session, actor, action, "outage", outage.public_id, reason=reason, detail=days | {"moved": moved})
