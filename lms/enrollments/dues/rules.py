"""What is known about a person that moves due dates, and since when it is known."""

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


@dataclass(frozen=True, slots=True)
class Move:
    """Why a due date was moved, and the day of it: of a leave the first day back, None while it lasts."""

    by: Mover
    on: date | None


@dataclass(slots=True)
class Circumstances:
    """A person's leaves, and primary postings in order of their start, each with the instant it became known."""

    aways: list[tuple[Away, datetime]] = field(default_factory=list)
    stays: list[tuple[Stay, datetime]] = field(default_factory=list)

    def due(self, nominal: date | None, assigned_on: date, stated_at: datetime | None = None) -> date | None:
        """Return the effective due date.

        A due date that an imported history stated at `stated_at` already counts with what was known then: only facts
        that became known later move it, and the hire never does.
        """
        if nominal is None or not (self.aways or self.stays):
            return nominal
        events = self._events()
        aways = [away for away, known_at in self.aways if stated_at is None or known_at > stated_at]
        if stated_at is not None:
            known = {stay.starts_on: known_at for stay, known_at in self.stays}
            events = [event for event in events if event.kind is not Change.HIRE and known[event.on] > stated_at]
        return effective_due(nominal, assigned_on, aways, events)

    def move(self, nominal: date | None, assigned_on: date, due_on: date | None) -> Move | None:
        """Return what moved a due date from `nominal` to `due_on`, the latest of several; None when nothing known did.

        What the due date would be without a fact tells whether that fact moved it.
        """
        if nominal is None or due_on is None or due_on <= nominal:
            return None
        aways, events = [away for away, _ in self.aways], self._events()
        with_all = effective_due(nominal, assigned_on, aways, events)
        for event in sorted(events, key=lambda event: event.on, reverse=True):
            others = [other for other in events if other is not event]
            if effective_due(nominal, assigned_on, aways, others) != with_all:
                return Move(Mover(event.kind), event.on)
        for away in sorted(aways, key=lambda away: away.starts_on, reverse=True):
            if effective_due(nominal, assigned_on, [away]) != nominal:
                return Move(Mover.LEAVE, away.ends_on)
        return None

    def _events(self) -> list[Event]:
        return events_of([stay for stay, _ in self.stays])


NOTHING_KNOWN = Circumstances()
