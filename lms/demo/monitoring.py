"""Self-monitoring as it went: rounds of this month and the one before, a survey that is over, a campaign that runs."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.demo.checking import NOTES, at_work, calibration_of
from lms.demo.rules import dice
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.actions import plan_rounds
from lms.field_checks.monitoring.actions_campaigns import publish_campaign, save_campaign
from lms.field_checks.monitoring.rules_campaigns import CampaignKind, CampaignTerms
from lms.field_checks.queries_planning import observers_by_center
from lms.field_checks.rules import ANSWER_DAYS, OPEN, CheckKind, CheckState
from lms.field_checks.rules_form import RANGES
from lms.observations.models import ItemSetItem, Observation, ObservationResult
from lms.observations.queries_standards import service_items
from lms.observations.rules import PASSING, Answer, ObserverKind, Occasion, ResponseType, VisitKind
from lms.shared.db import table_of
from lms.shared.ids import new_public_id

ONE_DAY = timedelta(days=1)
# How often someone drawn is looked at, and an item could be seen and was met: 0.86 of all (parameters.csv, fieldcheck).
MADE, SEEN, MET, CRITICAL_MET = 0.91, 0.97, 0.84, 0.96
SURVEY = (timedelta(days=75), timedelta(days=45))
BASICS = (timedelta(days=10), timedelta(days=-20))
SECOND = "같이 보았습니다."


class _Check(NamedTuple):
    id: int
    person_id: int
    center_id: int
    observer_id: int
    item_set_id: int
    opens_on: date
    closes_on: date


class _Item(NamedTuple):
    item_id: int
    is_critical: bool
    response_type: str


def write_rounds(session: Session, actor: Actor, *, today: date) -> dict[str, int]:
    """Plan the rounds and campaigns and let people look; return how many rounds' checks there are."""
    month = today.replace(day=1)
    for first in ((month - ONE_DAY).replace(day=1), month):
        plan_rounds(session, actor, on=first)
    _campaigns(session, actor, today)
    is_round = (FieldCheck.kind == CheckKind.MONITORING, FieldCheck.observer_id.is_not(None))
    columns = (getattr(FieldCheck, name) for name in _Check._fields)
    planned = select(*columns).where(*is_round, FieldCheck.opens_on <= today).order_by(FieldCheck.id)
    checks = [_Check(*row) for row in session.execute(planned)]
    in_charge = observers_by_center(session, {one.center_id for one in checks}, on=today)
    _calibrate(session, actor, in_charge, today)
    _look(session, checks, in_charge, today)
    over = (FieldCheck.kind == CheckKind.MONITORING, FieldCheck.state.in_(OPEN), FieldCheck.closes_on < today)
    session.execute(update(FieldCheck).where(*over).values(state=CheckState.MISSED, closed_at=actor.at))
    session.expire_all()
    total = session.scalar(select(func.count()).where(FieldCheck.kind == CheckKind.MONITORING)) or 0
    return {"checks of self-monitoring": total}


def _campaigns(session: Session, actor: Actor, today: date) -> None:
    items = [item.code for item in service_items(session, on=today)]
    basics, survey = frozenset(items[::8][:6]), frozenset(items[3::7][:8])
    for kind, (since, until), title, asked in (
        (CampaignKind.SURVEY, SURVEY, ("대표자 내부조사", "Internal survey by the representatives"), survey),
        (CampaignKind.BASICS, BASICS, ("기본의 실천", "Back to the basics"), basics),
    ):
        starts_on, ends_on = today - since, today - until
        terms = CampaignTerms(f"{kind}-1", kind, *title, starts_on, ends_on, 1, asked)
        campaign = save_campaign(session, actor, terms, on=starts_on)
        publish_campaign(session, actor, campaign, on=starts_on)


def _calibrate(session: Session, actor: Actor, in_charge: Mapping[int, Sequence[int]], today: date) -> None:
    known = set(session.scalars(select(ObserverCalibration.person_id)))
    people = {one for of_center in in_charge.values() for one in of_center} - known
    if people:
        rows = [calibration_of(one, today, actor) for one in sorted(people)]
        session.execute(insert(table_of(ObserverCalibration)), rows)


