"""Whom a center looks at in a month, what is asked of them, and how a round stands.

Everyone on the front line is seen at least once a calendar quarter, and at least three people a month at each center,
or all where there are fewer (domain §1.1, row 10). So each month takes its share of those not seen yet in the quarter:
in the last month that is everyone left. Who it falls on is drawn as checks after training are (`rules_sample`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from lms.field_checks.rules import OBSERVED, OPEN, CheckState
from lms.field_checks.rules_sample import Candidate, draw, ticket_of
from lms.observations.rules_standards import CheckItem

# The days of a month in which centers look at themselves (domain §1.4).
FIRST_DAY, LAST_DAY = 7, 28
# Who comes later than this before the end is drawn another time: observers need some days.
LEAST_DAYS = timedelta(days=7)
LEAST_PEOPLE = 3
MOST_ITEMS = 10
# What was observed at a center in these days counts when a form is chosen.
LATELY = timedelta(days=184)
MONTHS_OF_QUARTER = 3
# These checks showed nothing of anybody, so whoever they were of is still to be seen.
UNSEEN = frozenset({CheckState.MISSED, CheckState.VOID})


class RoundState(StrEnum):
    """How a round stands."""

    COMING = "COMING"
    OPEN = "OPEN"
    COMPLETE = "COMPLETE"
    MISSED = "MISSED"
    VOID = "VOID"


@dataclass(frozen=True, slots=True)
class Frame:
    """When a round is: its month, its first and its last day."""

    month: date
    opens_on: date
    closes_on: date

    def may_draw(self, on: date) -> bool:
        """Tell whether people may still be drawn on a day."""
        return on <= max(self.opens_on, self.closes_on - LEAST_DAYS)


def frame_of_month(on: date) -> Frame:
    """Return the round of a day's month."""
    month = on.replace(day=1)
    return Frame(month, month.replace(day=FIRST_DAY), month.replace(day=LAST_DAY))


def quarter_of(month: date) -> date:
    """Return the first month of a month's quarter."""
    return month.replace(month=month.month - (month.month - 1) % MONTHS_OF_QUARTER, day=1)


def number_wanted(people: int, unseen: int, month: date) -> int:
    """Return how many of a center's people to look at in a month, `unseen` of whom were not seen in its quarter."""
    months_left = MONTHS_OF_QUARTER - (month.month - 1) % MONTHS_OF_QUARTER
    return min(people, max(LEAST_PEOPLE, -(-unseen // months_left)))


def draw_people(
    people: Collection[int], *, seen: Collection[int], there: Collection[int], number: int, seed: str
) -> list[int]:  # fmt: skip
    """Draw people for a round beside those in it already: who was not seen in the quarter first."""
    free = [Candidate(person_id, 0) for person_id in people if person_id not in there]
    first = draw((one for one in free if one.person_id not in seen), len(free), seed=seed)
    then = draw((one for one in free if one.person_id in seen), len(free), seed=seed)
    return [one.person_id for one in (first + then)[: max(0, number - len(there))]]


def forms_of(items: Sequence[CheckItem]) -> list[list[CheckItem]]:
    """Return the forms that ask all of a job's items: each at most ten, every critical item in each of them.

    They are always the same ones, so that few item sets are made and figures can be compared. Where there are more
    critical items than a form holds, they take turns as the others do.
    """
    critical = {item.item_id for item in items if item.is_critical}
    always = critical if len(critical) < MOST_ITEMS else set()
    others = [item for item in items if item.item_id not in always]
    number = max(1, -(-len(others) // (MOST_ITEMS - len(always))))
    turns = [{item.item_id for item in others[place::number]} for place in range(number)]
    return [[item for item in items if item.item_id in always | turn] for turn in turns]


def choose_form(forms: Sequence[Sequence[CheckItem]], times: Mapping[int, int], *, seed: str) -> Sequence[CheckItem]:
    """Return the form whose own items were least observed lately; among equals a digest decides."""
    everywhere = frozenset.intersection(*(frozenset(item.item_id for item in form) for form in forms))
    own = [[item.item_id for item in form if item.item_id not in everywhere] for form in forms]
    loads = [sum(times.get(item_id, 0) for item_id in items) / max(1, len(items)) for items in own]
    least = [place for place, load in enumerate(loads) if load == min(loads)]
    return forms[min(least, key=lambda place: ticket_of(seed, *own[place])) if len(least) > 1 else least[0]]


class Tally(NamedTuple):
    """The checks of a round, or of several, by what became of them."""

    planned: int = 0
    done: int = 0
    missed: int = 0
    void: int = 0

    @property
    def wanted(self) -> int:
        """Return how many people were to be seen: none who left meanwhile."""
        return self.planned + self.done + self.missed


def count_checks(states: Mapping[str, int]) -> Tally:
    """Return checks, counted by their state, as a tally."""

    def number(wanted: Collection[CheckState]) -> int:
        return sum(states.get(state, 0) for state in wanted)

    return Tally(number(OPEN), number(OBSERVED), number({CheckState.MISSED}), number({CheckState.VOID}))


def added(tallies: Iterable[Tally]) -> Tally:
    """Return tallies taken together."""
    rows = list(tallies)
    return Tally(*(sum(column) for column in zip(*rows, strict=True))) if rows else Tally()


def round_state(tally: Tally, *, opens_on: date, closes_on: date, on: date) -> RoundState:
    """Return how a round stands on a day; a form begun in the window may still arrive after it."""
    if not tally.wanted:
        return RoundState.VOID
    if tally.done == tally.wanted:
        return RoundState.COMPLETE
    if on < opens_on:
        return RoundState.COMING
    return RoundState.OPEN if on <= closes_on else RoundState.MISSED
