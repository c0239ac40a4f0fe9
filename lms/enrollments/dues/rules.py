"""What is known about a person that moves due dates, and since when it is known."""

from dataclasses import dataclass, field
from datetime import date, datetime

from lms.enrollments.rules import Away, Change, Stay, effective_due, events_of


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
        events = events_of([stay for stay, _ in self.stays])
        aways = [away for away, known_at in self.aways if stated_at is None or known_at > stated_at]
        if stated_at is not None:
            known = {stay.starts_on: known_at for stay, known_at in self.stays}
            events = [event for event in events if event.kind is not Change.HIRE and known[event.on] > stated_at]
        return effective_due(nominal, assigned_on, aways, events)


NOTHING_KNOWN = Circumstances()
