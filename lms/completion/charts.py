"""Where the marks of a chart stand. Templates draw them; positions across are percent, positions down are pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from lms.completion.rules import RateLine, Tally
from lms.completion.rules_interval import (
    ACTION_LIMITS,
    LEAST_PEOPLE,
    WARNING_LIMITS,
    Apart,
    funnel_limits,
    stands_apart,
)
from lms.completion.rules_trend import TrendPoint

TREND_HEIGHT, FUNNEL_HEIGHT = 160, 280
# Room for figures at the edge: a scale never ends right at its lowest rate.
STEP = 10
FUNNEL_STEPS = 48
MOST_NUMBERED = 15


class Stroke(NamedTuple):
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float


class Tick(NamedTuple):
    """A mark of a scale with its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Percent from `low` up to 100, drawn over `height` pixels."""

    low: int
    height: int

    def y(self, percent: float) -> float:
        """Return how far from the top a percentage stands."""
        return round(self.height * (100 - max(self.low, percent)) / (100 - self.low), 1)

    @property
    def ticks(self) -> list[Tick]:
        """Return at most six round percentages."""
        step = STEP if 100 - self.low <= 5 * STEP else 2 * STEP
        return [Tick(self.y(percent), f"{percent}%") for percent in range(100, self.low - 1, -step)]


def scale_for(percents: Iterable[float], height: int) -> Scale:
    """Return a scale on which the percentages stand apart."""
    lowest = min(percents, default=50.0)
    return Scale(max(0, min(90, int(lowest // STEP) * STEP - (STEP if lowest % STEP < 2 else 0))), height)


class TrendMark(NamedTuple):
    """A point of a trend; `y` is None when nothing was due. `is_named` has its day written below."""

    x: float
    y: float | None
    point: TrendPoint
    is_named: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A rate over time, with its target where it has one."""

    height: int
    marks: Sequence[TrendMark]
    lines: Sequence[Stroke]
    ticks: Sequence[Tick]
    target: int | None
    target_y: float | None

    @property
    def is_corrected(self) -> bool:
        """Tell whether the value of some month was corrected after its close."""
        return any(mark.point.corrected is not None for mark in self.marks)

    @property
    def filled(self) -> list[TrendPoint]:
        """Return the points with something due."""
        return [mark.point for mark in self.marks if mark.y is not None]


def trend_chart(
    points: Sequence[TrendPoint], target: int | None = None, *, height: int = TREND_HEIGHT, every: int = 3
) -> Trend:
    """Lay out a trend, oldest point first; the day of every third point, or of each `every`, is written below."""
    shown = [_percent(point.tally) for point in points if point.tally.due]
    scale = scale_for(shown if target is None else [target, *shown], height)
    last = max(1, len(points) - 1)
    marks = [
        TrendMark(
            round(100 * place / last, 2),
            scale.y(_percent(point.tally)) if point.tally.due else None,
            point,
            place % every == last % every,
        )
        for place, point in enumerate(points)
    ]
    lines = [
        Stroke(one.x, one.y, other.x, other.y)
        for one, other in pairwise(marks)
        if one.y is not None and other.y is not None
    ]
    return Trend(height, marks, lines, scale.ticks, target, None if target is None else scale.y(target))


class FunnelDot(NamedTuple):
    """Centers of one size and rate."""

    x: float
    y: float


class FunnelName(NamedTuple):
    """A center outside the limits, with its number in the list beside the chart."""

    x: float
    y: float
    number: int
    line: RateLine
    apart: Apart


@dataclass(frozen=True, slots=True)
class Funnel:
    """Centers by size and rate with the limits of chance. `small` counts those left out as too small."""

    height: int
    share: Tally
    average_y: float
    warning: Sequence[Stroke]
    action: Sequence[Stroke]
    dots: Sequence[FunnelDot]
    names: Sequence[FunnelName]
    x_ticks: Sequence[Tick]
    ticks: Sequence[Tick]
    centers: int
    small: int
    warning_percent: float = 100 * WARNING_LIMITS
    action_percent: float = 100 * ACTION_LIMITS

    @property
    def numbered(self) -> list[FunnelName]:
        """Return the names whose number stands in the chart: more would cover each other."""
        return list(self.names[:MOST_NUMBERED])


def funnel_chart(lines: Iterable[RateLine], whole: Tally) -> Funnel | None:
    """Lay out a funnel plot of centers around the rate of the whole; None when no center is large enough."""
    filled = [line for line in lines if line.tally.due]
    large = [line for line in filled if line.people_judged >= LEAST_PEOPLE]
    if not large or not whole.due:
        return None
    share = whole.done / whole.due
    most = max(line.people_judged for line in large)
    sizes = sorted({max(LEAST_PEOPLE, round(most * step / FUNNEL_STEPS)) for step in range(1, FUNNEL_STEPS + 1)})
    lows = [100 * funnel_limits(share, sizes[0]).warning_low, *(_percent(line.tally) for line in large)]
    scale = scale_for(lows, FUNNEL_HEIGHT)
    apart = [(line, stands_apart(line.tally, line.people_judged, share)) for line in large]
    return Funnel(
        height=FUNNEL_HEIGHT,
        share=whole,
        average_y=scale.y(100 * share),
        warning=[*_limit(scale, share, sizes, most, 1), *_limit(scale, share, sizes, most, 2)],
        action=[*_limit(scale, share, sizes, most, 0), *_limit(scale, share, sizes, most, 3)],
        dots=_dots(scale, most, [line for line, where in apart if where is Apart.INSIDE]),
        names=_names(scale, most, [(line, where) for line, where in apart if where is not Apart.INSIDE]),
        x_ticks=[Tick(_across(number, most), f"{number:,}") for number in _round_numbers(most)],
        ticks=scale.ticks,
        centers=len(large),
        small=len(filled) - len(large),
    )


def _limit(scale: Scale, share: float, sizes: Sequence[int], most: int, which: int) -> list[Stroke]:
    ends = [(_across(size, most), scale.y(100 * funnel_limits(share, size)[which])) for size in sizes]
    return [Stroke(*one, *other) for one, other in pairwise(ends)]


def _dots(scale: Scale, most: int, lines: Iterable[RateLine]) -> list[FunnelDot]:
    # Centers that would cover each other are drawn once.
    return sorted({FunnelDot(_across(line.people_judged, most), scale.y(_percent(line.tally))) for line in lines})


def _names(scale: Scale, most: int, lines: Iterable[tuple[RateLine, Apart]]) -> list[FunnelName]:
    order = list(Apart)
    found = sorted(lines, key=lambda pair: (order.index(pair[1]), pair[0].code))
    return [
        FunnelName(_across(line.people_judged, most), scale.y(_percent(line.tally)), number, line, apart)
        for number, (line, apart) in enumerate(found, start=1)
    ]


def _across(people: int, most: int) -> float:
    return round(96 * people / most, 1)


def _round_numbers(most: int) -> list[int]:
    step = next(size for size in (5, 10, 20, 50, 100, 200, 500, 1000, 10**6) if most <= 6 * size)
    return list(range(0, most + 1, step))


def _percent(tally: Tally) -> float:
    return 100 * tally.done / tally.due
