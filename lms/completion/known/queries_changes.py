"""What changed a report since an instant: whose figures differ, and in which courses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.known.queries import reading_as_known
from lms.completion.known.rules_changes import Counted, Difference, Told, differences
from lms.completion.queries import person_tallies
from lms.completion.queries_counting import (
    Reach,
    counted,
    enrollment,
    is_done,
    places_of_counted,
    reach_of,
)
from lms.completion.queries_labels import Label, course_labels, load_organization
from lms.completion.rules import RateFilter, Tally, total
from lms.enrollments.models import EnrollmentRevision
from lms.people.models import Person
from lms.people.queries import visible_people
from lms.people.rules import Scope
from lms.shared.paging import Page, page_of


class Here(NamedTuple):
    """Someone in a rate: their center and job role, and what counts."""

    center_id: int
    role_id: int
    tally: Tally


class ChangedPerson(NamedTuple):
    """Someone whose part in the report differs: where they stand now (else stood), and which courses differ."""

    staff_no: str
    name: str
    public_id: str
    person_id: int
    center: Label
    before: Tally
    after: Tally
    moved: bool
    differences: Sequence[tuple[Label, Difference]]


@dataclass(frozen=True, slots=True)
class ChangedReport:
    """A report as known then and now, and whose part in it differs; `people` is None while names are closed."""

    before: Tally
    after: Tally
    changed: int
    people: Page[ChangedPerson] | None


def read_changes(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    known_at: datetime,
    where: RateFilter | None = None,
    names: bool,
    page: int = 1,
) -> ChangedReport:
    """Compare the rate of `as_of` as known then with what is known now, person by person.

    The differences of the people are the difference of the rates. `names` lists one page of those the viewer may name.
    """
    where = where or RateFilter()
    with reading_as_known(session, known_at, scope=scope) as past:
        reach_then = reach_of(past, scope=scope, as_of=as_of, where=where, named=False)
        before = _everyone(past, as_of, reach_then)
        reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=False)
        after = _everyone(session, as_of, reach)
        ids = [one for one in before.keys() | after.keys() if before.get(one) != after.get(one)]
        people = None
        if names:
            found = _page_of(session, scope, ids, page)
            asked = [row.id for row in found.rows]
            then = _counted(past, as_of, reach_then, [one for one in asked if one in before])
            now = _counted(session, as_of, reach, [one for one in asked if one in after])
            told = _told(session, known_at, then, now)
            people = Page(_lines(session, as_of, found.rows, (before, after), (then, now), told), page, found.total)
    return ChangedReport(_sum(before), _sum(after), len(ids), people)


def _everyone(session: Session, as_of: date, reach: Reach) -> dict[int, Here]:
    tallies = person_tallies(as_of, reach).subquery("tallies")
    active = places_of_counted(as_of, reach).subquery("active")
    columns = (active.c.person_id, active.c.center_id, active.c.role_id)
    rows = session.execute(
        select(*columns, tallies.c.due, tallies.c.done, tallies.c.on_time).join(
            tallies, tallies.c.person_id == active.c.person_id
        )
    )
    return {row[0]: Here(row[1], row[2], Tally(*row[3:])) for row in rows}


def _page_of(session: Session, scope: Scope, ids: Collection[int], page: int) -> Page[Any]:
    """Find one page of people by staff number; few enough differ to sort them here."""
    known: list[Any] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), 5_000):
        some = Person.id.in_(wanted[start : start + 5_000])
        people = select(Person.id, Person.staff_no, Person.name, Person.public_id).where(some, visible_people(scope))
        known += session.execute(people).all()
    known.sort(key=lambda row: row.staff_no)
    return page_of(known, page)


def _counted(session: Session, as_of: date, reach: Reach, ids: Sequence[int]) -> dict[int, dict[int, Counted]]:
    """Return what counts of each of these people, by course."""
    on_time = enrollment.c.completed_on <= enrollment.c.due_on
    columns = (enrollment.c.person_id, enrollment.c.course_id, enrollment.c.id, is_done(as_of), on_time)
    # Whoever is asked for is active here: looking for everyone's place again would read them all.
    query = counted(as_of, Reach(course_ids=reach.course_ids), *columns).where(enrollment.c.person_id.in_(ids))
    found: dict[int, dict[int, Counted]] = {}
    for person_id, course_id, enrollment_id, done, in_time in session.execute(query):
        found.setdefault(person_id, {})[course_id] = Counted(enrollment_id, bool(done), bool(in_time))
    return found


def _told(session: Session, known_at: datetime, *sides: dict[int, dict[int, Counted]]) -> dict[int, Told]:
    """Return what the histories of these enrollments tell since."""
    ids = {one.enrollment_id for side in sides for courses in side.values() for one in courses.values()}
    table = enrollment.c
    new = session.execute(select(table.id, table.recorded_at).where(table.id.in_(ids), table.recorded_at > known_at))
    told = {row.id: Told(None, row.recorded_at) for row in new}
    former = select(EnrollmentRevision.enrollment_id, EnrollmentRevision.cause, EnrollmentRevision.superseded_at)
    former = former.where(EnrollmentRevision.enrollment_id.in_(ids), EnrollmentRevision.superseded_at > known_at)
    for enrollment_id, cause, at in session.execute(former.order_by(EnrollmentRevision.superseded_at)):
        told[enrollment_id] = Told(cause, at)
    return told


def _lines(
    session: Session,
    as_of: date,
    rows: Sequence[Any],
    everyone: tuple[dict[int, Here], dict[int, Here]],
    counted_: tuple[dict[int, dict[int, Counted]], dict[int, dict[int, Counted]]],
    told: dict[int, Told],
) -> list[ChangedPerson]:
    organization, courses = load_organization(session, as_of=as_of), course_labels(session)
    lines = []
    for person_id, staff_no, name, public_id in rows:
        was, is_ = (side.get(person_id) for side in everyone)
        then, now = (side.get(person_id, {}) for side in counted_)
        here = is_ or was
        if here is None:
            continue
        found = differences(then, now, told, was=was is not None, is_=is_ is not None)
        lines.append(
            ChangedPerson(
                staff_no, name, public_id, person_id, organization.labels[here.center_id],
                was.tally if was else Tally(), is_.tally if is_ else Tally(),
                bool(was and is_ and was[:2] != is_[:2]), [(courses[one.course_id], one) for one in found],
            )
        )  # fmt: skip
    return lines


def _sum(people: dict[int, Here]) -> Tally:
    return total(one.tally for one in people.values())
