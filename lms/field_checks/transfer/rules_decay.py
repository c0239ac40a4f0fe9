"""How long what was learned lasts: shares met by days since training, and the half-life that fits them best.

The model is p(d) = p0 · 2^(−d/h): a share p0 right after training, of which every h days leave a half (B. Settles and
B. Meeder, "A Trainable Spaced Repetition Model for Language Learning", Proceedings of ACL 2016, 1848–1858, with p0
left free). It is fitted by maximum likelihood to the answers as they are, met or not, each day of its own: a binomial
regression with a logarithmic link (S. Wacholder, "Binomial regression in GLIM", American Journal of Epidemiology 123
(1986), 174–184). The likelihood is concave in log p0 and ln 2 / h, so there is one top, found where its slopes are
nought. The interval is that of the profile likelihood (D. J. Venzon and S. H. Moolgavkar, "A method for computing
profile-likelihood-based confidence intervals", Applied Statistics 37 (1988), 87–94), each end one-sided at 90 %.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp, expm1, log
from typing import NamedTuple

from lms.completion.rules import Tally
from lms.completion.rules_interval import Z_ONE_SIDED_90, Interval, wilson

# The first day of each bin of days since training.
BINS = (0, 30, 60, 90, 120, 180)
# A half-life is told of at least so many answers, so many of them in each of two bins, and so many not met.
LEAST_ANSWERS = 100
LEAST_IN_BIN = 20
LEAST_NOT_MET = 5
# No half-life is shorter; and one that is longer is none that anybody could see.
SHORTEST_DAYS, LONGEST_DAYS = 1, 3650
CLOSE, ROUNDS = 1e-12, 100


class Bin(NamedTuple):
    """Answers given so many days after training; `last` is None for the open end."""

    first: int
    last: int | None
    tally: Tally

    @property
    def interval(self) -> Interval | None:
        """Return the Wilson interval of the share, each end one-sided at 90 %; None of nothing."""
        return wilson(self.tally.done / self.tally.due, self.tally.due) if self.tally.due else None


class HalfLife(NamedTuple):
    """After how many days half of the first share is left, and where that may well lie.

    `days` None: no decay is seen. `high` None: as far as can be told, there may be none. `start` is the share p0.
    """

    days: float | None
    low: float
    high: float | None
    start: float


Day = tuple[int, int, int]  # days since training, answers that count, those of them met


def binned(days: Iterable[Day]) -> list[Bin]:
    """Return the answers by days since training, bins without any included up to the last with some."""
    sums = [Tally() for _ in BINS]
    for day, number, met in days:
        place = max(at for at, first in enumerate(BINS) if first <= max(0, day))
        sums[place] += Tally(number, met)
    ends: list[int | None] = [first - 1 for first in BINS[1:]]
    found = [Bin(*parts) for parts in zip(BINS, [*ends, None], sums, strict=True)]
    while found and not found[-1].tally.due:
        found.pop()
    return found


def is_enough(days: Sequence[Day]) -> bool:
    """Tell whether there are answers enough, far enough apart, to say anything of a half-life."""
    number, met = sum(one[1] for one in days), sum(one[2] for one in days)
    filled = sum(one.tally.due >= LEAST_IN_BIN for one in binned(days))
    return number >= LEAST_ANSWERS and number - met >= LEAST_NOT_MET and met >= LEAST_NOT_MET and filled > 1


def half_life(days: Iterable[Day]) -> HalfLife | None:
    """Return the half-life that fits answers best; None where there are too few to say anything."""
    known = [one for one in days if one[1]]
    if not is_enough(known):
        return None
    weeks = _by_week(known)
    steepest = log(2) / SHORTEST_DAYS

    def profile(rate: float) -> float:
        return _likelihood(weeks, _start(weeks, rate), rate)

    def slope(rate: float) -> float:
        return _slope(weeks, _start(weeks, rate), rate)

    best = _root(slope, 0.0, steepest) if slope(0.0) > 0 else 0.0
    least = profile(best) - Z_ONE_SIDED_90**2 / 2
    fast = _root(lambda rate: profile(rate) - least, best, steepest)
    slow = _root(lambda rate: profile(rate) - least, 0.0, best) if profile(0.0) < least else 0.0
    return HalfLife(_days(best), log(2) / fast, _days(slow), exp(_start(weeks, best)))


Weeks = list[tuple[float, int, int]]  # the mean of the days since training, answers not met, answers met


def _by_week(days: Iterable[Day]) -> Weeks:
    """Return the answers by week: within one a decay is as good as straight, and the sums are far shorter."""
    weeks: dict[int, list[Day]] = {}
    for one in days:
        weeks.setdefault(max(0, one[0]) // 7, []).append(one)
    found = []
    for of_week in weeks.values():
        number, met = sum(one[1] for one in of_week), sum(one[2] for one in of_week)
        found.append((sum(max(0, day) * times for day, times, _ in of_week) / number, number - met, met))
    return found


def _days(rate: float) -> float | None:
    return log(2) / rate if rate * LONGEST_DAYS > log(2) else None


def _likelihood(weeks: Weeks, start: float, rate: float) -> float:
    """Return the logarithm of the likelihood of log p0 `start` and a decay of `rate` a day."""
    return sum(met * (start - rate * day) + left * log(-expm1(start - rate * day)) for day, left, met in weeks)


def _slope(weeks: Weeks, start: float, rate: float) -> float:
    """Return how the likelihood changes with the rate; that the best start changes with it takes nothing from it."""
    return sum(-day * (met - left / expm1(rate * day - start)) for day, left, met in weeks)


def _start(weeks: Weeks, rate: float) -> float:
    """Return the log p0 that fits best with a decay, at most that of p0 = 1."""
    wanted = log(sum(met for _, _, met in weeks))

    def above(start: float) -> float:
        return wanted - log(sum(left / expm1(rate * day - start) for day, left, _ in weeks))

    highest = -CLOSE
    return highest if above(highest) > 0 else _root(above, -30.0, highest)


def _root(value: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function is nought between two places with values of different signs: regula falsi, Illinois."""
    ends = [(low, value(low)), (high, value(high))]
    middle, kept = low, None
    for _ in range(ROUNDS):
        (low, at_low), (high, at_high) = ends
        before, middle = middle, (low * at_high - high * at_low) / (at_high - at_low)
        at_middle = value(middle)
        if at_middle == 0 or abs(middle - before) < CLOSE:
            break
        side = 0 if (at_middle > 0) is (at_low > 0) else 1
        if kept == 1 - side:  # the other end stays a second time: counted for half, it is left sooner
            ends[kept] = (ends[kept][0], ends[kept][1] / 2)
        ends[side], kept = (middle, at_middle), 1 - side
    return middle
