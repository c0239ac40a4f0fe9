"""Words and decisions about the catalog."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS_A_YEAR = 12


class Delivery(StrEnum):
    """How a course is held."""

    ONLINE = "ONLINE"
    BLENDED = "BLENDED"
    CLASSROOM = "CLASSROOM"
    CASCADE = "CASCADE"


class Trigger(StrEnum):
    """What makes people due for a course (ruling 14)."""

    HIRE = "HIRE"
    TRANSFER = "TRANSFER"
    ROLE = "ROLE"
    ANNUAL = "ANNUAL"
    MONTHLY = "MONTHLY"
    SHORTFALL = "SHORTFALL"
    SPACED = "SPACED"
    # Back from a long leave, on a day, with a version that asks for a retake.
    RETURN = "RETURN"
    FIXED = "FIXED"
    VERSION = "VERSION"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRules:
    """What completing a course means; another set of them is another version.

    Percentages and scores are whole points of 100. `pass_score` 0 = no test, `validity_months` 0 = never expires.
    """

    minutes: int | None = None
    chapters: int | None = None
    pass_progress_pct: int = 100
    pass_score: int = 0
    max_chapters_per_day: int | None = None
    validity_months: int = 0
    renewal_window_days: int = 0


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day where it has none (31 Aug → 28 Feb).

    Beyond the years 1 to 9999 the calendar's first or last day stands for it.
    """
    month = day.month - 1 + months
    year, month = day.year + month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    # Every month has 28 days: looking for its last one takes longer than all the rest.
    return date(year, month, day.day if day.day <= 28 else min(day.day, calendar.monthrange(year, month)[1]))


def expires_on(completed_on: date, validity_months: int) -> date | None:
    """Return the first day a completion no longer holds; None when it never expires."""
    return add_months(completed_on, validity_months) if validity_months else None


def nominal_due(assigned_on: date, *, due_on: date | None, due_days: int | None) -> date | None:
    """Return the due date as assigned: the fixed one, else so many days after assignment, else never."""
    if due_on is not None:
        return due_on
    return None if due_days is None else assigned_on + timedelta(days=due_days)


def prerequisite_cycles(requires: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the courses that would have to be completed before themselves.

    `requires` maps a course's code to the codes of its prerequisites.
    """
    rest = {code: set(needed) for code, needed in requires.items()}
    while opened := {code for code, needed in rest.items() if not needed & rest.keys()}:
        for code in opened:
            del rest[code]
    # What is left stands on a cycle or behind one; only those that reach themselves are at fault.
    return frozenset(code for code in rest if code in _reachable(code, rest))


def _reachable(start: str, requires: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(requires.get(start, ()))
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(requires.get(code, ()))
    return found
