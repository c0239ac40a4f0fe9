"""Center flags that do not flap: what one weekly cut makes of a center's state (domain study §3.4, ruling 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import floor
from typing import NamedTuple

from lms.completion.rules import Tally
from lms.completion.rules_interval import LEAST_PEOPLE, wilson

# Stands beside every evaluation; a change of what follows in this file makes another version.
RULE_VERSION = 1
CRITICAL_PERCENT, CRITICAL_PEOPLE = 50, 4
ESCALATED_AFTER = timedelta(weeks=8)
DWELL = timedelta(days=7)
WEEK = timedelta(days=7)
SUNDAY = 6
# Weeks that one run catches up with at most.
MOST_WEEKS = 53
LONGEST_HOLD = timedelta(days=91)


class FlagState(StrEnum):
    """How a center stands; SHORTFALL and ESCALATED are flags that someone must act on."""

    NONE = "NONE"
    WATCH = "WATCH"
    SHORTFALL = "SHORTFALL"
    ESCALATED = "ESCALATED"
    CLEARED = "CLEARED"


RAISED = frozenset({FlagState.SHORTFALL, FlagState.ESCALATED})
# Whom to look at first.
ORDER = (FlagState.ESCALATED, FlagState.SHORTFALL, FlagState.WATCH, FlagState.CLEARED, FlagState.NONE)


class CriticalCourse(NamedTuple):
    """A critical course at a center: how many people it has fallen due for, and how many of them are done."""

    course_id: int
    due: int
    done: int

    @property
    def is_alarming(self) -> bool:
        """Tell whether too few of enough people are done: under 50 % of at least 4."""
        return self.due >= CRITICAL_PEOPLE and 100 * self.done < CRITICAL_PERCENT * self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a cut found at a center with something due: the rate over `people`, its target, critical courses."""

    as_of: date
    tally: Tally
    people: int
    target: int
    critical: Sequence[CriticalCourse] = ()

    @property
    def bound(self) -> float:
        """Return the one-sided 90 % upper bound of the rate, over persons, from 0 to 1."""
        return wilson(self.tally.done / self.tally.due, self.people).high

    @property
    def is_below(self) -> bool:
        """Tell whether the rate is below target."""
        return self.tally.is_below(self.target)

    @property
    def is_surely_below(self) -> bool:
        """Tell whether even the bound is below target; never said of fewer than five people."""
        return self.people >= LEAST_PEOPLE and self.bound_ppm < 10_000 * self.target

    @property
    def bound_ppm(self) -> int:
        """Return the bound in millionths, cut off: below a target of whole percents exactly when the bound is."""
        return floor(1_000_000 * self.bound)

    @property
    def alarming(self) -> tuple[CriticalCourse, ...]:
        """Return the critical courses of which too few are done."""
        return tuple(course for course in self.critical if course.is_alarming)

    @property
    def is_fine(self) -> bool:
        """Tell whether nothing speaks for a flag: the rate is at target and no critical course alarms."""
        return not self.is_below and not self.alarming


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A center's state after a cut, and what the next cut must remember of this one.

    `since` is the cut at which the state began, `raised_on` the one at which the present shortfall did.
    """

    state: FlagState
    since: date
    raised_on: date | None
    seen: Seen
    is_held: bool = False

    @property
    def is_raised(self) -> bool:
        """Tell whether someone must act."""
        return self.state in RAISED


class Evaluation(NamedTuple):
    """A center's flag after one cut, the state before it, and by which version of these rules it was judged."""

    flag: Flag
    former: FlagState
    rule_version: int

    @property
    def is_change(self) -> bool:
        """Tell whether the cut changed the state: then this is the evidence of the change."""
        return self.flag.state is not self.former


def last_cut(today: date) -> date:
    """Return the Sunday that the latest Monday evaluates: on a Monday yesterday, on a Sunday a week ago."""
    return today - timedelta(days=today.weekday() + 1)


def cuts_to_evaluate(latest: date | None, today: date, since: date | None = None) -> list[date]:
    """Return the Sundays that wait for evaluation, the oldest first: those missed, at most a year of them.

    `latest` is the last one that was evaluated; without any, evaluation begins with the first Sunday on or after
    `since`, or with the last one.
    """
    end = last_cut(today)
    first = end
    if latest is not None:
        first = latest + WEEK
    elif since is not None:
        first = since + timedelta(days=(SUNDAY - since.weekday()) % 7)
    first = max(first, end - (MOST_WEEKS - 1) * WEEK)
    return [first + week * WEEK for week in range((end - first).days // 7 + 1)]


def step(before: Flag | None, seen: Seen, *, held: bool = False) -> Flag:
    """Return a center's flag after a cut, given the one after the cut a week before (None: none, or nothing due)."""
    if before is not None and before.seen.as_of + WEEK != seen.as_of:
        before = None
    if before is None:
        return _entered(FlagState.NONE if held else _first_state(seen), seen, held=held)
    if held or seen.as_of - before.since < DWELL:
        return Flag(state=before.state, since=before.since, raised_on=before.raised_on, seen=seen, is_held=held)
    state = _raised_next(before, seen) if before.is_raised else _calm_next(before, seen)
    if state is before.state:
        return Flag(state=state, since=before.since, raised_on=before.raised_on, seen=seen)
    raised_on = before.raised_on if state is FlagState.ESCALATED else None
    return _entered(state, seen, raised_on=raised_on)


def _entered(state: FlagState, seen: Seen, *, raised_on: date | None = None, held: bool = False) -> Flag:
    if state is FlagState.SHORTFALL:
        raised_on = seen.as_of
    return Flag(state=state, since=seen.as_of, raised_on=raised_on, seen=seen, is_held=held)


def _first_state(seen: Seen) -> FlagState:
    if seen.alarming:
        return FlagState.SHORTFALL
    return FlagState.WATCH if seen.is_below else FlagState.NONE


def _calm_next(before: Flag, seen: Seen) -> FlagState:
    """Raise on a critical course at once, by rate only when the bound lay below target at both cuts."""
    if seen.alarming or (seen.is_surely_below and before.seen.is_surely_below):
        return FlagState.SHORTFALL
    if seen.is_below:
        return FlagState.WATCH
    return before.state if before.state is FlagState.CLEARED else FlagState.NONE


def _raised_next(before: Flag, seen: Seen) -> FlagState:
    if seen.is_fine and before.seen.is_fine:
        return FlagState.CLEARED
    is_long = before.raised_on is not None and seen.as_of - before.raised_on >= ESCALATED_AFTER
    return FlagState.ESCALATED if is_long else before.state
