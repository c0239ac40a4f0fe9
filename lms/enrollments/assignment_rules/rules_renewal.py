"""When a completion runs out by a rule's own words, and what the next expiry counts from."""

from collections.abc import Sequence
from datetime import date, timedelta

from lms.enrollments.assignment_rules.rules_terms import Renewal, RenewalBasis, RenewalKind, add_months, day_of_year

A_YEAR = 12


def expiry_of(completions: Sequence[date], renewal: Renewal) -> date:
    """Return the first day on which the last of someone's completions no longer holds, from all of them in order.

    Months are counted from one day each time, so that a short month in between does not shorten the next (31 Aug, 28
    Feb, 31 Aug). An expiry nearer to the completion than `min_active_days` moves on by whole periods.
    """
    if renewal.kind is RenewalKind.CALENDAR:
        return _on_calendar(completions[-1], renewal)
    months = renewal.months or A_YEAR
    first, times = completions[0], 1
    for completed_on in completions[1:]:
        first, times = _next(first, times, completed_on, renewal, months)
    while add_months(first, months * times) < completions[-1] + timedelta(days=renewal.min_active_days):
        times += 1
    return add_months(first, months * times)


def _next(first: date, times: int, completed_on: date, renewal: Renewal, months: int) -> tuple[date, int]:
    """Return from which day, and how many periods on, the expiry after one more completion is counted."""
    expiry = add_months(first, months * times)
    in_window = expiry - timedelta(days=renewal.window_days) <= completed_on <= expiry
    if renewal.basis is RenewalBasis.PREVIOUS_EXPIRY and in_window:
        return first, times + 1
    return completed_on, 1


def _on_calendar(completed_on: date, renewal: Renewal) -> date:
    least = max(completed_on + timedelta(days=max(1, renewal.min_active_days)), completed_on)
    year = completed_on.year
    while (day := day_of_year(year, renewal.month or 1, renewal.day or 1)) < least:
        year += 1
    return day
