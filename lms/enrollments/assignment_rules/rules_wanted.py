"""What rules want of one person on a day: which cycles of which courses there should be, why, and until when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from lms.courses.rules import expires_on
from lms.enrollments.assignment_rules.rules import (
    FOREVER,
    RENEWAL,
    RULED,
    Asked,
    CourseFacts,
    Facts,
    Kept,
    Record,
    Rule,
    RuleBook,
    Version,
    asked_for,
)
from lms.enrollments.assignment_rules.rules_occasions import BY_CALENDAR, Occasion, due_of, occasions
from lms.enrollments.assignment_rules.rules_renewal import expiry_of
from lms.enrollments.assignment_rules.rules_terms import BY_ACTION, RenewalKind, Trigger

# Asked of those who had the course before: a new version of it is to be taken anew.
RETAKE = Trigger.VERSION


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule's version asks for an enrollment from a day on, until another, due on a third by its own word alone.

    `kept` is the reason on record, if it is there already; `by_rule` tells that the rule came to the person.
    """

    rule_id: int
    version_id: int
    occasion: str
    starts_on: date
    due_on: date | None
    ends_on: date | None
    by_rule: bool = False
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An enrollment that rules want: new where `record` is None, else one on record that is open or that they ended.

    `nominal_due` is the due date it should have. `until` is the first day nothing asks for it any more; None: it is
    asked for still.
    """

    course_id: int
    assigned_on: date
    nominal_due: date | None
    reasons: tuple[Reason, ...]
    until: date | None
    record: Record | None = None


@dataclass(slots=True)
class _Cycle:
    """A cycle while the days are walked through. `foreign`: a completion of a course that stands for this one.

    `kept` are the reasons on record as they stand now.
    """

    assigned_on: date
    completed_on: date | None = None
    voided_on: date | None = None
    validity_months: int = 0
    record: Record | None = None
    foreign: bool = False
    kept: tuple[Reason, ...] = ()
    reasons: list[Reason] = field(default_factory=list)

    def alive(self, on: date) -> bool:
        return self.voided_on is None or self.voided_on > on

    @property
    def ends_on(self) -> date | None:
        """Return when rules end it, voided already or not: what comes after does not wait for that to be written."""
        if self.record is None or self.completed_on is not None or self.voided_on is not None or not self.kept:
            return None
        return _until(self.record, (*self.kept, *self.reasons))

    def open(self, on: date) -> bool:
        # On the very day that the last reason ends another one may still take its place.
        ended = self.ends_on is not None and self.ends_on < on
        return (
            not self.foreign and self.alive(on) and not ended and (self.completed_on is None or self.completed_on >= on)
        )

    def stands(self, on: date) -> bool:
        """Tell whether it decides what comes next: completed, open, or taken out by hand. What rules ended does not."""
        if self.completed_on is not None:
            return self.alive(self.completed_on) and self.alive(on)
        if self.ends_on is not None and self.ends_on <= on:
            return False
        return self.alive(on) or not (self.record is None or self.record.is_ended_by_rules)

    def holds(self, on: date) -> bool:
        """Tell whether its completion holds on a day."""
        if self.completed_on is None or self.completed_on > on or not self.alive(on):
            return False
        expiry = expires_on(self.completed_on, self.validity_months)
        return expiry is None or expiry > on


def wanted(facts: Facts, book: RuleBook) -> list[Wanted]:
    """Return every enrollment that is to be there by the book's day and is not completed, with all that asks for it.

    Those that rules ended before are among them, with the day; manual ones that no rule asks for are not. Comparing
    with what is on record is `rules_changes.changes`.
    """
    found: list[Wanted] = []
    for course_id, rules in book.by_course.items():
        found += _wanted_of_course(facts, book, book.catalog[course_id], rules)
    for course_id in book.retired & facts.records.keys():
        if course_id not in book.by_course:
            found += _wanted_of_course(facts, book, book.catalog[course_id], ())
    return found


def _wanted_of_course(facts: Facts, book: RuleBook, course: CourseFacts, rules: Iterable[Rule]) -> list[Wanted]:
    asked = {rule.id: spans for rule in rules if (spans := asked_for(facts, rule, course)).spans}
    if not asked and not facts.records.get(course.id):
        return []
    cycles = _cycles(facts, course, asked, book)
    asking = [rule for rule in rules if rule.id in asked]
    happened = [each for rule in asking for each in occasions(facts, rule, course, asked[rule.id], book)]
    renewing = [rule for rule in asking if any(one.terms.renewal.kind is not RenewalKind.NONE for one in rule.versions)]
    for occasion in _day_by_day(cycles, happened):
        # A window that opened earlier comes first, however late this is worked out.
        for rule in renewing:
            _renew(cycles, rule, course, asked[rule.id], book, before=occasion.on)
        until = asked[occasion.rule.id].until(occasion.on)
        # What is no longer asked for is neither begun nor joined now.
        if until is None or until > book.as_of:
            _answer(cycles, occasion, asked[occasion.rule.id])
    for rule in renewing:
        _renew(cycles, rule, course, asked[rule.id], book)
    outcomes = (_outcome(cycle, course, book) for cycle in cycles if not cycle.foreign)
    return [one for one in outcomes if one is not None]


def _cycles(facts: Facts, course: CourseFacts, asked: dict[int, Asked], book: RuleBook) -> list[_Cycle]:
    cycles = [
        _Cycle(
            one.assigned_on, one.completed_on, one.voided_on, one.validity_months, one,
            kept=tuple(_kept(reason, asked, book) for reason in one.kept),
        )
        for one in facts.records.get(course.id, ())
    ]  # fmt: skip
    for key in course.equivalents:
        cycles += [
            _Cycle(one.completed_on, one.completed_on, one.voided_on, one.validity_months, foreign=True)
            for one in facts.records.get(key, ())
            if one.completed_on
        ]
    if course.equivalents:
        cycles.sort(key=lambda cycle: cycle.assigned_on)
    return cycles


def _day_by_day(cycles: list[_Cycle], happened: list[Occasion]) -> Iterator[Occasion]:
    """Give occasions in order. Of one day, first those that begin a cycle, which the others then find there.

    So it does not matter whether the cycle of the day is begun now or was before.
    """
    if len(happened) < 2:
        yield from happened
        return
    happened.sort(key=lambda one: one.on)
    for _day, of_day in groupby(happened, key=lambda one: one.on):
        together = list(of_day)
        if len(together) > 1:
            together.sort(key=lambda one: (one.kind not in BY_CALENDAR, _counts(cycles, one)))
        yield from together


def _answer(cycles: list[_Cycle], occasion: Occasion, asked: Asked) -> None:
    """Find the cycle that answers an occasion and give it the reason; begin one where nothing does."""
    if occasion.kind == RETAKE and not any(one.assigned_on < occasion.on for one in cycles if not one.foreign):
        return
    answering = _in_period(cycles, occasion) if occasion.kind in BY_CALENDAR else _standing(cycles, occasion)
    if answering is not None:
        if not (_came_after(answering, occasion) and _counts(cycles, occasion)):
            _add_reason(answering, occasion, asked)
        return
    if _counts(cycles, occasion):
        return
    later = next((one for one in cycles if not one.foreign and one.assigned_on > occasion.on), None)
    if later is None:
        _begin(cycles, occasion, asked)
    elif later.assigned_on < occasion.closes_on and later.alive(later.assigned_on):
        _add_reason(later, occasion, asked)
    # Else a later cycle has overtaken this one: what was missed then is not made up for.


def _in_period(cycles: list[_Cycle], occasion: Occasion) -> _Cycle | None:
    return next(
        (one for one in cycles if not one.foreign and occasion.opens_on <= one.assigned_on < occasion.closes_on),
        None,
    )


def _standing(cycles: list[_Cycle], occasion: Occasion) -> _Cycle | None:
    """Return the cycle of that very day, else the latest one if it is still to be completed then."""
    before = [one for one in cycles if not one.foreign and one.assigned_on <= occasion.on]
    if not before:
        return None
    latest = before[-1]
    return latest if latest.assigned_on == occasion.on or latest.open(occasion.on) else None


def _came_after(cycle: _Cycle, occasion: Occasion) -> bool:
    """Tell whether a cycle of that very day is a renewal: it began once the occasions of the day had been answered."""
    reasons = (*cycle.kept, *cycle.reasons)
    return cycle.assigned_on == occasion.on and bool(reasons) and all(one.occasion == RENEWAL for one in reasons)


def _counts(cycles: list[_Cycle], occasion: Occasion) -> bool:
    """Tell whether what was completed earlier answers an occasion: by the rule's own limit, else while it holds."""
    limit = occasion.version.terms.renewal.earlier_counts_days
    if occasion.kind == RETAKE or (limit is None and occasion.is_afresh):
        return False
    since = date.min if limit is None else occasion.on - timedelta(days=limit)
    return limit != 0 and any(
        one.completed_on is not None and one.completed_on >= since and one.holds(occasion.on) for one in cycles
    )


