"""The terms of an assignment rule: whom, which courses, when, by when, how often again, and from when until when."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from lms.courses.rules import MONTHS_A_YEAR, Trigger, add_months
from lms.people.rules import DutyKind, NetworkType

# A leave of so many days is a long one: who returns from it may be asked anew (domain §3.5).
LONG_LEAVE_DAYS = 180
MOST_DAYS = 3660
MOST_MONTHS = 120
COORDINATOR_ROLE = "CO"
COORDINATING = (DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR)
# Whom an action assigns, not the calendar or what happens to a person: rules with these enroll nobody by themselves.
BY_ACTION = frozenset({Trigger.SHORTFALL, Trigger.SPACED})
# Each time asks for a cycle of its own, whatever was completed before.
AFRESH = frozenset({Trigger.TRANSFER, Trigger.ANNUAL, Trigger.MONTHLY, Trigger.RETURN, Trigger.VERSION})

__all__ = [
    "AFRESH",
    "BY_ACTION",
    "Audience",
    "Due",
    "DueKind",
    "Renewal",
    "RenewalBasis",
    "RenewalKind",
    "RuleTerms",
    "Trigger",
    "VersionState",
    "add_months",
    "day_of_year",
    "faults",
    "from_json",
    "going_on",
    "to_json",
    "yearly_from",
]


class VersionState(StrEnum):
    """How far a version of a rule is. Only PUBLISHED and ENDED ones were ever in force.

    ENDED: somebody ended the rule; `valid_to` says from when. WITHDRAWN: published and undone, as if it had never been.
    """

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"


class DueKind(StrEnum):
    """How the due date is found."""

    DAYS = "DAYS"
    FIXED = "FIXED"
    MONTH_END = "MONTH_END"


class RenewalKind(StrEnum):
    """Whether a completion runs out: never, some months later, or on a day of the year."""

    NONE = "NONE"
    MONTHS = "MONTHS"
    CALENDAR = "CALENDAR"


class RenewalBasis(StrEnum):
    """What the next expiry counts from. FIXED goes with CALENDAR, the two others with MONTHS."""

    COMPLETION = "COMPLETION"
    PREVIOUS_EXPIRY = "PREVIOUS_EXPIRY"
    FIXED = "FIXED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a rule reaches. What is empty (or None) asks for nothing.

    Someone belongs to it while they hold one of the jobs **or** duties, at a place of one of the network types **and**
    under one of the units (sub-units included). Tenure (days since the hire, from–to half-open), tiers and completed
    courses only open the door: they are asked on the day of the occasion, and losing them later takes nothing away.
    """

    role_codes: tuple[str, ...] = ()
    network_types: tuple[NetworkType, ...] = ()
    unit_ids: tuple[int, ...] = ()
    duties: tuple[DutyKind, ...] = ()
    tenure_from_days: int | None = None
    tenure_to_days: int | None = None
    tiers_reached: tuple[int, ...] = ()
    completed_course_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """By when: `days` after the occasion (None: never), on a day `on`, or at the end of the occasion's month."""

    kind: DueKind = DueKind.DAYS
    days: int | None = None
    on: date | None = None

    def of(self, day: date) -> date | None:
        """Return the nominal due date of what is assigned on a day; None is never due."""
        if self.kind is DueKind.FIXED:
            return self.on
        if self.kind is DueKind.MONTH_END:
            return add_months(day.replace(day=1), 1) - timedelta(days=1)
        return None if self.days is None else day + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How often again. The next cycle opens `window_days` before the expiry and is due on it.

    `months` belongs to MONTHS, `month` and `day` to CALENDAR. A completion holds at least `min_active_days`: an expiry
    nearer than that moves on by whole periods. `earlier_counts_days`: a completion not more than so many days before
    an occasion answers it (0: none does); None: any that still holds does, but where the trigger asks afresh.
    """

    kind: RenewalKind = RenewalKind.NONE
    months: int | None = None
    month: int | None = None
    day: int | None = None
    window_days: int = 0
    basis: RenewalBasis = RenewalBasis.COMPLETION
    min_active_days: int = 0
    earlier_counts_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerms:
    """Everything a version of a rule says. `course_ids` are in the order in which they are to be taken.

    `valid_to` is the first day out. `includes_present`: HIRE and ROLE also reach those who are in the audience already
    when the rule begins (or when a new version widens it), on that day. `fixed_on` belongs to FIXED.
    """

    course_ids: tuple[int, ...]
    audience: Audience = field(default_factory=Audience)
    trigger: Trigger
    fixed_on: date | None = None
    includes_present: bool = True
    due: Due = field(default_factory=Due)
    renewal: Renewal = field(default_factory=Renewal)
    valid_from: date
    valid_to: date | None = None


def day_of_year(year: int, month: int, day: int) -> date:
    """Return a day of a year; 29 February is the 28th where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)


