"""How a report differs from itself as it was known earlier: who, which course, what it was, what it is, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Stand(StrEnum):
    """How one course of a person stands in a rate."""

    NOT_COUNTED = "NOT_COUNTED"
    MISSING = "MISSING"
    DONE = "DONE"
    DONE_LATE = "DONE_LATE"


class Because(StrEnum):
    """What was recorded since that makes the difference; the first six are causes of an enrollment's own history."""

    COMPLETED = "COMPLETED"
    CORRECTED = "CORRECTED"
    VOIDED = "VOIDED"
    DUE_MOVED = "DUE_MOVED"
    IMPORTED = "IMPORTED"
    MERGED = "MERGED"
    ASSIGNED = "ASSIGNED"
    CAME = "CAME"
    WENT = "WENT"
    OTHER = "OTHER"


class Counted(NamedTuple):
    """A counted enrollment, whether it is done, and in time."""

    enrollment_id: int
    done: bool
    on_time: bool

    @property
    def stand(self) -> Stand:
        """Return how it stands."""
        if not self.done:
            return Stand.MISSING
        return Stand.DONE if self.on_time else Stand.DONE_LATE


class Told(NamedTuple):
    """What an enrollment's history tells since: why it changed last, None for one that is new, and when."""

    cause: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One course of a person (database ids) stands otherwise than it did."""

    course_id: int
    before: Stand
    after: Stand
    because: Because
    at: datetime | None


def differences(
    before: Mapping[int, Counted], after: Mapping[int, Counted], told: Mapping[int, Told], *, was: bool, is_: bool
) -> list[Difference]:
    """Return how a person's courses differ, by course id; `was` and `is_` tell whether they were and are counted here.

    An enrollment's own history explains most; else the person came or went, or something about them was recorded.
    """
    found = []
    for course_id in sorted(before.keys() | after.keys()):
        one, other = before.get(course_id), after.get(course_id)
        stands = (_stand(one), _stand(other))
        if stands[0] == stands[1]:
            continue
        history = max(
            (told[each.enrollment_id] for each in (one, other) if each and each.enrollment_id in told),
            key=lambda each: each.at,
            default=None,
        )
        because = _because(history, was=was, is_=is_)
        found.append(Difference(course_id, *stands, because, history.at if history else None))
    return found


def _stand(counted: Counted | None) -> Stand:
    return counted.stand if counted else Stand.NOT_COUNTED


def _because(history: Told | None, *, was: bool, is_: bool) -> Because:
    if history is not None:
        return Because.ASSIGNED if history.cause is None else Because(history.cause)
    if was is not is_:
        return Because.CAME if is_ else Because.WENT
    return Because.OTHER
