"""Checks after training as they went: planned by the plan itself, every third week, and made by those in charge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.demo.rules import dice
from lms.field_checks.actions_form import form_set
from lms.field_checks.actions_planning import plan
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.queries_planning import observers_by_center
from lms.field_checks.rules import ANSWER_DAYS, OPEN, CheckKind, CheckState
from lms.field_checks.rules_calibration import valid_until
from lms.field_checks.rules_form import RANGES, items_asked
from lms.observations.models import Observation, ObservationResult
from lms.observations.queries_standards import service_items
from lms.observations.rules import PASSING, Answer, ObserverKind, Occasion, ResponseType, VisitKind
from lms.observations.rules_standards import CheckItem
from lms.shared.db import insert_rows, table_of
from lms.shared.ids import new_public_id

# So far back that the first re-checks were made; a whole year would take too long to load.
BEGAN, STEP = timedelta(weeks=12), timedelta(weeks=3)
CALIBRATED = timedelta(weeks=5)
# How often a check is made in its window, an item could be seen, and was met (parameters.csv, fieldcheck); the longer
# ago the training, the less of it is left.
MADE, SEEN, MET, LOST_PER_DAY = 0.93, 0.96, 0.89, 0.0007
NOTES = ("바빠서 건너뜀", "말로만 안내함", "고객이 먼저 물어봄", "순서를 빠뜨림")
DISPUTED = "그날은 다른 고객을 안내하고 있었습니다."


def write_checks(session: Session, actor: Actor, *, today: date) -> dict[str, int]:
    """Plan and make the checks of the last months; return how many of each kind."""
    making = _Making(session, actor, today)
    day = today - BEGAN
    while day < today:
        plan(session, actor, on=day)
        making.make(day, min(day + STEP, today))
        day += STEP
    plan(session, actor, on=today)
    by_state = select(FieldCheck.state, func.count()).group_by(FieldCheck.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    return {"checks": sum(counts.values()), "missed checks": counts.get(CheckState.MISSED, 0)}


@dataclass(slots=True)
class _Making:
    session: Session
    actor: Actor
    today: date
    in_charge: dict[int, list[int]] = field(default_factory=dict)
    items: dict[tuple[int | None, int], list[CheckItem]] = field(default_factory=dict)
    sets: dict[tuple[int, ...], int] = field(default_factory=dict)
    failed: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        centers = self.session.scalars(select(FieldCheck.center_id).distinct()).all()
        self.in_charge = observers_by_center(self.session, centers, on=self.today)

    def make(self, since: date, until: date) -> None:
        """Make the checks whose day lies between these."""
        open_checks = self.session.scalars(select(FieldCheck).where(FieldCheck.state.in_(OPEN))).all()
        self._learn_of({one.center_id for one in open_checks})
        made = [
            (check, on, stream)
            for check in open_checks
            if (stream := dice("check", check.enrollment_id, check.kind)).random() < MADE and check.observer_id
            and since <= (on := max(since, _day_of(check, stream))) < until
        ]  # fmt: skip
        found = [self._look(*one) for one in made]
        if not found:
            return
        returned = insert(table_of(Observation)).returning(table_of(Observation).c.id, sort_by_parameter_order=True)
        ids = self.session.scalars(returned, [observation for observation, _, _ in found]).all()
        results = [row | {"observation_id": one} for one, (_, rows, _) in zip(ids, found, strict=True) for row in rows]
        if results:
            insert_rows(self.session.connection(), table_of(ObservationResult), results)
        ends = [end | {"observation_id": one} for one, (_, _, end) in zip(ids, found, strict=True)]
        self.session.execute(update(FieldCheck), ends)
        self.session.expire_all()

    def _learn_of(self, center_ids: set[int]) -> None:
        unknown = center_ids - self.in_charge.keys()
        found = observers_by_center(self.session, unknown, on=self.today) if unknown else {}
        self.in_charge |= {center: found.get(center, []) for center in unknown}
        rows = [calibration_of(person, self.today, self.actor) for people in found.values() for person in people]
        if rows:
            self.session.execute(insert(table_of(ObserverCalibration)), rows)

    def _look(
        self, check: FieldCheck, on: date, stream: Random
    ) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
        """Return the observation, its results, and what becomes of the check."""
        asked = self._asked(check)
        met = MET - LOST_PER_DAY * (on - (check.completed_on or on)).days
        results = [row for item in asked if (row := _result(item, met, stream))]
        unseen = sum(row["met"] is None for row in results)
        failed = {row["item_id"] for row in results if row["met"] is False}
        self.failed[check.id] = failed
        observation = {
            "occasion": Occasion.CHECK, "center_id": check.center_id, "subject_id": check.person_id,
            "kind": VisitKind.FIRST if check.kind == CheckKind.CHECK else VisitKind.RECHECK,
            "observer_id": check.observer_id, "observer_kind": ObserverKind.COORDINATOR, "observed_on": on,
            "item_set_id": self._set_of(check, asked), "items_applicable": len(asked) - unseen,
            "items_met": len(asked) - unseen - len(failed), "public_id": new_public_id(),
            "recorded_at": at_work(on),
        }  # fmt: skip
        is_critical = any(item.is_critical and item.item_id in failed for item in asked)
        return observation, results, self._end(check, on, stream, is_critical=is_critical)

    def _asked(self, check: FieldCheck) -> list[CheckItem]:
        about = (check.course_id, check.role_id)
        if about not in self.items:
            self.items[about] = service_items(self.session, on=self.today, course_id=about[0], role_id=about[1])
        return items_asked(self.items[about], self.failed.get(check.follows_id) if check.follows_id else None)

    def _set_of(self, check: FieldCheck, asked: Sequence[CheckItem]) -> int:
        key = (check.item_set_id, *(item.item_id for item in asked))
        if key not in self.sets:
            made = form_set(self.session, check.item_set_id, asked, self.actor)
            self.session.flush()
            self.sets[key] = made.id
        return self.sets[key]

    def _end(self, check: FieldCheck, on: date, stream: Random, *, is_critical: bool) -> dict[str, Any]:
        """Return how the check stands today: closed when it is long ago, else as people answered so far."""
        days = (self.today - on).days
        others = [one for one in self.in_charge[check.center_id] if one not in {check.person_id, check.observer_id}]
        looked = is_critical and bool(others) and days > 3
        end: dict[str, Any] = {
            "id": check.id, "submitted_at": at_work(on), "needs_second": is_critical, "state": CheckState.SUBMITTED,
            "second_observer_id": others[0] if looked else None, "second_agrees": True if looked else None,
            "second_note": "같이 보았습니다." if looked else None, "second_at": at_work(on, days=2) if looked else None,
            "responded_at": None, "response": None, "closed_at": None,
        }  # fmt: skip
        answer = stream.random()
        if answer < 0.03 and days <= ANSWER_DAYS:
            return end | {"state": CheckState.DISPUTED, "response": DISPUTED, "responded_at": at_work(on, days=1)}
        if answer < 0.8 and days > 1:
            end |= {"state": CheckState.ACKNOWLEDGED, "responded_at": at_work(on, days=1)}
        if days > ANSWER_DAYS and (looked or not is_critical):
            end |= {"state": CheckState.CLOSED, "closed_at": at_work(on, days=ANSWER_DAYS)}
        return end


def _day_of(check: FieldCheck, stream: Random) -> date:
    return check.opens_on + timedelta(days=stream.randint(0, (check.closes_on - check.opens_on).days))


def _result(item: CheckItem, met: float, stream: Random) -> dict[str, Any] | None:
    """Return what is kept of an item; None when it was simply met."""
    row: dict[str, Any] = {"item_id": item.item_id, "met": None, "value": None, "note": None}
    if stream.random() > SEEN:
        return row | {"answer": Answer.NOT_OBSERVED}
    is_met, response = stream.random() < met, ResponseType(item.response_type)
    note = None if is_met else stream.choice(NOTES)
    if response in PASSING:
        least, most = RANGES[response]
        value = stream.randint(PASSING[response], most) if is_met else stream.randint(least, PASSING[response] - 1)
        return row | {"answer": Answer.VALUE, "met": is_met, "value": value, "note": note}
    return None if is_met else row | {"answer": Answer.NO, "met": False, "note": note}


def calibration_of(person_id: int, today: date, actor: Actor) -> dict[str, Any]:
    """Return a calibration of five weeks ago; of one observer in twelve it has run out."""
    stream = dice("calibration", person_id)
    on = today - CALIBRATED - timedelta(days=stream.randint(0, 60) + (150 if stream.random() < 1 / 12 else 0))
    return {
        "person_id": person_id, "calibrated_on": on, "agreement": stream.randint(90, 99),
        "valid_until": valid_until(on), "recorded_by_id": None, "recorded_at": actor.at,
    }  # fmt: skip


def at_work(on: date, *, days: int = 0) -> datetime:
    """Return an instant in the working hours of a day."""
    return datetime.combine(on + timedelta(days=days), time(5, 30), UTC)
