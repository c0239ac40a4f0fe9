"""What is asked of observations, and the answers' lines."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from lms.observations.rules import VisitKind

# A visit below this many points of 100 is a poor one.
POOR = 80
DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Where:
    """Which observations count: of a kind, in some areas, at a center. None leaves it open."""

    kind: VisitKind | None = None
    area_ids: frozenset[int] | None = None
    center_id: int | None = None


class MonthLine(NamedTuple):
    """The visits of a month (2019-06), how many centers they were made at, and the sum of their points."""

    month: str
    visits: int
    centers: int
    points: int


class ItemLine(NamedTuple):
    """How many visits found an item not met."""

    code: str
    visits: int


class RepeatLine(NamedTuple):
    """How often an item was not met on two consecutive visits of a center."""

    center_code: str
    item_code: str
    times: int


class Rebound(NamedTuple):
    """Poor visits that were followed by another one of the same center: sums of the points of both."""

    visits: int
    points: int
    next_points: int

    @property
    def mean(self) -> Decimal | None:
        """Return the mean of the poor visits to four digits; None without any."""
        return mean(self.points, self.visits)

    @property
    def next_mean(self) -> Decimal | None:
        """Return the mean of the visits after them to four digits; None without any."""
        return mean(self.next_points, self.visits)


def mean(total: int, number: int) -> Decimal | None:
    """Return a mean rounded to four digits, half up; None of nothing."""
    return (Decimal(total) / number).quantize(DIGITS, ROUND_HALF_UP) if number else None
