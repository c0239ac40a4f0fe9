"""Who stands behind the ids of the trail. The auditor reads people through its lines only, never training content."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.audit.queries import Line, TrailFilter, iter_lines, list_subject_ids, select_people_of
from lms.people.models import Duty, JobRole, Person, Posting, StaffNumber
from lms.people.rules import DUTY_OF_JOB, DutyKind
from lms.people.search.rules import ESCAPE, Term
from lms.reports.queries import Row, Subjects

# A name that so many share is no question about anyone.
MOST_ACTORS = 200
# These look, and decide nothing that a review of the trail would have to judge.
INDEPENDENT = frozenset({DutyKind.AUDITOR, DutyKind.EXECUTIVE})


class Named(NamedTuple):
    """A person behind an id; both texts are empty when their row is gone."""

    person_id: int
    staff_no: str
    name: str


def find_subject(session: Session, *, staff_no: str) -> int | None:
    """Find the person who holds or once held a staff number."""
    return session.scalar(select(StaffNumber.person_id).where(StaffNumber.staff_no == staff_no))


def find_actors(session: Session, *, text: str, terms: Sequence[Term]) -> tuple[int, ...]:
    """Find who may be meant by a staff number or a part of a name, at most two hundred."""
    exact = find_subject(session, staff_no=text)
    if exact is not None:
        return (exact,)
    fits = [Person.search_text.like(term.pattern, escape=ESCAPE) for term in terms if term.pattern is not None]
    if not fits:
        return ()
    return tuple(session.scalars(select(Person.id).where(*fits).order_by(Person.id).limit(MOST_ACTORS)))


def list_named(session: Session, *, person_ids: Iterable[int]) -> list[Named]:
    """List the people behind some ids, by staff number; those whose row is gone come last."""
    wanted = list(person_ids)
    found = {}
    for start in range(0, len(wanted), 5000):
        some = select(Person.id, Person.staff_no, Person.name).where(Person.id.in_(wanted[start : start + 5000]))
        found.update({row.id: Named(*row) for row in session.execute(some)})
    known = sorted(found.values(), key=lambda one: one.staff_no)
    return known + [Named(one, "", "") for one in wanted if one not in found]


def list_operational_duties(session: Session, *, person_id: int, since: date, until: date) -> frozenset[str]:
    """List the duties someone held at any time from `since` until the day `until`, that of an auditor aside.

    Those their job carries count as well.
    """
    held = select(Duty.kind).where(
        Duty.person_id == person_id,
        Duty.superseded_at.is_(None),
        Duty.starts_on <= until,
        or_(Duty.ends_on.is_(None), Duty.ends_on > since),
    )
    jobs = (
        select(JobRole.code)
        .join(Posting, Posting.role_id == JobRole.id)
        .where(
            Posting.person_id == person_id,
            Posting.superseded_at.is_(None),
            Posting.starts_on <= until,
            or_(Posting.ends_on.is_(None), Posting.ends_on > since),
        )
    )
    implied = {DUTY_OF_JOB[code] for code in session.scalars(jobs) if code in DUTY_OF_JOB}
    return frozenset({*session.scalars(held), *implied} - INDEPENDENT)


def find_people_of_trail(session: Session, *, where: TrailFilter, most: int) -> Subjects:
    """Return whom the lines that fit name, those who acted included; ids when there are at most `most`."""
    people = select_people_of(where).subquery()
    count = session.scalar(select(func.count()).select_from(people)) or 0
    if count > most:
        return Subjects(count, ())
    return Subjects(count, tuple(session.scalars(select(people.c.person_id).order_by(people.c.person_id))))


@dataclass(frozen=True, slots=True)
class TrailWords:
    """Codes of the trail in the reader's language, and the zone whose clock a file shows."""

    actions: Mapping[str, str]
    objects: Mapping[str, str]
    zone: ZoneInfo

    def row(self, line: Line, staff_numbers: Iterable[str]) -> Row:
        """Return a line as a row of a file."""
        return (
            f"{line.at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}",
            line.actor,
            line.origin,
            self.actions.get(line.action, line.action),
            self.objects.get(line.object_type, line.object_type),
            line.object_id,
            line.subject_count,
            ", ".join(staff_numbers),
            line.reason,
            json.dumps(line.detail, ensure_ascii=False) if line.detail else None,
        )


def iter_trail_rows(session: Session, *, where: TrailFilter, words: TrailWords) -> Iterator[Row]:
    """Yield the lines that fit as rows of a file, newest first, with the staff numbers of whom each is about."""
    for block in iter_lines(session, where=where):
        listed = list_subject_ids(session, event_ids=[line.id for line in block])
        people = list_named(session, person_ids={one for ids in listed.values() for one in ids})
        numbers = {person.person_id: person.staff_no or f"#{person.person_id}" for person in people}
        for line in block:
            yield words.row(line, (numbers[one] for one in listed.get(line.id, ())))
