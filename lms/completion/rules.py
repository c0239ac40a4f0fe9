"""What counts, what is done, who falls short: the arithmetic of every rate, in integers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from lms.courses.rules import expires_on

# A person below this percentage falls short unless asked otherwise (ruling 9).
DEFAULT_TARGET = 80
# An open enrollment is "due soon" this many days ahead.
SOON_DAYS = 7


class Dimension(StrEnum):
    """By what a rate is broken down."""

    NETWORK = "NETWORK"
    REGION = "REGION"
    AREA = "AREA"
    CENTER = "CENTER"
    ROLE = "ROLE"
    TIER = "TIER"
    COURSE = "COURSE"
    PERSON = "PERSON"


class Standing(StrEnum):
    """Where a person stands on a day; only ACTIVE people are in rates."""

    ACTIVE = "ACTIVE"
    ON_LEAVE = "ON_LEAVE"
    CENTER_CLOSED = "CENTER_CLOSED"
    NOT_EMPLOYED = "NOT_EMPLOYED"


class EnrollmentState(StrEnum):
    """How an enrollment looks on a day."""

    DONE = "DONE"
    DONE_LATE = "DONE_LATE"
    EXPIRED = "EXPIRED"
    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    NOT_DUE = "NOT_DUE"
    ON_HOLD = "ON_HOLD"
    EXEMPT = "EXEMPT"
    VOID = "VOID"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class WhyNot(StrEnum):
    """Why an enrollment is not in the rate on a day."""

    VOID = "VOID"
    NOT_EMPLOYED = "NOT_EMPLOYED"
    CENTER_CLOSED = "CENTER_CLOSED"
    ON_LEAVE = "ON_LEAVE"
    OPTIONAL = "OPTIONAL"
    NOT_ASSIGNED = "NOT_ASSIGNED"
    EXEMPT = "EXEMPT"
    NO_DUE_DATE = "NO_DUE_DATE"
    NOT_DUE = "NOT_DUE"
    SUPERSEDED = "SUPERSEDED"


class Severity(StrEnum):
    """How long the oldest overdue enrollment has waited: 1–7, 8–30, over 30 days (ruling 9)."""

    REMIND = "REMIND"
    MISSING = "MISSING"
    LONG_MISSING = "LONG_MISSING"


# Days overdue, from and to (both included; None is open).
SEVERITY_DAYS: dict[Severity, tuple[int, int | None]] = {
    Severity.REMIND: (1, 7),
    Severity.MISSING: (8, 30),
    Severity.LONG_MISSING: (31, None),
}


class ShortfallSort(StrEnum):
    """What a shortfall list may be ordered by; ties go by staff number."""

    NAME = "name"
    STAFF_NO = "staff_no"
    CENTER = "center"
    RATE = "rate"
    MISSING = "missing"
    OLDEST = "oldest"


class Tally(NamedTuple):
    """How many enrollments have fallen due, are done, and were done on time. Sums are added, never percentages."""

    due: int = 0
    done: int = 0
    on_time: int = 0

    def __add__(self, other: "Tally") -> "Tally":  # type: ignore[override]  # adds up; a tuple would be joined
        return Tally(self.due + other.due, self.done + other.done, self.on_time + other.on_time)

    @property
    def missing(self) -> int:
        """Return how many are due and not done."""
        return self.due - self.done

    @property
    def late(self) -> int:
        """Return how many were done after their due date."""
        return self.done - self.on_time

    @property
    def percent_tenths(self) -> int | None:
        """Return the rate in tenths of a percent, floored; None when nothing is due (not applicable, never 0)."""
        return 1000 * self.done // self.due if self.due else None

    @property
    def percent_text(self) -> str | None:
        """Return the rate as shown, such as "89.9"; None when nothing is due."""
        tenths = self.percent_tenths
        return None if tenths is None else f"{tenths // 10}.{tenths % 10}"

    def is_below(self, target: int) -> bool:
        """Tell whether the rate is below `target` percent; exactly at target is not, nor is nothing due."""
        return 100 * self.done < target * self.due


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    result = Tally()
    for tally in tallies:
        result += tally
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFilter:
    """What a rate is narrowed to; empty means everything.

    `unit_id` is a network, region, area or center (database id); `frontline` True keeps roles that are front line on
    the day asked for, False the others.
    """

    unit_id: int | None = None
    center_codes: tuple[str, ...] = ()
    role_codes: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    course_codes: tuple[str, ...] = ()
    frontline: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallFilter(RateFilter):
    """What a shortfall list is narrowed to: front-line people unless asked for everyone (ruling 29).

    `below` None lists who is below the default target or has something overdue; a number lists by rate alone.
    `search` keeps those in whose name or staff number each of its words is found.
    """

    frontline: bool | None = True
    below: int | None = None
    severity: Severity | None = None
    search: str | None = None


class RateLine(NamedTuple):
    """The rate of one group. `people_short` counts people below the default target by rate alone, `people_done` those
    of whom everything due is done (the head-count of domain §3.2), both of `people_judged` with something due.

    `code` is "" for people whose center stands under no area or region; role and tier have no `public_id`.
    """

    code: str
    name_ko: str
    name_en: str
    public_id: str | None
    tally: Tally
    people_judged: int
    people_short: int
    people_done: int = 0


class MissingCourse(NamedTuple):
    """A course that is due and not done; `days_overdue` is 0 on the due day itself."""

    course_code: str
    title_ko: str
    title_en: str
    due_on: date
    days_overdue: int


class ShortfallLine(NamedTuple):
    """A person who falls short, where they work on that day, by how much, since when and why."""

    person_id: int
    public_id: str
    staff_no: str
    name: str
    center_code: str
    center_name_ko: str
    center_name_en: str
    area_code: str
    area_name_ko: str
    area_name_en: str
    region_code: str
    region_name_ko: str
    region_name_en: str
    role_code: str
    role_title_ko: str
    role_title_en: str
    tally: Tally
    overdue: int
    oldest_due_on: date | None
    days_overdue: int
    severity: Severity | None
    missing_courses: tuple[MissingCourse, ...] = ()


class EnrollmentFacts(NamedTuple):
    """What decides about one enrollment on a day.

    `superseded` tells that a later cycle has fallen due by then, `exempt` that its person need not take the course.
    """

    required: bool
    assigned_on: date
    due_on: date | None
    completed_on: date | None
    voided_on: date | None
    superseded: bool = False
    validity_months: int = 0
    exempt: bool = False


class Judgment(NamedTuple):
    """How an enrollment stands on a day, and whether it counts.

    `days` is how many days overdue (OVERDUE), or how many are left (DUE_SOON, NOT_DUE with a date); else None.
    """

    state: EnrollmentState
    days: int | None
    counted: bool
    why_not: WhyNot | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One enrollment on a person's page: the course, the dates, how it stands and why it counts or not."""

    enrollment_id: int
    course_public_id: str
    course_code: str
    title_ko: str
    title_en: str
    tier: int
    tier_name_ko: str
    tier_name_en: str
    is_critical: bool
    cycle: int
    source: str
    required: bool
    assigned_on: date
    nominal_due_on: date | None
    due_on: date | None
    completed_on: date | None
    voided_on: date | None
    expires_on: date | None
    judgment: Judgment

    @property
    def state(self) -> EnrollmentState:
        """Return how the enrollment stands."""
        return self.judgment.state

    @property
    def days(self) -> int | None:
        """Return days overdue or left."""
        return self.judgment.days

    @property
    def counted(self) -> bool:
        """Tell whether the enrollment is in the rate."""
        return self.judgment.counted

    @property
    def why_not(self) -> WhyNot | None:
        """Return why it is not in the rate."""
        return self.judgment.why_not

    @property
    def done(self) -> bool:
        """Tell whether it is completed by the day asked for."""
        return self.judgment.done


