"""How often what was looked for was seen: never mixed from within and from without, and never more sure than it is."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

from lms.completion.rules import Tally
from lms.completion.rules_interval import Interval, wilson
from lms.observations.rules import Answer

# Below this many answers a share is not judged (domain §3.9: a weak item has n >= 3).
LEAST_TO_JUDGE = 3
# A share surely below this is weak: its one-sided 90 % upper bound lies under it (domain §3.9).
EXPECTED = 90
MONTHS = 12

G = TypeVar("G", bound=Hashable)
K = TypeVar("K", bound=Hashable)


class By(StrEnum):
    """What the rows of the page stand for."""

    BEHAVIOR = "BEHAVIOR"
    DIMENSION = "DIMENSION"
    I_CARE = "I_CARE"
    STAGE = "STAGE"


class Across(StrEnum):
    """What the columns of the heat map stand for."""

    UNIT = "UNIT"
    ROLE = "ROLE"


class Verdict(StrEnum):
    """What a share allows to say."""

    NONE = "NONE"
    FEW = "FEW"
    WEAK = "WEAK"
    BELOW = "BELOW"
    DONE = "DONE"


class Seen(NamedTuple):
    """How often something was looked for, by what came of it. What was not observed counts neither way (§3.10, 20)."""

    met: int = 0
    not_met: int = 0
    not_applicable: int = 0
    not_observed: int = 0

    @property
    def number(self) -> int:
        """Return how many answers count."""
        return self.met + self.not_met

    @property
    def tally(self) -> Tally:
        """Return the share as a tally, to be shown as every rate is."""
        return Tally(self.number, self.met)

    @property
    def interval(self) -> Interval | None:
        """Return the Wilson interval of the share, each end one-sided at 90 %; None of nothing."""
        return wilson(self.met / self.number, self.number) if self.number else None

    @property
    def verdict(self) -> Verdict:
        """Tell what can be said: surely below what is expected, below it, or neither."""
        if self.interval is None:
            return Verdict.NONE
        if self.number < LEAST_TO_JUDGE:
            return Verdict.FEW
        if 100 * self.interval.high < EXPECTED:
            return Verdict.WEAK
        return Verdict.BELOW if 100 * self.met < EXPECTED * self.number else Verdict.DONE


class Told(NamedTuple):
    """How often an item was answered so, where it was not simply met. `met` is None when it counts neither way."""

    group: Hashable
    item_id: int
    answer: str
    met: bool | None
    number: int


def together(found: Iterable[Seen]) -> Seen:
    """Return what was seen, taken together: sums of answers, never means of shares."""
    rows = list(found)
    return Seen(*(sum(column) for column in zip(*rows, strict=True))) if rows else Seen()


def unfold(
    asked: Mapping[tuple[G, int], int], items: Mapping[int, Collection[int]], told: Iterable[Told]
) -> dict[tuple[G, int], Seen]:
    """Return what was seen of each item within each group.

    `asked` counts the observations of a group by item set, `items` names the items of each set; every item of an
    observation was met but for those `told` of.
    """
    times: dict[tuple[G, int], int] = {}
    for (group, item_set_id), number in asked.items():
        for item_id in items[item_set_id]:
            times[group, item_id] = times.get((group, item_id), 0) + number
    left: dict[tuple[G, int], list[int]] = {key: [number, 0, 0, 0] for key, number in times.items()}
    for one in told:
        if one.met:
            continue
        counts = left[one.group, one.item_id]  # type: ignore[index]
        counts[0] -= one.number
        counts[_place(one)] += one.number
    return {key: Seen(*counts) for key, counts in left.items()}


def _place(told: Told) -> int:
    if told.met is False:
        return 1
    return 2 if told.answer == Answer.NOT_APPLICABLE else 3


def add_up(seen: Mapping[tuple[G, int], Seen], keys: Mapping[int, Collection[K]]) -> dict[tuple[G, K], Seen]:
    """Return what was seen by group and key; `keys` tells what each item counts for, be it several things."""
    found: dict[tuple[G, K], list[Seen]] = {}
    for (group, item_id), one in seen.items():
        for key in keys.get(item_id, ()):
            found.setdefault((group, key), []).append(one)
    return {place: together(rows) for place, rows in found.items()}
