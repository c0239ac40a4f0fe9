"""Who worked where, and who was in charge of a center, on any day of the year: read once, told for every day.

It says what `active_postings` and `observers_by_center` say, which a year of checks would ask some ten thousand times.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.field_checks.queries_planning import ORDER
from lms.people.models import Duty, JobRole, Leave, OrgClosure, OrgUnit, Posting
from lms.people.rules import CENTER_DUTIES, DUTY_OF_JOB, UnitKind


class Place(NamedTuple):
    """Where someone works, and as what."""

    center_id: int
    role_id: int


# Days from–to, the first day out at the end. Asked a million times: as plain pairs, and compared where they stand.
Days = tuple[date, date]


class Places:
    """The network's people by day."""

    def __init__(self, session: Session) -> None:
        self._jobs: dict[int, list[tuple[date, date, Place]]] = defaultdict(list)
        self._away: dict[int, list[Days]] = defaultdict(list)
        self._closed: dict[int, list[Days]] = defaultdict(list)
        self._charges: dict[int, list[tuple[int, int, date, date]]] = defaultdict(list)
        opened = select(OrgUnit.id, OrgUnit.opened_on, OrgUnit.closed_on).where(OrgUnit.kind == UnitKind.CENTER)
        self._open = {
            center: (since or date.min, until or date.max) for center, since, until in session.execute(opened)
        }
        for row, owner, found in ((Leave, Leave.person_id, self._away), (OrgClosure, OrgClosure.unit_id, self._closed)):
            dated = select(owner, row.starts_on, row.ends_on).where(row.superseded_at.is_(None))
            for of, since, until in session.execute(dated):
                found[of].append((since, until or date.max))
        self._read_jobs(session)
        duties = select(Duty.unit_id, Duty.kind, Duty.person_id, Duty.starts_on, Duty.ends_on)
        held = duties.where(Duty.superseded_at.is_(None), Duty.kind.in_(CENTER_DUTIES))
        for center, kind, person, since, until in session.execute(held):
            self._charges[center].append((ORDER.index(kind), person, since, until or date.max))
        self.in_charge = cache(self._in_charge)

    def _read_jobs(self, session: Session) -> None:
        ranks = {
            role_id: ORDER.index(DUTY_OF_JOB[code])
            for role_id, code in session.execute(select(JobRole.id, JobRole.code))
            if code in DUTY_OF_JOB
        }
        jobs = select(Posting.person_id, Posting.center_id, Posting.role_id, Posting.starts_on, Posting.ends_on)
        for person, center, role, since, until in session.execute(
            jobs.where(Posting.is_primary, Posting.superseded_at.is_(None)).order_by(Posting.id)
        ):
            self._jobs[person].append((since, until or date.max, Place(center, role)))
            if role in ranks:
                self._charges[center].append((ranks[role], person, since, until or date.max))

    def of(self, person_id: int, day: date) -> Place | None:
        """Return where someone is at work on a day; None where they are nowhere, away, or their center is closed."""
        for since, until, place in self._jobs.get(person_id, ()):
            if since <= day < until:
                opened, closed = self._open[place.center_id]
                out = _covered(self._away.get(person_id, ()), day) or _covered(
                    self._closed.get(place.center_id, ()), day
                )
                return place if opened <= day < closed and not out else None
        return None

    def always(self, person_id: int, first: date, last: date) -> Place | None:
        """Return where someone was at work on every day from first to last, if it was the same place."""
        jobs = self._jobs.get(person_id, ())
        if len(jobs) != 1 or person_id in self._away or jobs[0][2].center_id in self._closed:
            return None
        since, until, place = jobs[0]
        opened, closed = self._open[place.center_id]
        return place if max(since, opened) <= first and last < min(until, closed) else None

    def _in_charge(self, center_id: int, day: date) -> list[int]:
        """Return who is in charge of a center on a day, whom a check falls to first first; nobody who is away."""
        found = sorted(
            (rank, person)
            for rank, person, since, until in self._charges.get(center_id, ())
            if since <= day < until and self.of(person, day)
        )
        return list(dict.fromkeys(person for _, person in found))


def _covered(spans: Iterable[Days], day: date) -> bool:
    return any(since <= day < until for since, until in spans) if spans else False
