"""Who must take what by when, in plain Python: each day is lived through once, rule by rule; no code of the product.

From the domain study §3.1 and §3.5 and ruling 14: what happens to a person, or the calendar, is an occasion; an open
enrollment serves, a completion that holds does too unless the occasion asks afresh, otherwise a cycle begins. What
nothing asks for any more is voided from that day on while it is open.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
AFRESH = {"TRANSFER", "RETURN", "VERSION"}
BY_CALENDAR = {"ANNUAL", "MONTHLY"}
LONG = timedelta(days=180)


@dataclass
class Job:
    center: str
    role: str
    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Terms:
    """A version of a rule: whom (empty: everyone), from when until when, and by when, in days or at the month's end."""

    roles: frozenset[str]
    centers: frozenset[str]
    start: date
    end: date | None
    due_days: int | None  # None: the end of the month

    def due(self, day: date) -> date:
        if self.due_days is None:
            return day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day + self.due_days * DAY


@dataclass
class Rule:
    code: str
    course: str
    trigger: str
    versions: list[Terms]
    fixed_on: date | None = None
    renewal: tuple[int, int] | None = None  # months, days of the window

    def on(self, day: date) -> Terms | None:
        return next((one for one in self.versions if one.start <= day and (one.end is None or day < one.end)), None)


@dataclass
class Course:
    code: str
    validity_months: int = 0
    retired: date | None = None
    retake_on: date | None = None


@dataclass
class Reason:
    rule: Rule
    on: date
    due: date
    version: Terms
    kind: str
    ends: date | None = None


@dataclass
class Cycle:
    assigned: date
    due: date | None
    done: date | None = None
    void: date | None = None
    reasons: list[Reason] = field(default_factory=list)
    seen: bool = False

    def open(self, day: date) -> bool:
        return self.void is None and (self.done is None or self.done >= day)


@dataclass
class Person:
    staff_no: str
    jobs: list[Job]
    leaves: list[tuple[date, date | None]]
    cycles: dict[str, list[Cycle]] = field(default_factory=dict)


