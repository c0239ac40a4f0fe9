"""The monthly review of the trail: which months want one, by when, and who may sign it."""

from datetime import date, timedelta
from enum import StrEnum


class ReviewState(StrEnum):
    """Where the review of a month stands."""

    RUNNING = "RUNNING"
    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    REVIEWED = "REVIEWED"


class Unsignable(StrEnum):
    """Why someone may not sign the review of a month."""

    NOT_AUDITOR = "NOT_AUDITOR"
    ALREADY_SIGNED = "ALREADY_SIGNED"
    MONTH_NOT_OVER = "MONTH_NOT_OVER"
    OPERATIONAL_DUTY = "OPERATIONAL_DUTY"
    TOOK_DOWNLOADS = "TOOK_DOWNLOADS"


def first_of_month(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after one."""
    return first_of_month(first_of_month(month) + timedelta(days=31))


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of every month from `first`'s to `last`'s, the latest first."""
    months = []
    month = first_of_month(first)
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months[::-1]


def review_due_on(month: date) -> date:
    """Return the last day on which the review of a month is in time: the last of the month that follows."""
    return next_month(next_month(month)) - timedelta(days=1)


def review_state(month: date, *, is_signed: bool, today: date) -> ReviewState:
    """Return where the review of a month stands on a day."""
    if is_signed:
        return ReviewState.REVIEWED
    if today < next_month(month):
        return ReviewState.RUNNING
    return ReviewState.OVERDUE if today > review_due_on(month) else ReviewState.OPEN


def refusal_to_sign(
    state: ReviewState, *, is_auditor: bool, operational_duties: frozenset[str], downloads: int
) -> Unsignable | None:
    """Return why someone may not sign the review of a month in `state`, or None when they may.

    The reviewer is independent of operations: `operational_duties` are those they held at any time from the month's
    first day until now, `downloads` how often they took people's data away in that month.
    """
    checks = (
        (not is_auditor, Unsignable.NOT_AUDITOR),
        (state is ReviewState.REVIEWED, Unsignable.ALREADY_SIGNED),
        (state is ReviewState.RUNNING, Unsignable.MONTH_NOT_OVER),
        (bool(operational_duties), Unsignable.OPERATIONAL_DUTY),
        (downloads > 0, Unsignable.TOOK_DOWNLOADS),
    )
    return next((refusal for holds, refusal in checks if holds), None)
