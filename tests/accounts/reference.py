"""Who may see whom, told a second time in plain Python: the yardstick of the tests. It shares no code with the product.

Facts are plain tuples of numbers, words and days; intervals are half-open. A purpose opens the names
of a unit for a day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

AT_A_CENTER = {"COORDINATOR", "DEPUTY_COORDINATOR", "REPRESENTATIVE", "CENTER_MANAGER"}
NAMING = AT_A_CENTER | {"AREA_MANAGER", "REGION_MANAGER", "TRAINING_ADMIN", "CS_ADMIN"}
COUNTING = NAMING | {"EXECUTIVE"}
DUTY_OF_A_JOB = {"OW": "REPRESENTATIVE", "CM": "CENTER_MANAGER"}


class Fact(NamedTuple):
    """`who` is at, under or charged with `where`, as `what`, from `since` until `until`, the first day out."""

    who: int
    where: int
    what: str
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Tell whether it is so on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass
class Facts:
    """Everything that decides who sees whom. `places` says which unit stands under which; `shut` since when."""

    network: int
    postings: list[Fact] = field(default_factory=list)
    duties: list[Fact] = field(default_factory=list)
    leaves: list[Fact] = field(default_factory=list)
    places: list[Fact] = field(default_factory=list)
    shut: dict[int, date] = field(default_factory=dict)
    purposes: set[tuple[int, int, date]] = field(default_factory=set)

    def is_open(self, unit: int, day: date) -> bool:
        return unit not in self.shut or day < self.shut[unit]

    def centers_of(self, person: int, day: date) -> set[int]:
        return {one.where for one in self.postings if one.who == person and one.holds(day)}

    def is_away(self, person: int, day: date) -> bool:
        return any(one.who == person and one.holds(day) for one in self.leaves)

    def above(self, unit: int, day: date) -> set[int]:
        """Return the unit and all that it stands under on a day."""
        up, found = [unit], {self.network}
        while up:
            found.add(step := up.pop())
            up += [one.where for one in self.places if one.who == step and one.holds(day)]
        return found

    def offices(self, viewer: int, day: date, kinds: Iterable[str]) -> set[int]:
        """Return the units over which someone at work that day holds a duty of these kinds, by job or appointment."""
        at_work = [
            one for one in self.postings if one.who == viewer and one.holds(day) and self.is_open(one.where, day)
        ]
        if not at_work or self.is_away(viewer, day):
            return set()
        held = [(DUTY_OF_A_JOB.get(one.what, ""), one.where) for one in at_work]
        held += [(one.what, one.where) for one in self.duties if one.who == viewer and one.holds(day)]
        return {unit for kind, unit in held if kind in kinds and self.is_open(unit, day)}

    def may_count(self, viewer: int, unit: int, day: date) -> bool:
        """Tell whether the figures of a unit are the viewer's to see."""
        return bool(self.offices(viewer, day, COUNTING) & self.above(unit, day)) and self.is_open(unit, day)

    def names_at(self, viewer: int, center: int, day: date) -> bool:
        """Tell whether the people of a center are within the viewer's reach."""
        return self.is_open(center, day) and bool(self.offices(viewer, day, NAMING) & self.above(center, day))

    def may_name(self, viewer: int, person: int, day: date) -> bool:
        """Tell whether a person is within the viewer's reach at all; the names may still wait for a purpose."""
        if viewer == person or self.network in self.offices(viewer, day, NAMING):
            return True
        return any(self.names_at(viewer, center, day) for center in self.centers_of(person, day))

    def sees_name(self, viewer: int, person: int, day: date) -> bool:
        """Tell whether the viewer sees who it is now: their own center's people at once, others for a purpose."""
        if viewer == person:
            return True
        stated = {unit for who, unit, on in self.purposes if (who, on) == (viewer, day)}
        opens = self.offices(viewer, day, AT_A_CENTER) | stated
        at = [center for center in self.centers_of(person, day) if self.is_open(center, day)]
        return self.may_name(viewer, person, day) and (
            self.network in stated or any(opens & self.above(center, day) for center in at)
        )
