"""Checks after training of the whole year: drawn week by week as the plan draws, made by those in charge.

A week of checks through the plan takes a third of a second. So past weeks are drawn here with the plan's own pure
functions, and the plan itself runs at the end: it finds next to nothing.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.demo.judging import Chances, judge
from lms.demo.observing import Looked, Observing, day_between
from lms.demo.rules import dice
from lms.enrollments.models import Enrollment
from lms.field_checks.actions_planning import plan
from lms.field_checks.models import FieldCheck
from lms.field_checks.queries_planning import Trained, asked_pairs, draw_week, list_terms
from lms.field_checks.rules import CheckKind, CheckState, Terms
from lms.field_checks.rules_form import items_asked
from lms.field_checks.rules_sample import WEEK, week_of
from lms.observations.models import ItemSet, Standard
from lms.observations.queries_standards import find_version, service_items
from lms.observations.rules import ObserverKind, Occasion, VisitKind
from lms.observations.rules_standards import SERVICE, CheckItem
from lms.shared.db import refresh_statistics

# How often a check is made in its window by those who may.
MADE = 0.94
KINDS = {CheckKind.CHECK: VisitKind.FIRST, CheckKind.RECHECK: VisitKind.RECHECK}


def first_day(session: Session) -> date | None:
    """Return since when the service standard is asked; None without one."""
    versions = select(func.min(ItemSet.effective_from)).join(Standard).where(Standard.code == SERVICE)
    return session.scalar(versions)


def write_checks(
    session: Session, actor: Actor, observing: Observing, chances: Chances, completions: "Completions"
) -> dict[str, int]:
    """Write the checks of every week since the standard is asked, and let the plan run; return how many of each."""
    year = _Year(session, observing, chances, list_terms(session))
    first, again = year.tell(completions)
    observing.write(first)
    written = select(FieldCheck.enrollment_id, FieldCheck.id).where(FieldCheck.kind == CheckKind.CHECK)
    ids = dict(session.execute(written).all())
    for one in again:
        one.row["follows_id"] = ids[one.row["enrollment_id"]]
    observing.write(again)
    refresh_statistics(session, FieldCheck)
    plan(session, actor, on=observing.today)
    by_state = select(FieldCheck.state, func.count()).group_by(FieldCheck.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    return {"checks": sum(counts.values()), "missed checks": counts.get(CheckState.MISSED, 0)}


class Completions:
    """What everyone completed of the courses that ask for checks: by week, and by person and course."""

    def __init__(self, session: Session) -> None:
        rows = session.connection().execute(
            select(Enrollment.completed_on, Enrollment.id, Enrollment.person_id, Enrollment.course_id)
            .join(Course, Course.id == Enrollment.course_id)
            .where(Course.field_check_required, Enrollment.completed_on.is_not(None))
            .order_by(Enrollment.completed_on, Enrollment.id)
        )
        self._rows: list[tuple[date, int, int, int]] = [
            (day, one, person, course) for day, one, person, course in rows if day
        ]
        self._days: dict[tuple[int, int], list[date]] = defaultdict(list)
        for day, _enrollment, person, course in self._rows:
            self._days[person, course].append(day)

    def of_week(self, week: date) -> Sequence[tuple[date, int, int, int]]:
        """Return the completions of a week: day, enrollment, person and course."""
        first, last = (bisect_left(self._rows, (day,)) for day in (week, week + WEEK))
        return self._rows[first:last]

    def days_since(self, person_id: int, courses: Iterable[int], on: date) -> int | None:
        """Return how long ago someone completed any of some courses; None where they did not."""
        latest = date.min
        for course in courses:
            days = self._days.get((person_id, course))
            if days and days[0] <= on:
                latest = max(latest, days[bisect_right(days, on) - 1])
        return None if latest == date.min else (on - latest).days


@dataclass(slots=True)
class _Year:
    session: Session
    observing: Observing
    chances: Chances
    terms: dict[int, Terms]
    items: dict[tuple[int, int, int], list[CheckItem]] = field(default_factory=dict)
    pairs: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    first: list[Looked] = field(default_factory=list)
    again: list[Looked] = field(default_factory=list)

    def tell(self, completions: Completions) -> tuple[list[Looked], list[Looked]]:
        """Return every check, and every re-check, of the weeks that are over."""
        monday = week_of(self.observing.since) + 2 * WEEK
        while monday <= self.observing.today:
            version = find_version(self.session, on=monday)
            if version is not None:
                if version.id not in self.pairs:
                    asked = self.session.execute(asked_pairs(version.id))
                    self.pairs[version.id] = {(course, role) for course, role in asked}
                stream, week = dice("checks of a week", f"{monday}"), monday - WEEK
                centers = self._trained(completions.of_week(week), self.pairs[version.id], monday)
                for one in draw_week(week, centers, {}, self.terms, monday):
                    self._follow(one, version.id, monday, stream)
            monday += WEEK
        return self.first, self.again

    def _trained(
        self, completed: Iterable[tuple[date, int, int, int]], pairs: Set[tuple[int, int]], monday: date
    ) -> dict[int, list[Trained]]:  # fmt: skip
        centers: dict[int, list[Trained]] = {}
        for completed_on, enrollment, person, course in completed:
            place = self.observing.places.of(person, monday)
            if place and (course, place.role_id) in pairs:
                one = Trained(enrollment, person, place.center_id, place.role_id, course, completed_on)
                centers.setdefault(place.center_id, []).append(one)
        return centers

    def _follow(self, one: Trained, version_id: int, monday: date, stream: Random) -> None:
        """Tell what became of someone who was drawn: of the check, and of the re-check that followed it."""
        check = self._plan(one, CheckKind.CHECK, version_id, monday)
        self.first.append(check)
        failed = self._look(check, one, CheckKind.CHECK, None, monday, stream)
        if failed is None or check.observation is None or not self.terms[one.course_id].recheck_days:
            return
        # The plan makes it the day after, of whoever still works there.
        planned_on = check.observation["observed_on"] + timedelta(days=1)
        place = self.observing.places.of(one.person_id, planned_on)
        if place is not None and place.center_id == one.center_id:
            again = self._plan(one, CheckKind.RECHECK, version_id, planned_on)
            self.again.append(again)
            self._look(again, one, CheckKind.RECHECK, failed, planned_on, stream)

    def _plan(self, one: Trained, kind: CheckKind, version_id: int, on: date) -> Looked:
        first, last = self.terms[one.course_id].window(one.completed_on, kind)
        in_charge = self.observing.places.in_charge(one.center_id, on)
        observer_id = next((person for person in in_charge if person != one.person_id), None)
        return self.observing.planned(
            **one._asdict(), kind=kind, item_set_id=version_id, opens_on=first, closes_on=last, observer_id=observer_id
        )

    def _look(
        self, check: Looked, one: Trained, kind: CheckKind, failed: frozenset[int] | None, planned_on: date,
        stream: Random,
    ) -> frozenset[int] | None:  # fmt: skip
        """Have a check made, or not; return which items failed, None where nobody looked."""
        row, observing = check.row, self.observing
        on, is_made = day_between(row["opens_on"], row["closes_on"], stream), stream.random() < MADE
        on = max(on, planned_on)
        place = observing.places.of(one.person_id, on) if is_made and on < observing.today else None
        is_there = place is not None and place.center_id == one.center_id
        observer_id = observing.calibrations.observer(one.center_id, one.person_id, on) if is_there else None
        if observer_id is None or on > row["closes_on"]:
            observing.never_made(check)
            return None
        asked = items_asked(self._items(one, row["item_set_id"], on), failed)
        chance = self.chances.after_training(one.center_id, one.person_id, (on - one.completed_on).days)
        found = judge(asked, [chance] * len(asked), stream)
        item_set_id = observing.set_of(row["item_set_id"], asked)
        kinds = (Occasion.CHECK, KINDS[kind], ObserverKind.COORDINATOR)
        observing.see(check, on, observer_id, found, item_set_id, stream, kinds)
        return found.failed

    def _items(self, one: Trained, version_id: int, on: date) -> list[CheckItem]:
        about = (version_id, one.course_id, one.role_id)
        if about not in self.items:
            self.items[about] = service_items(self.session, on=on, course_id=one.course_id, role_id=one.role_id)
        return self.items[about]
