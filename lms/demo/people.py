"""People of the demo as the generator knows them, before they are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lms.demo.rules import Interval


@dataclass(slots=True, eq=False)
class Stint:
    """Someone works at a center in a job from–to."""

    center: str
    role: str
    starts_on: date
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the stint covers the day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Charge:
    """A duty over a unit from–to; `unit` is its level and code."""

    kind: str
    unit: tuple[str, str]
    days: Interval


@dataclass(slots=True, eq=False)
class Worker:
    """Someone of the demo: stints in order of time, leaves, duties, and every staff number with its day of issue."""

    name: str
    stints: list[Stint]
    leaves: list[Interval] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    numbers: list[tuple[str, date]] = field(default_factory=list)

    @property
    def last(self) -> Stint:
        """Return the latest stint."""
        return self.stints[-1]

    @property
    def works(self) -> bool:
        """Tell whether the person works here at the end of the story."""
        return self.last.ends_on is None

    def employments(self) -> Iterator[Interval]:
        """Give each unbroken time of employment, transfers and changes of job included."""
        starts_on, reached = self.stints[0].starts_on, self.stints[0].ends_on
        for stint in self.stints[1:]:
            if reached != stint.starts_on:
                yield Interval(starts_on, reached)
                starts_on = stint.starts_on
            reached = stint.ends_on
        yield Interval(starts_on, reached)
