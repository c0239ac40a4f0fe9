"""From what fell due to what is still done months later: each step of its own number, in whole numbers."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from lms.completion.rules import Tally
from lms.completion.rules_interval import Interval, wilson

MONTHS = 12


class Step(StrEnum):
    """A step from training to habit (domain §3.9)."""

    COMPLETED = "COMPLETED"
    CHECKED = "CHECKED"
    PASSED = "PASSED"
    KEPT = "KEPT"


class By(StrEnum):
    """What the rows of the breakdown stand for."""

    UNIT = "UNIT"
    ROLE = "ROLE"
    COURSE = "COURSE"
    MONTH = "MONTH"


class Show(StrEnum):
    """Which part of the page is shown: the steps and their trend, where they stop, or which behaviors last."""

    STEPS = "STEPS"
    WHERE = "WHERE"
    LASTS = "LASTS"


class Counts(NamedTuple):
    """How many trainings reached each step, of `people`. A training is one enrollment that fell due in the period.

    `to_check` counts those completed and drawn whose window is over or who were observed; `to_recheck` the same of
    those who passed. `checked`, `rechecked` were observed; `passed`, `kept` did all that was asked and counted.
    """

    people: int = 0
    due: int = 0
    completed: int = 0
    to_check: int = 0
    checked: int = 0
    passed: int = 0
    to_recheck: int = 0
    rechecked: int = 0
    kept: int = 0

    def step(self, step: Step) -> Tally:
        """Return how many took a step, of those who could."""
        return {
            Step.COMPLETED: Tally(self.due, self.completed),
            Step.CHECKED: Tally(self.to_check, self.checked),
            Step.PASSED: Tally(self.checked, self.passed),
            Step.KEPT: Tally(self.rechecked, self.kept),
        }[step]

    def trials(self, step: Step) -> int:
        """Return how many trials an interval counts: people with something due, since theirs hang together; checks."""
        return self.people if step is Step.COMPLETED else self.step(step).due

    def interval(self, step: Step) -> Interval | None:
        """Return the Wilson interval of a step's share, each end one-sided at 90 %; None of nothing."""
        return interval_of(self.step(step), self.trials(step))


class Pairs(NamedTuple):
    """Answers of first checks, and of those that the re-check gave again: met both times, the first or second alone.

    What did not apply or was not observed counts neither way.
    """

    number: int = 0
    met: int = 0
    kept: int = 0
    lost: int = 0
    gained: int = 0
    never: int = 0

    @property
    def first(self) -> Tally:
        """Return how many were met in the first check."""
        return Tally(self.number, self.met)

    @property
    def again(self) -> Tally:
        """Return how many of those met at first, and asked again, were met again."""
        return Tally(self.kept + self.lost, self.kept)

    @property
    def pairs(self) -> int:
        """Return how many answers stand beside one of a re-check."""
        return self.kept + self.lost + self.gained + self.never


def interval_of(tally: Tally, trials: int) -> Interval | None:
    """Return the Wilson interval of a share over so many trials, each end one-sided at 90 %; None of nothing."""
    return wilson(tally.done / tally.due, trials) if tally.due and trials else None


def added(found: Iterable[Counts]) -> Counts:
    """Return counts taken together; people of several groups are counted in each."""
    return Counts(*map(sum, zip(Counts(), *found, strict=True)))


def together(found: Iterable[Pairs]) -> Pairs:
    """Return pairs taken together."""
    return Pairs(*map(sum, zip(Pairs(), *found, strict=True)))


def paired(found: Iterable[tuple[bool | None, bool | None, int]]) -> Pairs:
    """Add up answers of a first check, of its re-check, and how often both were given so; None counts neither way."""
    sums = dict.fromkeys(Pairs._fields, 0)
    for first, again, number in found:
        if first is None:
            continue
        sums["number"] += number
        sums["met"] += number * first
        if again is not None:
            sums[_PAIRS[first, again]] += number
    return Pairs(**sums)


_PAIRS = {(True, True): "kept", (True, False): "lost", (False, True): "gained", (False, False): "never"}