def _add_reason(cycle: _Cycle, occasion: Occasion, asked: Asked) -> None:
    if cycle.completed_on is not None or any(one.rule_id == occasion.rule.id for one in cycle.reasons):
        return
    if cycle.record and any(one.rule_id == occasion.rule.id for one in cycle.record.kept):
        return
    cycle.reasons.append(_reason(occasion, asked))


def _reason(occasion: Occasion, asked: Asked) -> Reason:
    return Reason(
        occasion.rule.id, occasion.version.id, occasion.kind, occasion.on, occasion.due_on,
        asked.until(occasion.on), occasion.by_rule,
    )  # fmt: skip


def _begin(cycles: list[_Cycle], occasion: Occasion, asked: Asked) -> None:
    cycles.append(_Cycle(occasion.on, reasons=[_reason(occasion, asked)]))


def _renew(
    cycles: list[_Cycle], rule: Rule, course: CourseFacts, asked: Asked, book: RuleBook, before: date = FOREVER
) -> None:
    """Begin the next cycle when the window before the expiry of the last completion has opened, `before` a day."""
    standing = [one for one in cycles if one.stands(book.as_of)]
    last = standing[-1] if standing else None
    if last is None or last.completed_on is None:
        return
    completions = [one.completed_on for one in standing if one.completed_on is not None]
    for version in rule.versions:
        occasion = _renewal(completions, rule, version, course, asked, book)
        if occasion is not None and occasion.on < before:
            same_day = next((one for one in cycles if not one.foreign and one.assigned_on == occasion.on), None)
            if same_day is not None:
                _add_reason(same_day, occasion, asked)
            elif occasion.on > last.assigned_on or last.foreign:
                _begin(cycles, occasion, asked)
            return


