"""Which days a trend stands on, and how people moved between two days."""

from datetime import date, timedelta
from typing import NamedTuple

from lms.completion.rules import Tally

TREND_MONTHS = 13


class TrendPoint(NamedTuple):
    """The rate of one unit on one day of its trend.

    `is_reported`: it is the value at the close of its month; `corrected` is what a correction made of it since.
    """

    day: date
    tally: Tally
    people_judged: int
    people_short: int
    is_reported: bool = False
    corrected: Tally | None = None


class Movement(NamedTuple):
    """How people stand on two days. `both` have something due on either day; the first three are among them."""

    became_short: int
    recovered: int
    still_short: int
    both: int


def trend_days(as_of: date, months: int = TREND_MONTHS) -> list[date]:
    """Return the ends of the months before, and `as_of` itself as the last: each month at its latest."""
    days = [as_of]
    while len(days) < months:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]
