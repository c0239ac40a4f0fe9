"""What is known about a person that moves due dates, and since when it is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lms.enrollments.rules import Away, Change, Event, Stay, effective_due, events_of


class Mover(StrEnum):
    """What moves a due date."""

    LEAVE = "LEAVE"
    HIRE = "HIRE"
    REHIRE = "REHIRE"
    TRANSFER = "TRANSFER"
    ROLE = "ROLE"
    EXTENSION = "EXTENSION"
    OUTAGE = "OUTAGE"


@dataclass(frozen=True, slots=True)
class Move:
    """Why a due date was moved, and the day of it: of a leave and an outage the first day after, None while it lasts;
    of an extension the due date that was granted.
    """

    by: Mover
    on: date | None


@dataclass(frozen=True, slots=True)
class Down:
    """Nobody could learn from `starts_on` until `ends_on`, the first day after."""

    starts_on: date
    ends_on: date


def put_off(due: date, granted: date | None = None, outages: Iterable[Down] = ()) -> date:
    """Return a due date after an extension and outages (domain §3.1).

    It is no earlier than the one granted; falling due in an outage, it is put off by as many days as that lasted.
    """
    due = due if granted is None else max(due, granted)
    for outage in sorted(outages, key=lambda outage: outage.starts_on):
        if outage.starts_on <= due < outage.ends_on:
            due += outage.ends_on - outage.starts_on
    return due


@dataclass(slots=True)
class Circumstances:
    """A person's leaves, and primary postings in order of their start, and everyone's outages, each with the instant
    it became known; and the due dates that were granted, by enrollment id.
    """

    aways: list[tuple[Away, datetime]] = field(default_factory=list)
    stays: list[tuple[Stay, datetime]] = field(default_factory=list)
    outages: list[tuple[Down, datetime]] = field(default_factory=list)
    granted: dict[int, date] = field(default_factory=dict)

    def due(
        self, nominal: date | None, assigned_on: date, stated_at: datetime | None = None, *, of: int | None = None
    ) -> date | None:
        """Return the effective due date of an enrollment (`of`: its id, once it has one).

        A due date that an imported history stated at `stated_at` already counts with what was known then: only facts
        that became known later move it, and the hire never does. What was granted stands in any case.
        """
        due = self._due_here(nominal, assigned_on, stated_at)
        if due is None or not (self.granted or self.outages):
            return due
        later = [outage for outage, known_at in self.outages if stated_at is None or known_at > stated_at]
        return put_off(due, self.granted.get(of or 0), later)

    def _due_here(self, nominal: date | None, assigned_on: date, stated_at: datetime | None) -> date | None:
        """Return the due date after leave and grace."""
        if nominal is None or not (self.aways or self.stays):
            return nominal
        events = self._events()
        aways = [away for away, known_at in self.aways if stated_at is None or known_at > stated_at]
        if stated_at is not None:
            known = {stay.starts_on: known_at for stay, known_at in self.stays}
            events = [event for event in events if event.kind is not Change.HIRE and known[event.on] > stated_at]
        return effective_due(nominal, assigned_on, aways, events)

    def move(
        self, nominal: date | None, assigned_on: date, due_on: date | None, *, of: int | None = None
    ) -> Move | None:
        """Return what moved a due date from `nominal` to `due_on`, the latest of several; None when nothing known did.

        What the due date would be without a fact tells whether that fact moved it.
        """
        if nominal is None or due_on is None or due_on <= nominal:
            return None
        aways, events = [away for away, _ in self.aways], self._events()
        with_all = effective_due(nominal, assigned_on, aways, events) or nominal
        if late := self._put_off_by(with_all, self.granted.get(of or 0)):
            return late
        for event in sorted(events, key=lambda event: event.on, reverse=True):
            others = [other for other in events if other is not event]
            if effective_due(nominal, assigned_on, aways, others) != with_all:
                return Move(Mover(event.kind), event.on)
        for away in sorted(aways, key=lambda away: away.starts_on, reverse=True):
            if effective_due(nominal, assigned_on, [away]) != nominal:
                return Move(Mover.LEAVE, away.ends_on)
        return None

    def _put_off_by(self, due: date, granted: date | None) -> Move | None:
        outages = [outage for outage, _ in self.outages]
        for outage in sorted(outages, key=lambda outage: outage.starts_on, reverse=True):
            others = [other for other in outages if other is not outage]
            if put_off(due, granted, others) != put_off(due, granted, outages):
                return Move(Mover.OUTAGE, outage.ends_on)
        return Move(Mover.EXTENSION, granted) if granted and granted > due else None

    def _events(self) -> list[Event]:
        return events_of([stay for stay, _ in self.stays])


NOTHING_KNOWN = Circumstances()