def _renewal(
    completions: list[date], rule: Rule, version: Version, course: CourseFacts, asked: Asked, book: RuleBook
) -> Occasion | None:
    terms = version.terms
    if course.id not in terms.course_ids or terms.renewal.kind is RenewalKind.NONE:
        return None
    if terms.trigger in BY_CALENDAR or terms.trigger in BY_ACTION:
        return None
    expiry = expiry_of(completions, terms.renewal)
    opens_on = max(expiry - timedelta(days=terms.renewal.window_days), completions[-1])
    for first, end in asked.spans:
        on = max(opens_on, first, version.starts_on)
        # A time that is over needs no next cycle; a later one may.
        if book.as_of < end and on < min(end, version.ends_on) and on <= book.as_of:
            return Occasion(on, rule, version, RENEWAL, max(expiry, on))
    return None


def _outcome(cycle: _Cycle, course: CourseFacts, book: RuleBook) -> Wanted | None:
    """Return what should become of a cycle that is not completed; None: it is none of the rules' business."""
    record = cycle.record
    if record is None:
        reasons = tuple(cycle.reasons)
        return Wanted(course.id, cycle.assigned_on, _earliest(reasons), reasons, _last(reasons))
    if record.completed_on is not None or (record.voided_on is not None and not record.is_ended_by_rules):
        return None
    reasons = (*cycle.kept, *cycle.reasons)
    retired = course.retired_on if course.id in book.retired else None
    if not reasons and retired is None:
        return None
    until = _until(record, reasons)
    if retired is not None:
        until = max(min(until or retired, retired), record.assigned_on)
    return Wanted(course.id, record.assigned_on, _due(record, reasons, book.as_of), reasons, until, record)


def _until(record: Record, reasons: tuple[Reason, ...]) -> date | None:
    """Return when the last reason ends. What someone assigned by hand stays though no rule asks for it."""
    return None if record.source not in RULED else _last(reasons)


def _last(reasons: Iterable[Reason]) -> date | None:
    ends = [one.ends_on for one in reasons]
    return max((end for end in ends if end), default=None) if None not in ends else None


def _kept(kept: Kept, asked: dict[int, Asked], book: RuleBook) -> Reason:
    """Return a reason on record as it stands now; one whose rule has come to give more time is of the new version."""
    ends_on = asked[kept.rule_id].until(kept.starts_on) if kept.rule_id in asked else kept.starts_on
    reason = Reason(
        kept.rule_id, kept.version_id, kept.occasion, kept.starts_on, kept.due_on, ends_on, kept=kept
    )  # fmt: skip
    rule = book.by_id.get(kept.rule_id)
    version = rule.on(book.as_of) if rule else None
    if version is None or version.id == kept.version_id or kept.occasion in {RENEWAL, RETAKE}:
        return reason
    if not _lasts(reason, book.as_of):
        return reason
    due_on = due_of(version.terms.due, kept.starts_on)
    if kept.due_on is None or (due_on is not None and due_on <= kept.due_on):
        return reason
    return Reason(kept.rule_id, version.id, kept.occasion, kept.starts_on, due_on, ends_on, kept=kept)


def _lasts(reason: Reason, on: date) -> bool:
    """Tell whether a reason still asks on a day; an end that lies ahead of it may yet change."""
    return reason.ends_on is None or reason.ends_on > on


def _earliest(reasons: Iterable[Reason]) -> date | None:
    return min((one.due_on for one in reasons if one.due_on), default=None)


def _due(record: Record, reasons: tuple[Reason, ...], as_of: date) -> date | None:
    """Return the nominal due date of an enrollment on record.

    What happens to a person may bring it forward: the earlier of two rules' dates holds. A rule that comes or changes
    never does; where it gives more time than the reason that set the date, the date moves back.
    """
    due = record.nominal_due_on
    current = [one for one in reasons if _lasts(one, as_of)]
    for one in current:
        if one.kept is None and one.due_on and (due is None or (one.due_on < due and not one.by_rule)):
            due = one.due_on
    later = [one for one in current if one.kept and one.version_id != one.kept.version_id]
    if later and any(one.kept and one.kept.due_on == record.nominal_due_on for one in later):
        earliest = _earliest(current)
        if due is not None and any(one.due_on is None for one in later) and earliest is None:
            return None
        due = earliest if earliest is not None and due is not None and earliest > due else due
    return due
