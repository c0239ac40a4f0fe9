"""The occasions on which rules ask for a course: what happened to someone, or the calendar, while a rule asks them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.enrollments.assignment_rules.rules import FOREVER, Asked, CourseFacts, Facts, Rule, RuleBook, Version, within
from lms.enrollments.assignment_rules.rules_terms import (
    AFRESH,
    BY_ACTION,
    LONG_LEAVE_DAYS,
    Audience,
    Due,
    DueKind,
    Trigger,
    yearly_from,
)
from lms.enrollments.rules import GRACE_DAYS

A_MONTH, A_YEAR = 1, 12
# Each comes with its period, and one period never answers for another.
BY_CALENDAR = frozenset({Trigger.ANNUAL, Trigger.MONTHLY})


@dataclass(frozen=True, slots=True)
class Occasion:
    """A rule's version asks someone for a course on a day.

    `kind` is a `Trigger` or RENEWAL. `by_rule`: the rule came to the person, nothing happened to them. What is assigned
    in [`opens_on`, `closes_on`) answers an occasion of the calendar; of the others, `closes_on` is the next one.
    """

    on: date
    rule: Rule
    version: Version
    kind: str
    due_on: date | None
    by_rule: bool = False
    opens_on: date = date.min
    closes_on: date = FOREVER

    @property
    def is_afresh(self) -> bool:
        """Tell whether it asks for a cycle of its own, whatever was completed before."""
        return self.kind in AFRESH


def occasions(facts: Facts, rule: Rule, course: CourseFacts, asked: Asked, book: RuleBook) -> list[Occasion]:
    """Return the occasions until the book's day on which a rule asked someone for a course, oldest first."""
    found: list[Occasion] = []
    for version in rule.versions:
        terms = version.terms
        if course.id not in terms.course_ids or terms.trigger in BY_ACTION:
            continue
        for first, end in within(asked.spans, version.starts_on, version.ends_on):
            days = TRIGGERS[terms.trigger](facts, version, asked, first, end, course, book)
            found += [one for one in map(_Maker(facts, rule, version, course, end, book), days) if one is not None]
            found += _retakes(rule, version, course, first, end, book)
    return _in_order(found)


# The day, whether the rule made it, and the period it belongs to.
Day = tuple[date, bool, date, date]
Finder = Callable[[Facts, Version, Asked, date, date, CourseFacts, RuleBook], Iterator[Day]]


def _plain(day: date, by_rule: bool = False) -> Day:
    return day, by_rule, date.min, FOREVER


