"""What the engine of rules knows: a person's dated facts, the rules in force, the catalog; and who belongs when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from lms.enrollments.assignment_rules.rules_terms import BY_ACTION, Audience, RuleTerms, add_months
from lms.enrollments.rules import Away, Change, Event, Source, Stay, events_of

# Intervals in here are pairs (first day, first day out); what is open ends here.
FOREVER = date.max
Interval = tuple[date, date]
RENEWAL = "RENEWAL"
# Whose enrollments rules may take out again once nothing asks for them. What someone assigned by hand stays theirs.
RULED = frozenset({Source.RULE, Source.IMPORT})


@dataclass(frozen=True, slots=True)
class Hold:
    """Someone holds a job (its code) or a duty (its kind) from–to; `unit_ids` are the place and all units above it."""

    word: str
    unit_ids: frozenset[int]
    network_type: str | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Kept:
    """A reason on record: which version asked for the enrollment, on what occasion, and with what due date."""

    id: int
    rule_id: int
    version_id: int
    occasion: str
    starts_on: date
    ends_on: date | None
    due_on: date | None


@dataclass(slots=True)
class Record:
    """An enrollment on record. `validity_months` is that of its course version; 0 never expires."""

    id: int
    course_id: int
    cycle: int
    source: str
    required: bool
    assigned_on: date
    nominal_due_on: date | None
    completed_on: date | None
    voided_on: date | None
    validity_months: int
    kept: list[Kept] = field(default_factory=list)

    @property
    def is_ended_by_rules(self) -> bool:
        """Tell whether it was taken out because no rule asked for it any more: then a rule may bring it back."""
        return bool(self.kept) and self.voided_on == max(one.ends_on or FOREVER for one in self.kept)


@dataclass
class Facts:
    """One person: jobs and duties at places, primary postings, leaves, and enrollments by course in order of cycle."""

    person_id: int
    jobs: list[Hold] = field(default_factory=list)
    duties: list[Hold] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    leaves: list[Away] = field(default_factory=list)
    records: dict[int, list[Record]] = field(default_factory=dict)

    @cached_property
    def events(self) -> list[Event]:
        """Return what the primary postings say happened."""
        return events_of(self.stays)

    @cached_property
    def hires(self) -> list[date]:
        """Return the days on which an unbroken employment began."""
        return [event.on for event in self.events if event.kind in {Change.HIRE, Change.REHIRE}]

    @cached_property
    def transfers(self) -> list[date]:
        """Return the days on which the center changed."""
        return [event.on for event in self.events if event.kind is Change.TRANSFER]

    @cached_property
    def spans(self) -> dict[int, tuple[Audience, list[Interval]]]:
        """Keep when the person belonged to an audience, by its identity: many rules are for the same one."""
        return {}

    def belonging(self, audience: Audience) -> list[Interval]:
        """Return when the person belongs to an audience by job, duty and place; see `belonging`."""
        known = self.spans.get(id(audience))
        if known is None or known[0] is not audience:
            known = self.spans[id(audience)] = (audience, belonging(self, audience))
        return known[1]

    def away(self, on: date) -> date | None:
        """Return the first day back from a leave that covers a day (FOREVER while it lasts); None: there is none."""
        for leave in self.leaves:
            if leave.starts_on <= on and (leave.ends_on is None or leave.ends_on > on):
                return leave.ends_on or FOREVER
        return None


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What rules need of a course: `retakes` are the days on which a version came in force that requires a retake."""

    id: int
    code: str
    tier_level: int
    due_days: int | None
    retired_on: date | None = None
    retakes: tuple[date, ...] = ()
    equivalents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a rule, in force from `starts_on` until `ends_on`: its own dates, cut where a later one begins."""

    id: int
    number: int
    terms: RuleTerms
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the versions that ever were in force, oldest first."""

    id: int
    code: str
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version | None:
        """Return the version in force on a day."""
        return next((one for one in self.versions if one.starts_on <= day < one.ends_on), None)

    @property
    def course_ids(self) -> tuple[int, ...]:
        """Return every course it ever asked for, in order."""
        return tuple(dict.fromkeys(key for one in self.versions for key in one.terms.course_ids))


