"""Whom to check: few enough for a coordinator, enough for the network.

A week's sample is drawn from everyone who completed a course that asks for checks in that week. Its size comes from
the usual formula for a proportion, n0 = z²·p·(1−p)/e², at its most careful p = ½, corrected for a finite population:
n = n0 / (1 + (n0 − 1)/N) (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, §4.4). Each center is a stratum: it gives
its share, rounded up, at least one person and at most three, so that no coordinator has more than three names a week.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple, TypeVar

MARGIN = Fraction(5, 100)
# 95 % of a normal distribution lies within this many standard deviations.
Z = Fraction(196, 100)
MOST_OF_A_CENTER = 3
WEEK = timedelta(days=7)

Cell = TypeVar("Cell")


def sample_size(population: int, margin: Fraction = MARGIN) -> int:
    """Return how many of a population to look at, so that a share of it is known within the margin, 95 times in 100."""
    if population <= 0:
        return 0
    endless = Z * Z / 4 / (margin * margin)
    return math.ceil(endless / (1 + (endless - 1) / population))


def allot(populations: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return how many to draw from each center of a week."""
    everyone = sum(populations.values())
    size = sample_size(everyone)
    return {
        cell: min(people, MOST_OF_A_CENTER, -(-size * people // everyone))
        for cell, people in populations.items()
        if people > 0
    }


class Candidate(NamedTuple):
    """Someone who completed a course that asks for a check."""

    person_id: int
    enrollment_id: int


def draw(candidates: Iterable[Candidate], number: int, *, seed: str) -> list[Candidate]:
    """Draw a number of people, each with one completion: the same people draw the same, whatever their order.

    A digest stands in for chance: it can be done again by an auditor, and nobody can choose whom it falls on.
    """
    first: dict[int, Candidate] = {}
    for one in sorted(candidates, key=lambda one: ticket_of(seed, *one)):
        first.setdefault(one.person_id, one)
    return list(first.values())[:number]


def ticket_of(seed: str, *numbers: int) -> str:
    """Return the digest that stands in for chance."""
    return hashlib.sha256(":".join((seed, *map(str, numbers))).encode()).hexdigest()


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_to_plan(on: date, longest_window: int) -> tuple[date, date]:
    """Return the half-open span of days whose completions are planned for: whole weeks that are over.

    Nothing older than the longest window, whose checks would be missed as they are made.
    """
    return week_of(on - timedelta(days=longest_window)), week_of(on)
