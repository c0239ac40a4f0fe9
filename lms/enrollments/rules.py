"""Words and decisions about enrollments: why someone is assigned, by when, and which completion stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

GRACE_DAYS = 14


class Source(StrEnum):
    """Why am I assigned."""

    IMPORT = "IMPORT"
    ASSIGNMENT = "ASSIGNMENT"
    RULE = "RULE"
    REMEDIAL = "REMEDIAL"


class Cause(StrEnum):
    """Why a former version of an enrollment gave way."""

    COMPLETED = "COMPLETED"
    CORRECTED = "CORRECTED"
    VOIDED = "VOIDED"
    ENDED = "ENDED"
    RESTORED = "RESTORED"
    DUE_MOVED = "DUE_MOVED"
    IMPORTED = "IMPORTED"
    MERGED = "MERGED"
    VERSION_MOVED = "VERSION_MOVED"


class EvidenceKind(StrEnum):
    """How someone knows of a completion that they record by hand."""

    ATTENDANCE = "ATTENDANCE"
    CERTIFICATE = "CERTIFICATE"
    WITNESSED = "WITNESSED"
    CREDIT = "CREDIT"
    OTHER = "OTHER"


class Change(StrEnum):
    """What happened to a person that gives them grace from that day on (ruling 8)."""

    HIRE = "HIRE"
    REHIRE = "REHIRE"
    TRANSFER = "TRANSFER"
    ROLE = "ROLE"


@dataclass(frozen=True, slots=True)
class Away:
    """A leave from `starts_on` until `ends_on`, the first day back; None while it lasts."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A change on a day. `since` is the first day whose due dates it forgives: of a rehire, the day they had left."""

    kind: Change
    on: date
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A posting, as far as grace needs it: where and as what, from–to."""

    center_id: int
    role_id: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A recorded completion. `score` is of 100, None when there was no test."""

    on: date
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a completion that is recorded by hand rests on, and why it is recorded so."""

    kind: EvidenceKind
    note: str
    reason: str


def effective_due(
    nominal: date | None,
    assigned_on: date,
    leaves: Iterable[Away] = (),
    events: Iterable[Event] = (),
    grace_days: int = GRACE_DAYS,
) -> date | None:
    """Return the due date after leave and grace (domain §3.1, ruling 8); None stays never due.

    Days away between assignment and the nominal due date are added to it, and it lies at least `grace_days` after the
    return from such a leave. A hire, rehire, transfer or role change then gives as much to what falls due from that
    day on; what was due before stays.
    """
    if nominal is None:
        return None
    within = [leave for leave in leaves if _overlaps(leave, assigned_on, nominal)]
    due = nominal + timedelta(days=len(_days_away(within, assigned_on, nominal))) if within else nominal
    grace = timedelta(days=grace_days)
    for leave in within:
        if leave.ends_on is not None:
            due = max(due, leave.ends_on + grace)
    for event in sorted(events, key=lambda event: event.on):
        if (event.since or event.on) <= due:
            due = max(due, event.on + grace)
    return due


def _overlaps(leave: Away, first: date, last: date) -> bool:
    return leave.starts_on <= last and (leave.ends_on is None or leave.ends_on > first)


def _days_away(leaves: Iterable[Away], first: date, last: date) -> set[int]:
    """Return the days from `first` through `last` that any leave covers: overlapping leaves count once."""
    days: set[int] = set()
    for leave in leaves:
        until = last.toordinal() + 1 if leave.ends_on is None else min(leave.ends_on.toordinal(), last.toordinal() + 1)
        days.update(range(max(leave.starts_on, first).toordinal(), until))
    return days


def events_of(stays: Sequence[Stay]) -> list[Event]:
    """Return what a person's primary postings, in order of their start, say happened."""
    events = [Event(Change.HIRE, stays[0].starts_on)] if stays else []
    for before, after in pairwise(stays):
        if before.ends_on is not None and before.ends_on < after.starts_on:
            events.append(Event(Change.REHIRE, after.starts_on, since=before.ends_on))
        elif before.center_id != after.center_id:
            events.append(Event(Change.TRANSFER, after.starts_on))
        elif before.role_id != after.role_id:
            events.append(Event(Change.ROLE, after.starts_on))
    return events


def standing_completion(recorded: Completion | None, offered: Completion) -> Completion:
    """Return which completion stands: the earlier one, of one day the one with the higher score.

    So a later or lower result never takes a completion away, and the order in which results arrive does not matter.
    """
    if recorded is None or offered.on < recorded.on:
        return offered
    if offered.on > recorded.on or offered.score is None:
        return recorded
    return offered if recorded.score is None or offered.score > recorded.score else recorded