def _look(
    session: Session, checks: Sequence[_Check], in_charge: Mapping[int, Sequence[int]], today: date
) -> None:  # fmt: skip
    """Write what was seen, many rows at a time."""
    items: dict[int, list[_Item]] = {}
    asked = select(ItemSetItem.item_set_id, ItemSetItem.item_id, ItemSetItem.is_critical, ItemSetItem.response_type)
    sets = {one.item_set_id for one in checks}
    for item_set_id, item_id, is_critical, response_type in session.execute(
        asked.where(ItemSetItem.item_set_id.in_(sets))
    ):
        items.setdefault(item_set_id, []).append(_Item(item_id, is_critical, response_type))
    observations: list[dict[str, Any]] = []
    results: list[list[dict[str, Any]]] = []
    ends: list[dict[str, Any]] = []
    for check in checks:
        stream = dice("round", check.person_id, f"{check.opens_on}", check.item_set_id)
        on = check.opens_on + timedelta(days=stream.randint(0, (check.closes_on - check.opens_on).days))
        if stream.random() > MADE or on > today:
            continue
        found = [row for item in items[check.item_set_id] if (row := _result(item, stream))]
        failed = {row["item_id"] for row in found if row["met"] is False}
        is_critical = any(item.is_critical and item.item_id in failed for item in items[check.item_set_id])
        applicable = len(items[check.item_set_id]) - sum(row["met"] is None for row in found)
        observations.append(_observation(check, on, applicable, applicable - len(failed)))
        results.append(found)
        ends.append(_end(check, on, (today - on).days, in_charge, stream, is_critical=is_critical))
    if not observations:
        return
    table = table_of(Observation)
    inserted = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    ids = session.scalars(inserted, observations).all()
    rows = [row | {"observation_id": one} for one, found in zip(ids, results, strict=True) for row in found]
    if rows:
        session.execute(insert(table_of(ObservationResult)), rows)
    session.execute(update(FieldCheck), [end | {"observation_id": one} for one, end in zip(ids, ends, strict=True)])


def _observation(check: _Check, on: date, applicable: int, met: int) -> dict[str, Any]:
    return {
        "occasion": Occasion.SELF_MONITORING, "kind": VisitKind.FIRST, "center_id": check.center_id,
        "subject_id": check.person_id, "observer_id": check.observer_id, "observer_kind": ObserverKind.SELF,
        "observed_on": on, "item_set_id": check.item_set_id, "items_applicable": applicable, "items_met": met,
        "public_id": new_public_id(), "recorded_at": at_work(on),
    }  # fmt: skip


def _result(item: _Item, stream: Random) -> dict[str, Any] | None:
    """Return what is kept of an item; None when it was simply met."""
    row: dict[str, Any] = {"item_id": item.item_id, "met": None, "value": None, "note": None}
    if stream.random() > SEEN:
        return row | {"answer": Answer.NOT_OBSERVED}
    met = stream.random() < (CRITICAL_MET if item.is_critical else MET)
    response = ResponseType(item.response_type)
    note = None if met else stream.choice(NOTES)
    if response in PASSING:
        least, most = RANGES[response]
        value = stream.randint(PASSING[response], most) if met else stream.randint(least, PASSING[response] - 1)
        return row | {"answer": Answer.VALUE, "met": met, "value": value, "note": note}
    return None if met else row | {"answer": Answer.NO, "met": False, "note": note}


def _end(
    check: _Check, on: date, days: int, in_charge: Mapping[int, Sequence[int]], stream: Random, *, is_critical: bool
) -> dict[str, Any]:
    """Return how a check stands today."""
    others = [one for one in in_charge.get(check.center_id, ()) if one not in {check.person_id, check.observer_id}]
    looked = is_critical and bool(others) and days > 3
    is_closed = days > ANSWER_DAYS and (looked or not is_critical)
    is_answered = days > 1 and stream.random() < 0.8
    state = CheckState.CLOSED if is_closed else CheckState.ACKNOWLEDGED if is_answered else CheckState.SUBMITTED
    return {
        "id": check.id, "submitted_at": at_work(on), "needs_second": is_critical, "state": state,
        "second_observer_id": others[0] if looked else None, "second_agrees": True if looked else None,
        "second_note": SECOND if looked else None, "second_at": at_work(on, days=2) if looked else None,
        "responded_at": at_work(on, days=1) if is_answered else None,
        "closed_at": at_work(on, days=ANSWER_DAYS) if is_closed else None,
    }  # fmt: skip
