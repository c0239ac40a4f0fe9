"""Self-monitoring of the whole year: a round every month, a survey that is over, a campaign that runs.

Rounds are drawn with the plan's own pure functions and written at once, as checks after training are (`checking`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.rules import add_months
from lms.demo.checking import Completions
from lms.demo.judging import Chances, judge
from lms.demo.observing import Looked, Observing, day_between
from lms.demo.rules import dice
from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.actions import plan_rounds
from lms.field_checks.monitoring.actions_campaigns import save_campaign
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.monitoring.queries_planning import (
    Drawn,
    MissingRound,
    draw_month,
    find_missing_of,
    forms_by_role,
    load_staff,
    rounds_of_month,
)
from lms.field_checks.monitoring.rules import UNSEEN, frame_of_month, quarter_of
from lms.field_checks.monitoring.rules_campaigns import CampaignKind, CampaignTerms
from lms.field_checks.rules import CheckKind
from lms.observations.models import BehaviorCourse, ItemSetItem, StandardItem
from lms.observations.queries_standards import find_version, service_items
from lms.observations.rules import ObserverKind, Occasion, VisitKind
from lms.observations.rules_standards import CheckItem
from lms.shared.db import insert_rows, refresh_statistics, table_of
from lms.shared.ids import draw_public_id

# How often someone drawn is looked at by those who may.
MADE = 0.93
SURVEY = (timedelta(days=75), timedelta(days=45))
BASICS = (timedelta(days=10), timedelta(days=-20))
KINDS = (Occasion.SELF_MONITORING, VisitKind.FIRST, ObserverKind.SELF)


def write_rounds(
    session: Session, actor: Actor, observing: Observing, chances: Chances, completions: Completions
) -> dict[str, int]:
    """Write the rounds of every month and the campaigns, and let the plan run; return how many checks they have."""
    year = _Year(session, observing, chances, completions, _courses_of(session))
    checks = [one for month in _months(observing) for one in year.month(month)]
    checks += [one for campaign in _campaigns(session, actor, observing.today) for one in year.rounds(*campaign)]
    observing.write(checks)
    refresh_statistics(session, FieldCheck)
    plan_rounds(session, actor, on=observing.today)
    total = session.scalar(select(func.count()).where(FieldCheck.kind == CheckKind.MONITORING)) or 0
    return {"checks of self-monitoring": total}


def _months(observing: Observing) -> Iterator[date]:
    month = observing.since.replace(day=1)
    while month <= observing.today:
        yield month
        month = add_months(month, 1)


def _campaigns(session: Session, actor: Actor, today: date) -> Iterator[tuple[list[MissingRound], Random]]:
    """Give the rounds of each campaign, published on its first day."""
    items = [item.code for item in service_items(session, on=today)]
    basics, survey = frozenset(items[::8][:6]), frozenset(items[3::7][:8])
    for kind, (since, until), title, asked in (
        (CampaignKind.SURVEY, SURVEY, ("대표자 내부조사", "Internal survey by the representatives"), survey),
        (CampaignKind.BASICS, BASICS, ("기본의 실천", "Back to the basics"), basics),
    ):
        starts_on, ends_on = today - since, today - until
        terms = CampaignTerms(f"{kind}-1", kind, *title, starts_on, ends_on, 1, asked)
        campaign = save_campaign(session, actor, terms, on=starts_on)
        campaign.published_at = actor.at
        session.flush()
        staff = load_staff(session, on=starts_on)
        yield find_missing_of(session, campaign, staff=staff, on=starts_on), dice("campaign", campaign.code)


def _courses_of(session: Session) -> dict[int, list[int]]:
    """Return the courses that teach each item."""
    taught = select(StandardItem.id, BehaviorCourse.course_id).join(
        BehaviorCourse, BehaviorCourse.behavior_id == StandardItem.behavior_id
    )
    found: dict[int, list[int]] = defaultdict(list)
    for item_id, course_id in session.execute(taught.join(ItemSetItem, ItemSetItem.item_id == StandardItem.id)):
        if course_id not in found[item_id]:
            found[item_id].append(course_id)
    return found


@dataclass(slots=True)
class _Year:
    session: Session
    observing: Observing
    chances: Chances
    completions: Completions
    courses: Mapping[int, Sequence[int]]
    # How often each center was asked each item so far, and who was seen, or may be, in a quarter.
    times: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    seen: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def month(self, month: date) -> list[Looked]:
        """Return the checks of a month's rounds, drawn on its first day."""
        version = find_version(self.session, on=month)
        if version is None:
            return []
        frame, staff = frame_of_month(month), load_staff(self.session, on=month)
        seen, forms = self.seen[quarter_of(month)], forms_by_role(self.session, version.id)
        drawn = draw_month(staff, frame, forms, {}, seen)
        rounds = rounds_of_month(staff, frame, version.id, forms, {}, drawn, self.times)
        checks = self.rounds(rounds, dice("rounds of a month", f"{month}"))
        seen |= {one.row["person_id"] for one in checks if one.row["state"] not in UNSEEN}
        return checks

    def rounds(self, rounds: Sequence[MissingRound], stream: Random) -> list[Looked]:
        """Write rounds and return their checks."""
        ids = self._write(rounds, stream)
        return [self._look(of, drawn, ids[of.center_id], stream) for of in rounds for drawn in of.drawn]

    def _write(self, rounds: Sequence[MissingRound], stream: Random) -> dict[int, int]:
        """Write rounds of one month or campaign; return their ids by center."""
        if not rounds:
            return {}
        rows: list[dict[str, Any]] = [
            {
                "center_id": one.center_id, "month": one.frame.month, "campaign_id": one.campaign_id,
                "opens_on": one.frame.opens_on, "closes_on": one.frame.closes_on, "public_id": draw_public_id(stream),
                "recorded_at": self.observing.actor.at,
            }
            for one in rounds
        ]  # fmt: skip
        insert_rows(self.session.connection(), table_of(MonitoringRound), rows)
        written = select(MonitoringRound.center_id, MonitoringRound.id)
        of = MonitoringRound.campaign_id == rounds[0].campaign_id, MonitoringRound.month == rounds[0].frame.month
        if rounds[0].campaign_id is None:
            of = MonitoringRound.campaign_id.is_(None), of[1]
        return dict(self.session.execute(written.where(*of)).all())

    def _look(self, of: MissingRound, drawn: Drawn, round_id: int, stream: Random) -> Looked:
        """Tell what became of someone who was drawn for a round."""
        observing, (person, items) = self.observing, (drawn.person_id, drawn.items)
        check = observing.planned(
            person_id=person, center_id=of.center_id, role_id=drawn.role_id, kind=CheckKind.MONITORING,
            round_id=round_id, item_set_id=observing.set_of(of.version_id, items), opens_on=of.frame.opens_on,
            closes_on=of.frame.closes_on, observer_id=drawn.observer_id,
        )  # fmt: skip
        on, is_made = day_between(of.frame.opens_on, of.frame.closes_on, stream), stream.random() < MADE
        place = observing.places.of(person, on) if is_made and on < observing.today else None
        is_there = place is not None and place.center_id == of.center_id
        may_look = observing.calibrations.observer
        observer_id = may_look(of.center_id, person, on, drawn.observer_id) if is_there else None
        if observer_id is None:
            observing.never_made(check)
            return check
        found = judge(items, [self._chance(of.center_id, person, item, on) for item in items], stream)
        observing.see(check, on, observer_id, found, check.row["item_set_id"], stream, KINDS)
        self.times[of.center_id].update(item.item_id for item in items)
        return check

    def _chance(self, center_id: int, person_id: int, item: CheckItem, on: date) -> float:
        days = self.completions.days_since(person_id, self.courses.get(item.item_id, ()), on)
        return self.chances.in_round(center_id, person_id, days, is_critical=item.is_critical)
