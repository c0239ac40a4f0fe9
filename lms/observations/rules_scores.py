"""What visits to a place add up to: sums of points and items, never averages of percentages."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

# Below this many visits a center is not judged, and no trend is told below that many (domain §3.7).
LEAST_TO_RATE = 3
LEAST_FOR_TREND = 6
TREND_MONTHS = 25


class Score(NamedTuple):
    """Points won of those possible, over a number of visits that have points."""

    visits: int
    points: int
    possible: int

    @property
    def text(self) -> str | None:
        """Return the score of 100 as shown, floored to a tenth; None without any points possible."""
        tenths = 1000 * self.points // self.possible if self.possible else None
        return None if tenths is None else f"{tenths // 10}.{tenths % 10}"

    @property
    def is_few(self) -> bool:
        """Tell whether these are too few visits to judge a place by."""
        return self.visits < LEAST_TO_RATE


class Sums(NamedTuple):
    """All visits to some centers: how many, to how many centers, the last day, items met of those that applied."""

    visits: int
    centers: int
    last_on: date | None
    scored: int
    points: int
    possible: int
    met: int
    applicable: int

    @property
    def score(self) -> Score:
        """Return the score of those visits that have one."""
        return Score(self.scored, self.points, self.possible)

    @property
    def items(self) -> Score:
        """Return items met of those that applied, in the same form."""
        return Score(self.visits, self.met, self.applicable)


def total(sums: Iterable[Sums]) -> Sums:
    """Return sums taken together; their centers must not overlap."""
    found = list(sums)
    days = [one.last_on for one in found if one.last_on is not None]
    return Sums(
        visits=sum(one.visits for one in found),
        centers=sum(one.centers for one in found),
        last_on=max(days, default=None),
        scored=sum(one.scored for one in found),
        points=sum(one.points for one in found),
        possible=sum(one.possible for one in found),
        met=sum(one.met for one in found),
        applicable=sum(one.applicable for one in found),
    )


class DayScore(NamedTuple):
    """The visits of one day that have points."""

    day: date
    score: Score


def by_month(days: Iterable[DayScore], months: int = TREND_MONTHS) -> list[DayScore]:
    """Add up days, given in their order, by month: the last months up to the latest visit, empty ones too.

    Each month is named by its first day.
    """
    found = {
        month: added(one.score for one in of_month)
        for month, of_month in groupby(days, key=lambda one: one.day.replace(day=1))
    }
    if not found:
        return []
    last = max(found)
    shown = [_month_before(last, back) for back in range(months - 1, -1, -1)]
    first = min(found)
    return [DayScore(month, found.get(month, Score(0, 0, 0))) for month in shown if month >= first]


def _month_before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def added(scores: Iterable[Score]) -> Score:
    """Return scores taken together."""
    found = list(scores)
    return Score(*(sum(column) for column in zip(*found, strict=True))) if found else Score(0, 0, 0)


def rolling(scores: Sequence[Score], width: int) -> list[Score | None]:
    """Return for each visit, the oldest first, the score of it and those before it; None while they are fewer."""
    return [
        added(scores[place - width + 1 : place + 1]) if place >= width - 1 else None for place in range(len(scores))
    ]