def expiry(completed_on: date | None, validity_months: int) -> date | None:
    """Return the first day a completion is no longer valid; None when it never expires (ruling 13)."""
    return expires_on(completed_on, validity_months) if completed_on else None


def why_not_counted(facts: EnrollmentFacts, standing: Standing, as_of: date) -> WhyNot | None:
    """Return the first reason that keeps an enrollment out of the rate on `as_of`, or None when it counts."""
    if facts.voided_on is not None and facts.voided_on <= as_of:
        return WhyNot.VOID
    if standing is not Standing.ACTIVE:
        return WhyNot(standing)
    if not facts.required:
        return WhyNot.OPTIONAL
    if facts.assigned_on > as_of:
        return WhyNot.NOT_ASSIGNED
    if facts.exempt:
        return WhyNot.EXEMPT
    if facts.due_on is None:
        return WhyNot.NO_DUE_DATE
    if facts.due_on > as_of:
        return WhyNot.NOT_DUE
    return WhyNot.SUPERSEDED if facts.superseded else None


def judge(facts: EnrollmentFacts, standing: Standing, as_of: date) -> Judgment:
    """Decide how an enrollment stands on `as_of` and whether it is in the rate."""
    why_not = why_not_counted(facts, standing, as_of)
    done = facts.completed_on is not None and facts.completed_on <= as_of
    if why_not is WhyNot.VOID:
        state, days = EnrollmentState.VOID, None
    elif done:
        state, days = _done_state(facts, as_of), None
    else:
        state, days = _open_state(facts, why_not, as_of)
    return Judgment(state, days, why_not is None, why_not, done)