def rule_of(rule_id: int, code: str, published: Iterable[tuple[int, int, RuleTerms, date | None]]) -> Rule:
    """Return a rule from its published versions (id, number, terms, day it was ended): a later one cuts the earlier."""
    found: list[Version] = []
    for version_id, number, terms, ended_on in sorted(published, key=lambda one: one[1]):
        starts_on = terms.valid_from
        ends_on = min(terms.valid_to or FOREVER, ended_on or FOREVER)
        found = [_cut(one, starts_on) for one in found if one.starts_on < starts_on]
        found.append(Version(version_id, number, terms, starts_on, max(ends_on, starts_on)))
    return Rule(rule_id, code, tuple(found))


def _cut(version: Version, day: date) -> Version:
    ends_on = min(version.ends_on, day)
    return Version(version.id, version.number, version.terms, version.starts_on, ends_on)


class RuleBook:
    """The rules and the catalog as of a day, prepared for asking many people; it keeps nothing about anyone."""

    def __init__(self, rules: Iterable[Rule], catalog: Mapping[int, CourseFacts], as_of: date) -> None:
        self.as_of = as_of
        self.catalog = catalog
        self.rules = [rule for rule in rules if any(one.starts_on <= as_of for one in rule.versions)]
        self.by_id = {rule.id: rule for rule in self.rules}
        self.retired = {one.id for one in catalog.values() if one.retired_on and one.retired_on <= as_of}
        self.by_course: dict[int, list[Rule]] = {}
        for rule in self.rules:
            for course_id in rule.course_ids:
                self.by_course.setdefault(course_id, []).append(rule)
        self._months: dict[tuple[date, int], list[date]] = {}

    def marks(self, first: date, months: int) -> list[date]:
        """Return the days of a calendar that begins on `first` and comes again every so many months, one past today."""
        found = self._months.get((first, months))
        if found is None:
            found = [first]
            while found[-1] <= self.as_of:
                found.append(add_months(first, months * len(found)))
            self._months[first, months] = found
        return found


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals in order, those that touch or overlap as one."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def belonging(facts: Facts, audience: Audience) -> list[Interval]:
    """Return when someone belongs to an audience by job, duty and place; tenure, tiers, courses are not asked."""
    roles, duties = audience.role_codes, audience.duties
    everyone = not roles and not duties
    held = [hold for hold in facts.jobs if everyone or hold.word in roles]
    if duties:
        held += [hold for hold in facts.duties if hold.word in duties]
    if audience.network_types:
        held = [hold for hold in held if hold.network_type in audience.network_types]
    if audience.unit_ids:
        held = [hold for hold in held if not hold.unit_ids.isdisjoint(audience.unit_ids)]
    if len(held) < 2:
        return [(hold.starts_on, hold.ends_on) for hold in held]
    return merged((hold.starts_on, hold.ends_on) for hold in held)


def within(intervals: Sequence[Interval], first: date, end: date) -> list[Interval]:
    """Return the parts of intervals that lie in [first, end)."""
    return [(max(start, first), min(stop, end)) for start, stop in intervals if start < end and stop > first]


@dataclass(frozen=True, slots=True)
class Asked:
    """When a rule asks someone for a course. `widened` are the starts that the rule made, not the person: it began."""

    spans: list[Interval]
    widened: frozenset[date] = frozenset()

    def until(self, since: date) -> date | None:
        """Return the first day from which the rule no longer asks for what it asked for on `since`; None while it does.

        Where it did not ask on that very day (a date was corrected), the next time it does counts; if there is none,
        it should never have asked: `since` itself.
        """
        for _start, end in self.spans:
            if end > since:
                return None if end == FOREVER else end
        return since


NEVER_ASKED = Asked([])


def asked_for(facts: Facts, rule: Rule, course: CourseFacts) -> Asked:
    """Return when a rule asks someone for a course: while a version in force names both, until the course retires."""
    found: list[Interval] = []
    widened: set[date] = set()
    for version in rule.versions:
        if course.id not in version.terms.course_ids:
            continue
        first, end = version.starts_on, min(version.ends_on, course.retired_on or FOREVER)
        for start, stop in facts.belonging(version.terms.audience):
            if stop > first and start < end and first < end:
                found.append((max(start, first), min(stop, end)))
                if start < first:
                    widened.add(first)
    if not found:
        return NEVER_ASKED
    return Asked(merged(found) if len(found) > 1 else found, frozenset(widened))


def assigns(rule: Rule, on: date) -> Version | None:
    """Return the version in force on a day if it assigns by itself."""
    version = rule.on(on)
    return None if version is None or version.terms.trigger in BY_ACTION else version