def _of_role(
    _facts: Facts, version: Version, asked: Asked, first: date, _end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    """The person comes to belong; or the rule comes to those who do."""
    if any(start == first for start, _ in asked.spans):
        by_rule = first in asked.widened
        if not by_rule or version.terms.includes_present:
            yield _plain(first, by_rule)


def _of_hire(
    facts: Facts, version: Version, asked: Asked, first: date, end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    yield from (_plain(day) for day in facts.hires if first <= day < end)
    reached = version.terms.includes_present and first in asked.widened and first not in facts.hires
    if reached and any(start == first for start, _ in asked.spans):
        yield _plain(first, by_rule=True)


def _of_transfer(
    facts: Facts, _version: Version, _asked: Asked, first: date, end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    yield from (_plain(day) for day in facts.transfers if first <= day < end)


def _of_return(
    facts: Facts, _version: Version, _asked: Asked, first: date, end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    for leave in facts.leaves:
        back_on = leave.ends_on
        if back_on and first <= back_on < end and (back_on - leave.starts_on).days >= LONG_LEAVE_DAYS:
            yield _plain(back_on)


def _of_day(
    _facts: Facts, version: Version, _asked: Asked, first: date, end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    if version.terms.fixed_on and first <= version.terms.fixed_on < end:
        yield _plain(version.terms.fixed_on)


def _of_year(
    facts: Facts, version: Version, _asked: Asked, first: date, end: date, course: CourseFacts, book: RuleBook
) -> Iterator[Day]:
    """Whoever belongs on the day of the year, away or not: a leave moves the due date."""
    marks = book.marks(yearly_from(version.terms), A_YEAR)
    for mark, following in _from_last(facts, course, marks):
        if first <= mark < end:
            yield mark, False, mark, following


def _of_month(
    facts: Facts, version: Version, _asked: Asked, first: date, end: date, course: CourseFacts, book: RuleBook
) -> Iterator[Day]:
    """Whoever belongs on the first day of the month; who is away then, on the day back, unless the month is over."""
    marks = book.marks(version.terms.valid_from.replace(day=1), A_MONTH)
    for mark, following in _from_last(facts, course, marks):
        if first <= mark < end:
            day = facts.away(mark) or mark
            if day < min(following, end):
                yield day, False, mark, following


def _of_version(
    _facts: Facts, _version: Version, _asked: Asked, _first: date, _end: date, _course: CourseFacts, _book: RuleBook
) -> Iterator[Day]:
    """Nothing but what every rule does: see `_retakes`."""
    yield from ()


TRIGGERS: dict[Trigger, Finder] = {
    Trigger.ROLE: _of_role,
    Trigger.HIRE: _of_hire,
    Trigger.TRANSFER: _of_transfer,
    Trigger.RETURN: _of_return,
    Trigger.FIXED: _of_day,
    Trigger.ANNUAL: _of_year,
    Trigger.MONTHLY: _of_month,
    Trigger.VERSION: _of_version,
}


def _from_last(facts: Facts, course: CourseFacts, marks: list[date]) -> Iterator[tuple[date, date]]:
    """Give each mark with the one that follows; those before the latest cycle's own are overtaken by it."""
    cycles = facts.records.get(course.id)
    latest = max(one.assigned_on for one in cycles) if cycles else date.min
    for place in range(len(marks) - 1):
        if marks[place + 1] > latest:
            yield marks[place], marks[place + 1]


class _Maker:
    """Makes an occasion of a day: it waits until the audience's doors are open, and has its due date."""

    def __init__(
        self, facts: Facts, rule: Rule, version: Version, course: CourseFacts, end: date, book: RuleBook
    ) -> None:
        self.facts, self.rule, self.version, self.course, self.end, self.book = (
            facts, rule, version, course, end, book,
        )  # fmt: skip

    def __call__(self, found: Day) -> Occasion | None:
        day, by_rule, opens_on, closes_on = found
        terms = self.version.terms
        on = doors_open(self.facts, terms.audience, day, self.book)
        if on is None or on >= min(self.end, closes_on) or on > self.book.as_of:
            return None
        due_on = due_of(terms.due, on)
        return Occasion(on, self.rule, self.version, terms.trigger, due_on, by_rule, opens_on, closes_on)


def due_of(due: Due, on: date) -> date | None:
    """Return the nominal due date on an occasion. Who is asked after a fixed due day has the days of grace."""
    if due.kind is DueKind.FIXED and due.on is not None and due.on < on:
        return on + timedelta(days=GRACE_DAYS)
    return due.of(on)


def _retakes(
    rule: Rule, version: Version, course: CourseFacts, first: date, end: date, book: RuleBook
) -> Iterator[Occasion]:
    """A course version that requires a retake asks everyone anew, whatever the trigger: those who had the course."""
    for day in course.retakes:
        if first <= day < end and day <= book.as_of:
            due = version.terms.due
            days = due.days if due.kind is DueKind.DAYS and due.days is not None else course.due_days
            due_on = day + timedelta(days=GRACE_DAYS if days is None else days)
            yield Occasion(day, rule, version, Trigger.VERSION, due_on)


def _in_order(found: list[Occasion]) -> list[Occasion]:
    """Return occasions in order; those that no calendar bounds end where the rule's next one begins."""
    if len(found) < 2:
        return found
    found.sort(key=lambda one: one.on)
    ordered = []
    for one, following in zip(found, [*found[1:], None], strict=True):
        if following is None or one.closes_on != FOREVER:
            ordered.append(one)
            continue
        ordered.append(replace(one, closes_on=following.on))
    return ordered


def doors_open(facts: Facts, audience: Audience, day: date, book: RuleBook) -> date | None:
    """Return the first day from `day` on which tenure, tiers and completed courses let someone in; None: none does."""
    if audience.tenure_from_days or audience.tenure_to_days is not None:
        hired = max((hire for hire in facts.hires if hire <= day), default=None)
        if hired is None:
            return None
        day = max(day, hired + timedelta(days=audience.tenure_from_days or 0))
        if audience.tenure_to_days is not None and day >= hired + timedelta(days=audience.tenure_to_days):
            return None
    for tier in audience.tiers_reached:
        reached = tier_reached_on(facts, tier, book)
        if reached is None:
            return None
        day = max(day, reached)
    for course_id in audience.completed_course_ids:
        completed = first_completed_on(facts, course_id, book)
        if completed is None:
            return None
        day = max(day, completed)
    return day


def first_completed_on(facts: Facts, course_id: int, book: RuleBook) -> date | None:
    """Return when someone first completed a course or one that stands for it; None when they have not."""
    course = book.catalog.get(course_id)
    keys = (course_id, *(course.equivalents if course else ()))
    days = [one.completed_on for key in keys for one in facts.records.get(key, ()) if one.completed_on]
    return min(days, default=None)


def tier_reached_on(facts: Facts, tier: int, book: RuleBook) -> date | None:
    """Return when someone reached a tier: had completed every required course of it that they ever had; else None."""
    reached = None
    for course_id, records in facts.records.items():
        course = book.catalog.get(course_id)
        if (
            course is None
            or course.tier_level != tier
            or not any(one.required and not one.voided_on for one in records)
        ):
            continue
        completed = first_completed_on(facts, course_id, book)
        if completed is None:
            return None
        reached = max(reached or completed, completed)
    return reached
