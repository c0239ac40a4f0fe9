"""The plan of self-monitoring: make what is missing of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.actions_form import form_set
from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.monitoring.queries_planning import MissingRound, find_missing_rounds
from lms.field_checks.rules import CheckKind, CheckState
from lms.observations.rules_standards import CheckItem
from lms.shared.db import insert_rows, table_of
from lms.shared.ids import new_public_id


class Planned(NamedTuple):
    """What a run of the plan made; all zero when there was nothing to do."""

    rounds: int
    checks: int


def plan_rounds(session: Session, actor: Actor, *, on: date) -> Planned:
    """Make the rounds and checks that are missing on a day; run again, it finds nothing to do."""
    missing = find_missing_rounds(session, on=on)
    done, people = make_rounds(session, actor, missing)
    if any(done):
        detail: dict[str, object] = {"on": f"{on}", **done._asdict()}
        audit.record(session, actor, "monitoring.plan", "monitoring", f"{on}", subject_ids=people, detail=detail)
    session.flush()
    return done


def make_rounds(session: Session, actor: Actor, missing: Sequence[MissingRound]) -> tuple[Planned, list[int]]:
    """Make rounds with their checks; return how many, and of whom."""
    new = [one for one in missing if one.round_id is None]
    ids = dict(zip((id(one) for one in new), _insert_rounds(session, actor, new), strict=True))
    sets: dict[tuple[int, ...], int] = {}
    rows = [
        {
            "person_id": drawn.person_id, "center_id": one.center_id, "role_id": drawn.role_id,
            "kind": CheckKind.MONITORING, "round_id": one.round_id or ids[id(one)],
            "item_set_id": _set_of(session, actor, sets, one.version_id, drawn.items),
            "opens_on": one.frame.opens_on, "closes_on": one.frame.closes_on, "state": CheckState.PLANNED,
            "observer_id": drawn.observer_id, "needs_second": False, "public_id": new_public_id(),
            "recorded_at": actor.at,
        }
        for one in missing
        for drawn in one.drawn
    ]  # fmt: skip
    if rows:
        insert_rows(session.connection(), table_of(FieldCheck), rows)
    return Planned(len(new), len(rows)), [drawn.person_id for one in missing for drawn in one.drawn]


def _insert_rounds(session: Session, actor: Actor, new: Sequence[MissingRound]) -> Iterable[int]:
    rows = [
        {
            "center_id": one.center_id, "month": one.frame.month, "campaign_id": one.campaign_id,
            "opens_on": one.frame.opens_on, "closes_on": one.frame.closes_on, "public_id": new_public_id(),
            "recorded_at": actor.at,
        }
        for one in new
    ]  # fmt: skip
    if not rows:
        return []
    table = table_of(MonitoringRound)
    return session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).all()


def _set_of(
    session: Session, actor: Actor, known: dict[tuple[int, ...], int], version_id: int, items: Sequence[CheckItem]
) -> int:  # fmt: skip
    key = (version_id, *(item.item_id for item in items))
    if key not in known:
        known[key] = form_set(session, version_id, items, actor).id
        session.flush()
    return known[key]
