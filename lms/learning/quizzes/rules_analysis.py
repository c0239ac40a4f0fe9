"""What answers tell about a question: how hard it is, and whether those who know more get it right.

Discrimination is the point-biserial correlation of a question with the score on the other questions of the attempt
(S. Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28 (1963), 211-218): leaving the
question itself out keeps short quizzes from praising every question. Only first attempts count, as later ones know it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation, median
from typing import NamedTuple

FEWEST = 20
TOO_EASY, TOO_HARD = 95, 30
LEAST_DISCRIMINATION = 0.2


class Sight(NamedTuple):
    """A question in a first attempt: whether it was right, points of 100 on the other questions, seconds taken."""

    right: bool
    rest: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """Figures of a question: `difficulty` is the floored percentage of right answers; `flags` say what to look at."""

    number: int
    right: int
    difficulty: int | None
    discrimination: float | None
    seconds: int | None
    flags: tuple[str, ...]


def analyze(seen: Sequence[Sight]) -> Analysis:
    """Return the figures of a question that was seen in these first attempts."""
    number, right = len(seen), sum(one.right for one in seen)
    found = _discrimination(seen)
    return Analysis(
        number=number,
        right=right,
        difficulty=100 * right // number if number else None,
        discrimination=found,
        seconds=int(median(one.seconds for one in seen)) if seen else None,
        flags=_flags(number, right, found),
    )


def _discrimination(seen: Sequence[Sight]) -> float | None:
    pairs = [(float(one.right), float(one.rest)) for one in seen if one.rest is not None]
    rights, rests = {right for right, _ in pairs}, {rest for _, rest in pairs}
    if len(rights) < 2 or len(rests) < 2:
        return None  # all alike: there is nothing to tell apart
    return round(correlation([right for right, _ in pairs], [rest for _, rest in pairs]), 2)


def _flags(number: int, right: int, found: float | None) -> tuple[str, ...]:
    if number < FEWEST:
        return ()
    flags = []
    if 100 * right > TOO_EASY * number:
        flags.append("easy")
    if 100 * right < TOO_HARD * number:
        flags.append("hard")
    if found is not None and found < LEAST_DISCRIMINATION:
        flags.append("flat")
    return tuple(flags)
