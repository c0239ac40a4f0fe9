"""The plan: make what is missing of it, and end what nobody did or nothing waits for."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck
from lms.field_checks.queries_planning import (
    Missing,
    Trained,
    find_missing,
    list_over,
    list_settled,
    list_terms,
    observers_by_center,
)
from lms.field_checks.rules import CheckKind, CheckState
from lms.shared.db import insert_rows, table_of
from lms.shared.ids import new_public_id


class Planned(NamedTuple):
    """What a run of the plan did; all zero when there was nothing to do."""

    checks: int
    rechecks: int
    missed: int
    void: int
    closed: int


def plan(session: Session, actor: Actor, *, on: date) -> Planned:
    """Bring the plan up to a day: end what is over, draw whom to check, and make the re-checks that follow."""
    missed, void = _end_what_is_over(session, actor, on)
    closed = _close_settled(session, actor)
    missing = find_missing(session, on=on)
    people = _make(session, actor, missing, on)
    done = Planned(len(missing.trained), len(missing.rechecks), missed, void, closed)
    detail: dict[str, object] = {"on": f"{on}", **done._asdict()}
    if any(done):
        audit.record(
            session, actor, "field_checks.plan", "field_checks", f"{on}", subject_ids=people,
            detail=detail,
        )  # fmt: skip
    session.flush()
    return done


def _make(session: Session, actor: Actor, missing: Missing, on: date) -> list[int]:
    """Make the checks that are missing; return of whom."""
    rows = [
        one._asdict() | {"kind": CheckKind.CHECK, "follows_id": None, "item_set_id": missing.version_id}
        for one in missing.trained
    ]
    rows += [
        {name: getattr(one, name) for name in Trained._fields}
        | {"kind": CheckKind.RECHECK, "follows_id": one.id, "item_set_id": one.item_set_id}
        for one in missing.rechecks
    ]
    terms = list_terms(session)
    in_charge = observers_by_center(session, (row["center_id"] for row in rows), on=on)
    for row in rows:
        first, last = terms[row["course_id"]].window(row["completed_on"], row["kind"])
        others = (one for one in in_charge.get(row["center_id"], []) if one != row["person_id"])
        row |= {
            "opens_on": first, "closes_on": last, "state": CheckState.PLANNED, "needs_second": False,
            "observer_id": next(others, None), "public_id": new_public_id(), "recorded_at": actor.at,
        }  # fmt: skip
    if rows:
        insert_rows(session.connection(), table_of(FieldCheck), rows)
    return [row["person_id"] for row in rows]


def _end_what_is_over(session: Session, actor: Actor, on: date) -> tuple[int, int]:
    """End the checks whose window is over: missed, or void where the person no longer works there."""
    numbers = {CheckState.MISSED: 0, CheckState.VOID: 0}
    for check, is_there in list_over(session, on=on):
        check.state = CheckState.MISSED if is_there else CheckState.VOID
        check.closed_at = actor.at
        numbers[CheckState(check.state)] += 1
    session.flush()
    return numbers[CheckState.MISSED], numbers[CheckState.VOID]


def _close_settled(session: Session, actor: Actor) -> int:
    settled = list_settled(session, now=actor.at)
    for check in settled:
        check.state, check.closed_at = CheckState.CLOSED, actor.at
    session.flush()
    return len(settled)
