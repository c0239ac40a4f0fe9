"""Why someone is asked for a course on a day, or why not: each rule with the first condition that fails."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.enrollments.assignment_rules.rules import FOREVER, CourseFacts, Facts, Rule, RuleBook, Version, asked_for
from lms.enrollments.assignment_rules.rules_occasions import doors_open, first_completed_on, occasions, tier_reached_on
from lms.enrollments.assignment_rules.rules_terms import BY_ACTION, Audience, Trigger
from lms.enrollments.assignment_rules.rules_wanted import Wanted


class Condition(StrEnum):
    """What a rule asks before it assigns, in the order in which it is asked; the first that fails is told.

    TRIGGER: nothing has happened yet that it waits for. TAKEN_OUT: it asked, and somebody took the enrollment out by
    hand. COMPLETED: it asked, and a completion that holds answers it. MET: it asks.
    """

    RETIRED = "RETIRED"
    NOT_IN_FORCE = "NOT_IN_FORCE"
    BY_ACTION = "BY_ACTION"
    NOT_EMPLOYED = "NOT_EMPLOYED"
    JOB = "JOB"
    NETWORK_TYPE = "NETWORK_TYPE"
    UNIT = "UNIT"
    TENURE = "TENURE"
    TIER = "TIER"
    PREREQUISITE = "PREREQUISITE"
    TRIGGER = "TRIGGER"
    TAKEN_OUT = "TAKEN_OUT"
    COMPLETED = "COMPLETED"
    MET = "MET"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of one person's one course on a day.

    `since` is the day it asked last, if it ever did; `version` the one in force, else the last one before.
    """

    rule: Rule
    version: Version
    failing: Condition
    since: date | None = None

    @property
    def asks(self) -> bool:
        """Tell whether the rule asks for the course on the day, done or not."""
        return self.failing in {Condition.MET, Condition.COMPLETED}


def answers(facts: Facts, book: RuleBook, course: CourseFacts, found: list[Wanted]) -> list[Answer]:
    """Return what every rule that names a course says of someone on the book's day. `found` is what `wanted` says."""
    return [_answer(facts, book, course, rule, found) for rule in book.by_course.get(course.id, ())]


def _answer(facts: Facts, book: RuleBook, course: CourseFacts, rule: Rule, found: list[Wanted]) -> Answer:
    version = rule.on(book.as_of)
    known = version or [one for one in rule.versions if one.starts_on <= book.as_of][-1]
    asked = asked_for(facts, rule, course)
    had = [one.assigned_on for one in facts.records.get(course.id, ())]
    passed = [
        one
        for one in occasions(facts, rule, course, asked, book)
        if one.kind != Trigger.VERSION or any(day < one.on for day in had)
    ]
    since = passed[-1].on if passed else None
    kept = [
        reason
        for one in found
        if one.course_id == course.id
        for reason in one.reasons
        if reason.rule_id == rule.id and (reason.ends_on or FOREVER) > book.as_of
    ]
    failing = _failing(facts, book, course, version)
    if failing is None or (kept and failing in {Condition.TENURE, Condition.TIER, Condition.PREREQUISITE}):
        failing = _standing(facts, course, passed_on=since, is_open=bool(kept))
    return Answer(rule, known, failing, max((reason.starts_on for reason in kept), default=since))


def _standing(facts: Facts, course: CourseFacts, *, passed_on: date | None, is_open: bool) -> Condition:
    if is_open:
        return Condition.MET
    if passed_on is None:
        return Condition.TRIGGER
    latest = next(reversed(facts.records.get(course.id, ())), None)
    gone = latest is not None and latest.completed_on is None and latest.voided_on is not None
    return Condition.TAKEN_OUT if gone else Condition.COMPLETED


def _failing(facts: Facts, book: RuleBook, course: CourseFacts, version: Version | None) -> Condition | None:
    on = book.as_of
    if course.retired_on is not None and course.retired_on <= on:
        return Condition.RETIRED
    if version is None or course.id not in version.terms.course_ids:
        return Condition.NOT_IN_FORCE
    if version.terms.trigger in BY_ACTION:
        return Condition.BY_ACTION
    audience = version.terms.audience
    return _outside(facts, audience, on) or _shut(facts, audience, book)


def _outside(facts: Facts, audience: Audience, on: date) -> Condition | None:
    """Return why someone does not belong to an audience on a day by job, duty and place."""
    jobs = [one for one in facts.jobs if one.starts_on <= on < one.ends_on]
    if not jobs:
        return Condition.NOT_EMPLOYED
    everyone = not audience.role_codes and not audience.duties
    held = [one for one in jobs if everyone or one.word in audience.role_codes]
    held += [one for one in facts.duties if one.starts_on <= on < one.ends_on and one.word in audience.duties]
    if not held:
        return Condition.JOB
    if audience.network_types:
        held = [one for one in held if one.network_type in audience.network_types]
        if not held:
            return Condition.NETWORK_TYPE
    if audience.unit_ids and all(one.unit_ids.isdisjoint(audience.unit_ids) for one in held):
        return Condition.UNIT
    return None


def _shut(facts: Facts, audience: Audience, book: RuleBook) -> Condition | None:
    """Return which door of an audience is shut on the book's day."""
    on = book.as_of
    tenure = Audience(tenure_from_days=audience.tenure_from_days, tenure_to_days=audience.tenure_to_days)
    opened = doors_open(facts, tenure, on, book)
    if opened is None or opened > on:
        return Condition.TENURE
    if any((tier_reached_on(facts, tier, book) or FOREVER) > on for tier in audience.tiers_reached):
        return Condition.TIER
    if any((first_completed_on(facts, key, book) or FOREVER) > on for key in audience.completed_course_ids):
        return Condition.PREREQUISITE
    return None
