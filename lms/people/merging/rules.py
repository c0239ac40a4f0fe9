"""Which of two rows stays, what stands in the way of making one of them, and in which order cycles then count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """Something from–to; what is the same `what` may not be had twice at once."""

    starts_on: date
    ends_on: date | None
    what: str = ""

    def overlaps(self, other: "Period") -> bool:
        """Tell whether some day lies in both."""
        return (self.ends_on is None or other.starts_on < self.ends_on) and (
            other.ends_on is None or self.starts_on < other.ends_on
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """An enrollment, as far as the order of cycles asks for it."""

    id: int
    course_id: int
    assigned_on: date
    completed_on: date | None


def clashes(ones: Iterable[Period], others: Sequence[Period]) -> list[tuple[Period, Period]]:
    """Return the pairs that overlap and are the same thing."""
    return [(one, other) for one in ones for other in others if one.what == other.what and one.overlaps(other)]


def stays_first(first: Iterable[Period], second: Iterable[Period]) -> bool:
    """Tell whether the first of two people is the one whose row stays: who came earlier; of equal ones the first."""
    return min(_starts(first), default=date.max) <= min(_starts(second), default=date.max)


def is_later(first: Iterable[Period], second: Iterable[Period]) -> bool:
    """Tell whether the second of two people was posted later: then their staff number and account are in force."""
    return max(_starts(second), default=date.min) > max(_starts(first), default=date.min)


def _starts(periods: Iterable[Period]) -> list[date]:
    return [one.starts_on for one in periods]


def numbered(enrollments: Iterable[Taken]) -> dict[int, tuple[int, bool]]:
    """Return cycle and whether a later one exists, by enrollment: in order of the day assigned, per course.

    Of two assigned on one day the completed one comes last, so that no completion is lost to a rate.
    """
    by_course: dict[int, list[Taken]] = {}
    for one in enrollments:
        by_course.setdefault(one.course_id, []).append(one)
    found: dict[int, tuple[int, bool]] = {}
    for cycles in by_course.values():
        cycles.sort(key=lambda one: (one.assigned_on, one.completed_on is not None, one.id))
        for place, one in enumerate(cycles, start=1):
            found[one.id] = (place, place < len(cycles))
    return found
