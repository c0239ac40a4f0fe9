"""How a completion came to be recorded, and what was changed afterwards, told from the versions of an enrollment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from lms.completion.rules import PersonLine
from lms.enrollments.rules import Cause
from lms.people.rules import DutyKind


class How(StrEnum):
    """How a completion came to be recorded."""

    STUDIED = "STUDIED"
    BY_HAND = "BY_HAND"
    CORRECTED = "CORRECTED"
    IMPORTED = "IMPORTED"


class WhyVoid(StrEnum):
    """Why an enrollment was withdrawn: by someone, by a file, or because the job no longer asks for the course."""

    BY_HAND = "BY_HAND"
    IMPORTED = "IMPORTED"
    RULE = "RULE"


class Version(NamedTuple):
    """An enrollment as it stood from `recorded_at` on; `gave_way_to` is why it changed, None while it stands."""

    recorded_at: datetime
    gave_way_to: Cause | None
    completed_on: date | None
    score: Decimal | None
    voided_on: date | None
    import_id: int | None
    recorded_by_id: int | None = None
    evidence_kind: str | None = None
    evidence_note: str | None = None
    reason: str | None = None


class Change(NamedTuple):
    """A recorded completion was changed or taken back (`after` without a day)."""

    cause: Cause
    before: Version
    after: Version


class Recorder(NamedTuple):
    """Who recorded something: their name, and the duty they held on that day if any."""

    name: str
    duty: DutyKind | None


class HeldOffice(NamedTuple):
    """A duty someone held from–to."""

    duty: DutyKind
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A completion or a withdrawal on someone's page: the line, and the versions it came about by, oldest first."""

    line: PersonLine
    versions: Sequence[Version]

    @property
    def how(self) -> How | None:
        """Return how the completion that stands came to be recorded."""
        return how(self.versions)

    @property
    def told(self) -> Version:
        """Return the version that first told what stands now."""
        return self.versions[told_by(self.versions)]

    @property
    def changes(self) -> list[Change]:
        """Return what was changed since, latest first."""
        return changes(self.versions)

    @property
    def why_void(self) -> WhyVoid | None:
        """Return why it was withdrawn."""
        return why_void(self.versions)


def told_by(versions: Sequence[Version]) -> int:
    """Return the place of the version that first told what is now said of the completion; oldest first."""
    said = [(version.completed_on, version.score) for version in versions]
    place = len(said) - 1
    while place > 0 and said[place - 1] == said[-1]:
        place -= 1
    return place


def how(versions: Sequence[Version]) -> How | None:
    """Return how the completion that stands came to be recorded; None when there is none."""
    place = told_by(versions)
    told = versions[place]
    if told.completed_on is None:
        return None
    cause = versions[place - 1].gave_way_to if place else None
    if cause is Cause.CORRECTED:
        return How.CORRECTED
    if told.recorded_by_id is not None or told.evidence_kind is not None:
        return How.BY_HAND
    if cause is Cause.IMPORTED or (place == 0 and told.import_id is not None):
        return How.IMPORTED
    return How.STUDIED


def changes(versions: Sequence[Version]) -> list[Change]:
    """Return what was changed after a completion had been recorded, latest first."""
    found = [
        Change(before.gave_way_to, before, after)
        for before, after in pairwise(versions)
        if before.gave_way_to
        and before.completed_on is not None
        and (before.completed_on, before.score) != (after.completed_on, after.score)
    ]
    return found[::-1]


def why_void(versions: Sequence[Version]) -> WhyVoid | None:
    """Return why an enrollment was withdrawn; None when it was not."""
    if versions[-1].voided_on is None:
        return None
    first = next(place for place, version in enumerate(versions) if version.voided_on == versions[-1].voided_on)
    if first == 0:
        return WhyVoid.IMPORTED if versions[0].import_id is not None else WhyVoid.RULE
    by = {Cause.IMPORTED: WhyVoid.IMPORTED, Cause.ENDED: WhyVoid.RULE}
    return by.get(versions[first - 1].gave_way_to or Cause.VOIDED, WhyVoid.BY_HAND)


def office_on(offices: Iterable[HeldOffice], day: date) -> DutyKind | None:
    """Return the duty that someone held on a day, the first of several in the order of duties."""
    held = [one.duty for one in offices if one.starts_on <= day and (one.ends_on is None or day < one.ends_on)]
    return min(held, key=list(DutyKind).index, default=None)