def months_on(day: date, months: int) -> date:
    """31 August and six months is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def belongs(person: Person, terms: Terms, day: date) -> bool:
    return any(
        job.covers(day) and (not terms.roles or job.role in terms.roles)
        and (not terms.centers or job.center in terms.centers)
        for job in person.jobs
    )  # fmt: skip


def asks(person: Person, rule: Rule, course: Course, day: date) -> bool:
    if course.retired is not None and course.retired <= day:
        return False
    terms = rule.on(day)
    return terms is not None and belongs(person, terms, day)


def is_hired(person: Person, day: date) -> bool:
    """First day of work, or first after a gap."""
    return any(job.start == day for job in person.jobs) and not any(job.covers(day - DAY) for job in person.jobs)


def is_moved(person: Person, day: date) -> bool:
    before = [job.center for job in person.jobs if job.covers(day - DAY)]
    return any(job.start == day and before and job.center not in before for job in person.jobs)


def mark_of(person: Person, rule: Rule, course: Course, day: date) -> date | None:
    """Return the day of the calendar that asks on this day: that very day, or of a month missed, the day back."""
    first = rule.versions[0].start
    if rule.trigger == "ANNUAL":
        is_mark = any(months_on(first, 12 * k) == day for k in range(4))
        return day if is_mark else None
    mark = day.replace(day=1)
    away = next((end for start, end in person.leaves if start <= mark and (end is None or mark < end)), mark)
    if away != day:
        return None
    stayed = [mark + n * DAY for n in range((day - mark).days + 1)]
    return mark if all(asks(person, rule, course, one) for one in stayed) else None


def occasions(person: Person, rule: Rule, course: Course, day: date) -> list[tuple[str, bool]]:
    """Return what asks for the course on a day, and whether it is the rule that came, not something that happened."""
    terms = rule.on(day)
    if terms is None or not asks(person, rule, course, day):
        return []
    found: list[tuple[str, bool]] = []
    begins = not asks(person, rule, course, day - DAY)
    reached = begins and terms.start == day and belongs(person, terms, day - DAY)
    happened = {
        "ROLE": begins and not reached,
        "HIRE": is_hired(person, day),
        "TRANSFER": is_moved(person, day),
        "RETURN": any(end == day and end - start >= LONG for start, end in person.leaves if end),
        "FIXED": rule.fixed_on == day,
    }
    if happened.get(rule.trigger):
        found.append((rule.trigger, False))
    elif reached and rule.trigger in {"ROLE", "HIRE"}:
        found.append((rule.trigger, True))
    if rule.trigger in BY_CALENDAR and mark_of(person, rule, course, day):
        found.append((rule.trigger, False))
    if course.retake_on == day and any(one.assigned < day for one in person.cycles.get(course.code, [])):
        found.append(("VERSION", False))
    return found


def live(person: Person, rules: list[Rule], course: Course, day: date) -> None:
    """Let a day pass. Where one rule asks from the day on which another stops, what is open goes on."""
    cycles = person.cycles.setdefault(course.code, [])
    found = [(rule, *one) for rule in rules for one in occasions(person, rule, course, day)]
    for rule, kind, by_rule in found:
        _answer(person, rule, course, day, kind, by_rule)
    _end(person, rules, course, cycles, day)
    for rule in rules:
        _renew(person, rule, course, day)


def _end(person: Person, rules: list[Rule], course: Course, cycles: list[Cycle], day: date) -> None:
    for cycle in cycles:
        if cycle.void is not None or cycle.done is not None:
            continue
        for reason in cycle.reasons:
            if reason.ends is None and not asks(person, reason.rule, course, day):
                reason.ends = day
            _give_more_time(cycle, reason, day)
        if all(reason.ends is not None for reason in cycle.reasons):
            cycle.void = day


def _give_more_time(cycle: Cycle, reason: Reason, day: date) -> None:
    """A new version never asks for less time, and gives more where the old one had set the date."""
    terms = reason.rule.on(day)
    if reason.ends is not None or terms is None or terms is reason.version or reason.kind in {"VERSION", "RENEWAL"}:
        return
    if terms.due(reason.on) > reason.due:
        sets, reason.due, reason.version = reason.due == cycle.due, terms.due(reason.on), terms
        earliest = min(one.due for one in cycle.reasons if one.ends is None)
        if sets and cycle.due is not None and earliest > cycle.due:
            cycle.due = earliest


def _answer(person: Person, rule: Rule, course: Course, day: date, kind: str, by_rule: bool) -> None:
    cycles = person.cycles[course.code]
    terms = rule.on(day)
    assert terms is not None
    due = terms.due(day)
    if kind == "VERSION":
        due = day + (14 if terms.due_days is None else terms.due_days) * DAY
    reason = Reason(rule, day, due, terms, kind)
    if kind in BY_CALENDAR:
        mark = mark_of(person, rule, course, day)
        served = next((one for one in reversed(cycles) if mark is not None and one.assigned >= mark), None)
    else:
        served = cycles[-1] if cycles and (cycles[-1].assigned == day or cycles[-1].open(day)) else None
    if served is not None:
        _join(served, reason, by_rule, day)
    elif kind in BY_CALENDAR | AFRESH or not any(holds(one, course, day) for one in cycles):
        cycles.append(Cycle(day, due, reasons=[reason]))


def holds(cycle: Cycle, course: Course, day: date) -> bool:
    if cycle.done is None or cycle.done > day or cycle.void is not None:
        return False
    return not course.validity_months or months_on(cycle.done, course.validity_months) > day


def _join(cycle: Cycle, reason: Reason, by_rule: bool, day: date) -> None:
    if cycle.done is not None or any(one.rule is reason.rule and one.ends is None for one in cycle.reasons):
        return
    cycle.reasons.append(reason)
    if cycle.due is None or (reason.due < cycle.due and (not by_rule or cycle.assigned == day)):
        cycle.due = reason.due


def _renew(person: Person, rule: Rule, course: Course, day: date) -> None:
    cycles = person.cycles[course.code]
    terms = rule.on(day)
    standing = [one for one in cycles if one.void is None]
    if rule.renewal is None or terms is None or not standing or standing[-1].done is None:
        return
    if not asks(person, rule, course, day):
        return
    months, window = rule.renewal
    expiry = months_on(standing[-1].done, months)
    if day >= max(expiry - window * DAY, standing[-1].done) and day > standing[-1].assigned:
        due = max(expiry, day)
        reason = Reason(rule, day, due, terms, "RENEWAL")
        same = next((one for one in cycles if one.assigned == day), None)
        if same is not None:
            _join(same, reason, by_rule=False, day=day)
        else:
            cycles.append(Cycle(day, due, reasons=[reason]))