def _done_state(facts: EnrollmentFacts, as_of: date) -> EnrollmentState:
    runs_out_on = expiry(facts.completed_on, facts.validity_months)
    if runs_out_on is not None and runs_out_on <= as_of:
        return EnrollmentState.EXPIRED
    late = facts.due_on is not None and facts.completed_on is not None and facts.completed_on > facts.due_on
    return EnrollmentState.DONE_LATE if late else EnrollmentState.DONE


# How what is not done stands for these reasons, whatever its due date.
OPEN_STATES: dict[WhyNot | None, EnrollmentState] = {
    WhyNot.ON_LEAVE: EnrollmentState.ON_HOLD,
    WhyNot.EXEMPT: EnrollmentState.EXEMPT,
    WhyNot.NOT_EMPLOYED: EnrollmentState.NOT_APPLICABLE,
    WhyNot.CENTER_CLOSED: EnrollmentState.NOT_APPLICABLE,
    WhyNot.SUPERSEDED: EnrollmentState.NOT_APPLICABLE,
    WhyNot.NOT_ASSIGNED: EnrollmentState.NOT_DUE,
}


def _open_state(facts: EnrollmentFacts, why_not: WhyNot | None, as_of: date) -> tuple[EnrollmentState, int | None]:
    if why_not in OPEN_STATES:
        return OPEN_STATES[why_not], None
    if facts.due_on is None:
        return EnrollmentState.NOT_DUE, None
    left = (facts.due_on - as_of).days
    if why_not is WhyNot.OPTIONAL:
        # Nobody owes an optional course: past its date it is neither overdue nor still to come.
        return (EnrollmentState.NOT_DUE, left) if left >= 0 else (EnrollmentState.NOT_APPLICABLE, None)
    if left < 0:
        return EnrollmentState.OVERDUE, -left
    return (EnrollmentState.DUE_SOON if left <= SOON_DAYS else EnrollmentState.NOT_DUE), left


def severity_of(days_overdue: int) -> Severity | None:
    """Return how severe the oldest overdue day is; None when nothing is overdue (the due day is still in time)."""
    for severity, (first, last) in SEVERITY_DAYS.items():
        if days_overdue >= first and (last is None or days_overdue <= last):
            return severity
    return None


def days_overdue(oldest_due_on: date | None, as_of: date) -> int:
    """Return how many days ago the oldest overdue enrollment was due; 0 when there is none."""
    return (as_of - oldest_due_on).days if oldest_due_on is not None and oldest_due_on < as_of else 0


def falls_short(tally: Tally, overdue: int, below: int | None = None) -> bool:
    """Tell whether a person falls short (ruling 9): by rate alone when `below` is given, else also by overdue."""
    if tally.due == 0:
        return False
    if below is not None:
        return tally.is_below(below)
    return tally.is_below(DEFAULT_TARGET) or overdue > 0
