"""Evaluating centers week by week, and holding a center's state. Everything found is written once and stays."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.completion.flags.models import FlagCut, FlagEvaluation, FlagHold
from lms.completion.flags.queries import find_cut, held_centers, load_flags
from lms.completion.flags.queries_measuring import measure_centers
from lms.completion.flags.rules import (
    LONGEST_HOLD,
    RULE_VERSION,
    WEEK,
    Flag,
    FlagState,
    Seen,
    cuts_to_evaluate,
    last_cut,
    step,
)
from lms.completion.targets.queries import load_targets
from lms.completion.targets.rules import Targets
from lms.shared.db import insert_rows, table_of
from lms.shared.errors import DomainError, NotFoundError


class Measuring(Protocol):
    """Measures every center at a cut, as `measure_centers` does."""

    def __call__(self, session: Session, *, as_of: date, targets: Targets) -> dict[int, Seen]: ...


def evaluate_flags(
    session: Session, actor: Actor, *, today: date, since: date | None = None, at_most: int | None = None,
    measure: Measuring = measure_centers,
) -> list[date]:  # fmt: skip
    """Evaluate every weekly cut that waits, or the `at_most` oldest, and return them; a second run finds none.

    What was missed is evaluated by the facts as known now. `since` says with which week to begin where nothing was
    evaluated yet; `measure`, how, for who has measured many cuts at once.
    """
    latest = find_cut(session, on=last_cut(today))
    cuts = cuts_to_evaluate(latest, today, since)
    targets = load_targets(session) if cuts else Targets()
    flags = load_flags(session, cut=latest) if latest and cuts else {}
    evaluated: list[date] = []
    for cut in cuts:
        seen = measure(session, as_of=cut, targets=targets)
        if not seen and not flags:
            continue  # a network in which nothing has fallen due yet
        if not _claim(session, actor, cut):
            break
        flags = _evaluate(session, actor, cut, flags, seen)
        evaluated.append(cut)
        if len(evaluated) == at_most:
            break
    if evaluated:
        first, last = evaluated[0].isoformat(), evaluated[-1].isoformat()
        detail: dict[str, object] = {"first": first, "last": last, "weeks": len(evaluated)}
        audit.record(session, actor, "flags.evaluate", "network", "NETWORK", detail=detail)
        session.flush()
    return evaluated


def _claim(session: Session, actor: Actor, cut: date) -> bool:
    """Write the cut's own row first; False when another run, at the same time, has got to it."""
    try:
        with session.begin_nested():
            session.add(FlagCut(as_of=cut, recorded_at=actor.at, rule_version=RULE_VERSION))
    except IntegrityError:
        return False
    return True


def _evaluate(
    session: Session, actor: Actor, cut: date, before: Mapping[int, Flag], seen: Mapping[int, Seen]
) -> dict[int, Flag]:
    """Write what one cut makes of every center, after the flags of the week before; return the flags of now."""
    held = held_centers(session, on=cut)
    flags = {center_id: step(before.get(center_id), one, held=center_id in held) for center_id, one in seen.items()}
    rows = [_row(actor, center_id, flag, _former(before.get(center_id), cut)) for center_id, flag in flags.items()]
    if rows:
        insert_rows(session.connection(), table_of(FlagEvaluation), rows)
    return flags


def _former(before: Flag | None, cut: date) -> FlagState:
    return before.state if before is not None and before.seen.as_of + WEEK == cut else FlagState.NONE


def _row(actor: Actor, center_id: int, flag: Flag, former: FlagState) -> dict[str, object]:
    seen = flag.seen
    return {
        "center_id": center_id,
        "as_of": seen.as_of,
        "former": former,
        "state": flag.state,
        "since": flag.since,
        "raised_on": flag.raised_on,
        "due": seen.tally.due,
        "done": seen.tally.done,
        "people": seen.people,
        "bound_ppm": seen.bound_ppm,
        "target": seen.target,
        "critical": [list(course) for course in seen.alarming],
        "is_held": flag.is_held,
        "rule_version": RULE_VERSION,
        "recorded_at": actor.at,
    }


def hold_flag(
    session: Session, actor: Actor, *, center_id: int, center_code: str, until: date, reason: str, today: date
) -> None:
    """Keep a center's state from today until `until`, the first day without; another hold of it ends today.

    Raises:
        DomainError: "interval" (it ends today or before), "too_long" (beyond 13 weeks).
    """
    if until <= today:
        raise DomainError("interval")
    if until - today > LONGEST_HOLD:
        raise DomainError("too_long", days=LONGEST_HOLD.days)
    for row in _holds(session, center_id, today):
        _end(session, actor, row, today)
    session.add(
        FlagHold(
            center_id=center_id,
            starts_on=today,
            ends_on=until,
            reason=reason,
            recorded_at=actor.at,
            recorded_by_id=actor.person_id,
        )
    )
    session.flush()
    detail: dict[str, object] = {"from": today.isoformat(), "last": (until - timedelta(days=1)).isoformat()}
    audit.record(session, actor, "flags.hold", "org_unit", center_code, reason=reason, detail=detail)


def release_flag(session: Session, actor: Actor, *, center_id: int, center_code: str, today: date) -> None:
    """End the hold in force: the next cut decides again.

    Raises:
        NotFoundError: nothing is held.
    """
    rows = _holds(session, center_id, today)
    if not rows:
        raise NotFoundError
    for row in rows:
        _end(session, actor, row, today)
    audit.record(session, actor, "flags.release", "org_unit", center_code)


def _holds(session: Session, center_id: int, today: date) -> list[FlagHold]:
    held = select(FlagHold).where(
        FlagHold.center_id == center_id, FlagHold.superseded_at.is_(None), FlagHold.ends_on > today
    )
    return list(session.scalars(held))


def _end(session: Session, actor: Actor, row: FlagHold, today: date) -> None:
    """Supersede a hold; what of it lies before today stays."""
    row.superseded_at = actor.at
    if row.starts_on < today:
        session.add(
            FlagHold(
                center_id=row.center_id,
                starts_on=row.starts_on,
                ends_on=today,
                reason=row.reason,
                recorded_at=actor.at,
                recorded_by_id=row.recorded_by_id,
            )
        )
    session.flush()