def yearly_from(terms: RuleTerms) -> date:
    """Return the first day of a yearly rule's calendar: its day of the year, on or after the rule begins."""
    renewal, first = terms.renewal, terms.valid_from
    if renewal.kind is not RenewalKind.CALENDAR:
        return first
    day = day_of_year(first.year, renewal.month or 1, renewal.day or 1)
    return day if day >= first else day_of_year(first.year + 1, renewal.month or 1, renewal.day or 1)


def going_on(terms: RuleTerms, before: RuleTerms) -> RuleTerms:
    """Return the terms of a version that follows another: a yearly rule goes on with its year.

    Where the later one names no day of the year, it takes that of the one before. Else it would begin a year of its
    own, and everyone would be asked again at once.
    """
    both_yearly = terms.trigger is Trigger.ANNUAL and before.trigger is Trigger.ANNUAL
    if not both_yearly or terms.renewal.kind is RenewalKind.CALENDAR or terms.valid_from <= before.valid_from:
        return terms
    first = yearly_from(before)
    renewal = replace(
        terms.renewal,
        kind=RenewalKind.CALENDAR,
        basis=RenewalBasis.FIXED,
        months=None,
        month=first.month,
        day=first.day,
    )
    return replace(terms, renewal=renewal)


def faults(terms: RuleTerms) -> list[str]:
    """Return what is wrong with terms, as codes: "no_course", "fixed_on", "due_days", "due_on", "valid_to", "tenure",
    "renewal_months", "renewal_day", "renewal_basis", "window_days", "min_active_days", "earlier_counts_days"."""
    audience, due, renewal = terms.audience, terms.due, terms.renewal
    low, high = audience.tenure_from_days, audience.tenure_to_days
    found = {
        "no_course": not terms.course_ids or len(set(terms.course_ids)) < len(terms.course_ids),
        "fixed_on": (terms.trigger is Trigger.FIXED) != (terms.fixed_on is not None),
        "due_days": due.days is not None and not 0 <= due.days <= MOST_DAYS,
        "due_on": (due.kind is DueKind.FIXED) != (due.on is not None),
        "valid_to": terms.valid_to is not None and terms.valid_to <= terms.valid_from,
        "tenure": (low or 0) < 0 or (high is not None and high <= (low or 0)),
        "window_days": not 0 <= renewal.window_days <= MOST_DAYS,
        "min_active_days": not 0 <= renewal.min_active_days <= MOST_DAYS,
        "earlier_counts_days": not 0 <= (renewal.earlier_counts_days or 0) <= MOST_DAYS,
        **_renewal_faults(renewal),
    }
    return [code for code, wrong in found.items() if wrong]


def _renewal_faults(renewal: Renewal) -> dict[str, bool]:
    by_months, by_calendar = renewal.kind is RenewalKind.MONTHS, renewal.kind is RenewalKind.CALENDAR
    month, day = renewal.month or 0, renewal.day or 0
    return {
        "renewal_months": by_months and not 1 <= (renewal.months or 0) <= MOST_MONTHS,
        "renewal_day": by_calendar and not (1 <= month <= MONTHS_A_YEAR and 1 <= day <= _longest(month)),
        "renewal_basis": renewal.kind is not RenewalKind.NONE and by_calendar != (renewal.basis is RenewalBasis.FIXED),
    }


def _longest(month: int) -> int:
    """Return the last day that a month ever has."""
    return 29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31


def to_json(terms: RuleTerms) -> dict[str, Any]:
    """Return terms as the database keeps them; units and courses by database id."""
    audience, due, renewal = terms.audience, terms.due, terms.renewal
    return {
        "course_ids": list(terms.course_ids),
        "audience": {name: _plain(getattr(audience, name)) for name in Audience.__dataclass_fields__},
        "trigger": str(terms.trigger),
        "fixed_on": _plain(terms.fixed_on),
        "includes_present": terms.includes_present,
        "due": {name: _plain(getattr(due, name)) for name in Due.__dataclass_fields__},
        "renewal": {name: _plain(getattr(renewal, name)) for name in Renewal.__dataclass_fields__},
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": _plain(terms.valid_to),
    }


def from_json(kept: dict[str, Any]) -> RuleTerms:
    """Return the terms that `to_json` wrote."""
    audience, due, renewal = dict(kept["audience"]), dict(kept["due"]), dict(kept["renewal"])
    lists = {name: tuple(value) for name, value in audience.items() if isinstance(value, list)}
    lists["network_types"] = tuple(map(NetworkType, audience["network_types"]))
    lists["duties"] = tuple(map(DutyKind, audience["duties"]))
    due |= {"kind": DueKind(due["kind"]), "on": _day(due["on"])}
    renewal |= {"kind": RenewalKind(renewal["kind"]), "basis": RenewalBasis(renewal["basis"])}
    return RuleTerms(
        course_ids=tuple(kept["course_ids"]),
        audience=Audience(**(audience | lists)),
        trigger=Trigger(kept["trigger"]),
        fixed_on=_day(kept["fixed_on"]),
        includes_present=kept["includes_present"],
        due=Due(**due),
        renewal=Renewal(**renewal),
        valid_from=date.fromisoformat(kept["valid_from"]),
        valid_to=_day(kept["valid_to"]),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, StrEnum) else one for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
