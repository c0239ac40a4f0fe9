"""How sure a unit's rate is: its interval, what can be said against a target, and which units stand apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import ceil, exp, floor, lgamma, log, log1p, sqrt
from typing import NamedTuple

from lms.completion.rules import Tally

# One-sided 90 %: each end is crossed by chance once in ten (domain study §3.4, ruling 10).
Z_ONE_SIDED_90 = 1.2815515655446004
# Below this many people with something due a rate says little (ruling 10).
LEAST_PEOPLE = 5
# Two-sided control limits of a funnel plot.
WARNING_LIMITS, ACTION_LIMITS = 0.95, 0.998


class Interval(NamedTuple):
    """Where the true share may well lie, from 0 to 1."""

    low: float
    high: float

    @property
    def percents(self) -> tuple[float, float]:
        """Return both ends in percent, outward to whole tenths, so that it never promises more than it holds."""
        return floor(1000 * self.low + 1e-6) / 10, ceil(1000 * self.high - 1e-6) / 10


class Certainty(StrEnum):
    """What a unit's rate allows to say against its target."""

    SHORT = "SHORT"
    MAYBE = "MAYBE"
    MEETS = "MEETS"
    SMALL = "SMALL"
    NOTHING_DUE = "NOTHING_DUE"


# Where someone must act first; small units stand after those of which anything can be said.
ORDER = (Certainty.SHORT, Certainty.MAYBE, Certainty.MEETS, Certainty.SMALL, Certainty.NOTHING_DUE)


def wilson(share: float, number: float, z: float = Z_ONE_SIDED_90) -> Interval:
    """Return the Wilson score interval of a share seen in `number` trials.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209–212; the same as scipy's `proportion_ci("wilson")`, which takes whole
    successes only, while ours are shares of enrollments over people.

    Raises:
        ValueError: no trials.
    """
    if number <= 0:
        raise ValueError("an interval needs at least one trial")
    square = z * z
    scale = 1 + square / number
    center = (share + square / (2 * number)) / scale
    half = z * sqrt(share * (1 - share) / number + square / (4 * number * number)) / scale
    # At nought and one, rounding would leave the share itself just outside.
    return Interval(min(share, max(0.0, center - half)), max(share, min(1.0, center + half)))


def interval_of(tally: Tally, people: int) -> Interval | None:
    """Return the interval of a rate over `people` with something due; None when nothing is due.

    Enrollments of one person hang together, so people are counted as trials: the cautious choice (domain study §3.3).
    """
    return wilson(tally.done / tally.due, people) if tally.due and people else None


def certainty_of(tally: Tally, people: int, target: int) -> Certainty:
    """Tell what can be said of a rate against `target` percent.

    Surely short or surely met is said when the whole interval lies on that side; and never against the rate itself.
    """
    interval = interval_of(tally, people)
    if interval is None:
        return Certainty.NOTHING_DUE
    if people < LEAST_PEOPLE:
        return Certainty.SMALL
    if tally.is_below(target):
        return Certainty.SHORT if 100 * interval.high < target else Certainty.MAYBE
    return Certainty.MEETS if 100 * interval.low >= target else Certainty.MAYBE


class Limits(NamedTuple):
    """Between which shares units of one size lie by chance; outside `warning` 1 in 20, outside `action` 1 in 500."""

    action_low: float
    warning_low: float
    warning_high: float
    action_high: float


class Apart(StrEnum):
    """Where a unit lies in the funnel."""

    BELOW_ACTION = "BELOW_ACTION"
    BELOW_WARNING = "BELOW_WARNING"
    INSIDE = "INSIDE"
    ABOVE_WARNING = "ABOVE_WARNING"
    ABOVE_ACTION = "ABOVE_ACTION"


@lru_cache(maxsize=512)
def funnel_limits(share: float, number: int) -> Limits:
    """Return the exact binomial control limits around `share` for units of `number` people.

    D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005),
    1185–1202, appendix A.1.1: quantiles of the binomial distribution, interpolated between whole counts.
    """
    if not 0 < share < 1:
        return Limits(share, share, share, share)
    tails = [(1 - ACTION_LIMITS) / 2, (1 - WARNING_LIMITS) / 2]
    wanted = [*tails, *(1 - tail for tail in reversed(tails))]
    return Limits(*(min(1.0, max(0.0, count / number)) for count in _quantiles(share, number, wanted)))


def _quantiles(share: float, number: int, wanted: Sequence[float]) -> Iterable[float]:
    """Yield for each wanted probability, in rising order, the count at which the distribution reaches it."""
    before, count = 0.0, 0
    reached = _probability(share, number, 0)
    for probability in wanted:
        while reached < probability and count < number:
            count += 1
            before, reached = reached, reached + _probability(share, number, count)
        step = reached - before
        yield count - (reached - probability) / step if step > 0 else float(count)


def _probability(share: float, number: int, count: int) -> float:
    ways = lgamma(number + 1) - lgamma(count + 1) - lgamma(number - count + 1)
    return exp(ways + count * log(share) + (number - count) * log1p(-share))


def stands_apart(tally: Tally, people: int, share: float) -> Apart:
    """Tell where a unit with something due lies among units of its size around `share`."""
    limits, own = funnel_limits(share, people), tally.done / tally.due
    if own < limits.warning_low:
        return Apart.BELOW_ACTION if own < limits.action_low else Apart.BELOW_WARNING
    if own > limits.warning_high:
        return Apart.ABOVE_ACTION if own > limits.action_high else Apart.ABOVE_WARNING
    return Apart.INSIDE


@dataclass(frozen=True, slots=True)
class Change:
    """The same rate on two days; the later one counts as now."""

    before: Tally
    now: Tally

    @property
    def tenths(self) -> int | None:
        """Return the difference in tenths of a percentage point, of the rates as they are shown."""
        if self.before.percent_tenths is None or self.now.percent_tenths is None:
            return None
        return self.now.percent_tenths - self.before.percent_tenths

    @property
    def text(self) -> str | None:
        """Return the difference as shown, such as "+1.2" or "−0.4"; None where one day has nothing due."""
        if self.tenths is None:
            return None
        sign = "+" if self.tenths > 0 else "−" if self.tenths < 0 else "±"
        return f"{sign}{abs(self.tenths) // 10}.{abs(self.tenths) % 10}"
