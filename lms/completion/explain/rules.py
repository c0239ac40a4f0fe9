"""Why someone on a unit's roster is in its rate, or for which first reason not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.enrollments.rules import GRACE_DAYS

# Whoever left a unit in so many days before the day asked for is still told of.
GONE_DAYS = 30


class Why(StrEnum):
    """In the rate, or the first reason that leaves someone out; in the order in which they are looked for."""

    INCLUDED = "INCLUDED"
    CLOSED = "CLOSED"
    ON_LEAVE = "ON_LEAVE"
    EXEMPT = "EXEMPT"
    NEW = "NEW"
    MOVED_IN = "MOVED_IN"
    FILTERED = "FILTERED"
    NO_RULE = "NO_RULE"
    DUE_MOVED = "DUE_MOVED"
    NOTHING_DUE = "NOTHING_DUE"
    MOVED_OUT = "MOVED_OUT"
    LEFT = "LEFT"


# These are no part of the day's head-count: they were here in the days before.
GONE = frozenset({Why.MOVED_OUT, Why.LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoster:
    """What decides about one person on a day. Numbers are of required enrollments assigned by then and not voided.

    `is_posted` at the unit, or `is_elsewhere`; `since` is their first day there (of who is gone, the first day out);
    `came_on` the day an earlier posting ended. `counted` and `exempt` are of the courses asked for, `counted_at_all`
    and `assigned` of all; `moved` would have been due but for leave, grace, extension or outage.
    """

    is_posted: bool
    is_elsewhere: bool = False
    center_open: bool = True
    away: bool = False
    role_fits: bool = True
    since: date
    came_on: date | None = None
    counted: int = 0
    exempt: int = 0
    counted_at_all: int = 0
    assigned: int = 0
    moved: int = 0
    next_due_on: date | None = None


def why_of(facts: OnRoster, as_of: date) -> Why:
    """Return whether someone is in the rate on `as_of`, or the first reason why not."""
    if not facts.is_posted:
        return Why.MOVED_OUT if facts.is_elsewhere else Why.LEFT
    if not facts.center_open:
        return Why.CLOSED
    if facts.away:
        return Why.ON_LEAVE
    if facts.counted:
        return Why.INCLUDED if facts.role_fits else Why.FILTERED
    if facts.exempt:
        return Why.EXEMPT
    if facts.since > as_of - timedelta(days=GRACE_DAYS):
        return Why.MOVED_IN if facts.came_on == facts.since else Why.NEW
    return _without_anything_due(facts)


def _without_anything_due(facts: OnRoster) -> Why:
    if not facts.role_fits or facts.counted_at_all:
        return Why.FILTERED
    if not facts.assigned:
        return Why.NO_RULE
    return Why.DUE_MOVED if facts.moved else Why.NOTHING_DUE


@dataclass(frozen=True, slots=True)
class Roster:
    """How many people of a unit are in its rate on a day and how many are left out, by reason.

    `head_count` are those posted there on the day; who is gone since stands beside them.
    """

    head_count: int
    people: Mapping[Why, int]

    @property
    def included(self) -> int:
        """Return how many are in the rate."""
        return self.people.get(Why.INCLUDED, 0)

    @property
    def left_out(self) -> int:
        """Return how many of the head-count are not."""
        return self.head_count - self.included

    @property
    def gone(self) -> int:
        """Return how many were here in the days before and are not any more."""
        return sum(number for why, number in self.people.items() if why in GONE)

    @property
    def adds_up(self) -> bool:
        """Tell whether everyone of the head-count stands under exactly one reason."""
        return sum(self.people.values()) - self.gone == self.head_count
