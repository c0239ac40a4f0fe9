"""Deciding targets. What was decided before stays on record, and what was judged by it stays judged."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.completion.targets.models import Target
from lms.completion.targets.queries import get_target, list_current
from lms.completion.targets.rules import EVERYTHING, HIGHEST, LOWEST, Measure, TargetTerms, left_of
from lms.people.models import JobRole
from lms.shared.errors import DomainError


def set_target(session: Session, actor: Actor, *, terms: TargetTerms, reason: str, today: date) -> Target:
    """Decide a target; of others about the same thing, what it overlaps is superseded and the rest stays.

    Raises:
        DomainError: "past" (it would begin before today), "percent" (not from 1 to 100), "interval" (it ends before
            it begins), "role" (there is no such job role), "measure" (a person's target is the same for everyone).
    """
    _check(terms, today)
    for row, old in list_current(session, measure=terms.measure):
        if old.overlaps(terms):
            _supersede(session, actor, row, left_of(old, terms))
    target = Target(
        measure=terms.measure,
        tier_level=terms.about.tier,
        role_id=_role_id(session, terms.about.role_code),
        network_type=terms.about.network_type,
        percent=terms.percent,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        reason=reason,
        recorded_at=actor.at,
        recorded_by_id=actor.person_id,
    )
    session.add(target)
    session.flush()
    audit.record(session, actor, "targets.set", "target", target.public_id, reason=reason, detail=_described(terms))
    return target


def end_target(session: Session, actor: Actor, *, public_id: str, today: date) -> None:
    """End a target: today is the first day without it; one that has not begun is withdrawn.

    Raises:
        NotFoundError: superseded or missing.
        DomainError: "ended" (it has ended already).
    """
    row, terms = get_target(session, public_id=public_id)
    if terms.ends_on is not None and terms.ends_on <= today:
        raise DomainError("ended")
    _supersede(session, actor, row, [_until(terms, today)] if terms.starts_on < today else [])
    audit.record(session, actor, "targets.end", "target", public_id, detail=_described(terms))


def _check(terms: TargetTerms, today: date) -> None:
    if terms.starts_on < today:
        raise DomainError("past")
    if terms.measure is Measure.PERSON and terms.about != EVERYTHING:
        raise DomainError("measure")
    if not LOWEST <= terms.percent <= HIGHEST:
        raise DomainError("percent")
    if terms.ends_on is not None and terms.ends_on <= terms.starts_on:
        raise DomainError("interval")


def _until(terms: TargetTerms, day: date) -> TargetTerms:
    return TargetTerms(
        measure=terms.measure, about=terms.about, percent=terms.percent, starts_on=terms.starts_on, ends_on=day
    )


def _supersede(session: Session, actor: Actor, row: Target, rest: list[TargetTerms]) -> None:
    """Take a row out of force as known from now on; `rest` is what of it still holds."""
    row.superseded_at = actor.at
    for part in rest:
        session.add(
            Target(
                measure=row.measure,
                tier_level=row.tier_level,
                role_id=row.role_id,
                network_type=row.network_type,
                percent=row.percent,
                starts_on=part.starts_on,
                ends_on=part.ends_on,
                reason=row.reason,
                recorded_at=actor.at,
                recorded_by_id=row.recorded_by_id,
            )
        )
    session.flush()


def _role_id(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = session.scalar(select(JobRole.id).where(JobRole.code == code))
    if found is None:
        raise DomainError("role")
    return found


def _described(terms: TargetTerms) -> dict[str, object]:
    return {
        "measure": str(terms.measure),
        "percent": terms.percent,
        "tier": terms.about.tier,
        "role": terms.about.role_code,
        "network_type": terms.about.network_type,
        "from": terms.starts_on.isoformat(),
        "until": terms.ends_on.isoformat() if terms.ends_on else None,
    }
