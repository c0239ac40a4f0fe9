"""When a month may be closed and by when it should be, and what a correction changed."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.courses.rules import add_months

# The version of what counts. Raise it with every change of the definition of due, done or on time: a frozen month
# says by which one it was counted.
DEFINITION = 1
BUSINESS_DAYS_TO_CLOSE = 3
LONGEST_REASON = 300
# In the figures of a close: over all tiers.
ALL_TIERS = -1


class MonthState(StrEnum):
    """Where a month stands."""

    RUNNING = "RUNNING"
    BEFORE = "BEFORE"
    TO_CLOSE = "TO_CLOSE"
    LATE = "LATE"
    CLOSED = "CLOSED"
    CORRECTED = "CORRECTED"


class Question(StrEnum):
    """What may still change the figures of a month, or should be known when it is closed."""

    IMPORTS = "IMPORTS"
    EXEMPTIONS = "EXEMPTIONS"
    EXTENSIONS = "EXTENSIONS"
    CREDITS = "CREDITS"
    NO_RULE = "NO_RULE"
    VACANCIES = "VACANCIES"
    LATE_RECORDINGS = "LATE_RECORDINGS"


class Refused(StrEnum):
    """Why a month is not closed or corrected."""

    MONTH_NOT_OVER = "MONTH_NOT_OVER"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    IMPORT_APPLYING = "IMPORT_APPLYING"
    NOT_CLOSED = "NOT_CLOSED"
    CORRECTED_SINCE = "CORRECTED_SINCE"
    NOTHING_NEW = "NOTHING_NEW"
    NO_REASON = "NO_REASON"
    DAY_TAKEN = "DAY_TAKEN"


@dataclass(frozen=True, slots=True)
class Delta:
    """What a correction changed: rows that came, went or read otherwise, and by how much the counts moved."""

    came: int = 0
    went: int = 0
    changed: int = 0
    due: int = 0
    done: int = 0
    on_time: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows are not as they were."""
        return self.came + self.went + self.changed


def first_day(day: date) -> date:
    """Return the first day of a day's month: how a month is named everywhere here."""
    return day.replace(day=1)


def last_day(month: date) -> date:
    """Return the last day of a month: its figures are as of then."""
    return add_months(first_day(month), 1) - timedelta(days=1)


def is_month_end(day: date) -> bool:
    """Tell whether a day is the last of its month."""
    return day == last_day(day)


def is_business_day(day: date, days_off: Container[date]) -> bool:
    """Tell whether people work on a day: Monday to Friday, neither public holiday nor company day."""
    return day.weekday() < 5 and day not in days_off


def business_day_after(day: date, number: int, days_off: Container[date]) -> date:
    """Return the `number`th business day after a day."""
    while number:
        day += timedelta(days=1)
        number -= is_business_day(day, days_off)
    return day


def close_due_on(month: date, days_off: Container[date]) -> date:
    """Return the day by which a month should be closed: the third business day after its end."""
    return business_day_after(last_day(month), BUSINESS_DAYS_TO_CLOSE, days_off)


def month_state(month: date, *, closes: int, due_on: date, today: date, first: date | None) -> MonthState:
    """Return where a month with so many snapshots stands on a day; the day it should be closed by is still in time.

    `first` is the first month that was closed, None while none was: nobody is late with a month before that one, nor,
    before any close, with others than the latest.
    """
    if closes:
        return MonthState.CORRECTED if closes > 1 else MonthState.CLOSED
    if today <= last_day(month):
        return MonthState.RUNNING
    if month < (first or add_months(first_day(today), -1)):
        return MonthState.BEFORE
    return MonthState.LATE if today > due_on else MonthState.TO_CLOSE


def refusal_to_close(month: date, *, closes: int, is_applying: bool, today: date) -> Refused | None:
    """Return why a month is not closed now, or None when it may be."""
    if closes:
        return Refused.ALREADY_CLOSED
    if today <= last_day(month):
        return Refused.MONTH_NOT_OVER
    return Refused.IMPORT_APPLYING if is_applying else None
