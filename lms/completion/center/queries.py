"""Reading one center: which ones a viewer may look into, its people with all they are to learn, who came lately."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, literal, select
from sqlalchemy.orm import Session

from lms.completion.center.rules import (
    Arrival,
    Board,
    BoardCourse,
    BoardPerson,
    CellFacts,
    Center,
    arrivals_of,
    row_of,
)
from lms.completion.queries_counting import enrollment, exempted_on, superseded_on
from lms.completion.rules import EnrollmentFacts, Standing
from lms.courses.models import Course, CourseVersion, Tier
from lms.enrollments.dues.queries import load_whereabouts
from lms.enrollments.rules import events_of
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers, frontline_roles, is_open, on_leave, visible_people
from lms.people.rules import CENTER_DUTIES, DUTY_OF_JOB, DutyKind, Scope, UnitKind
from lms.shared.db import among
from lms.shared.errors import NotFoundError

CellsOf = dict[int, dict[int, list[CellFacts]]]  # by person and course
# Statements are built once for the same question: see `people.queries.placement_on`.
Rows = Select[*tuple[Any, ...]]
CENTER_ID: BindParameter[int] = bindparam("center_id")
COURSES: Rows = (
    select(
        Course.id, Course.public_id, Course.code, Course.title_ko, Course.title_en,
        Tier.level, Tier.name_ko, Tier.name_en,
    )
    .join(Tier, Tier.level == Course.tier_level)
    .where(among(Course.id, "ids"))
    .order_by(Tier.level, Course.code)
)  # fmt: skip


class InCharge(NamedTuple):
    """Who looks after the center from–to, by appointment or by job."""

    kind: DutyKind
    person_id: int
    name: str
    starts_on: date
    ends_on: date | None
    is_away: bool


def get_center(session: Session, *, scope: Scope, public_id: str) -> Center:
    """Return a center whose people the viewer may name, be it after stating a purpose.

    Raises:
        NotFoundError: out of scope, missing, or no center.
    """
    found = [Center(*row) for row in session.execute(_center_named(scope.on), {"public_id": public_id})]
    if not found or not (scope.network or found[0].id in scope.center_ids):
        raise NotFoundError
    return found[0]


def list_own_centers(session: Session, *, scope: Scope) -> list[Center]:
    """List the open centers that the viewer holds a center's duty for, by code."""
    own = scope.own_center_ids
    return [Center(*row) for row in session.execute(_centers_with(scope.on), {"ids": list(own)})] if own else []


@lru_cache(maxsize=8)
def _center_named(on: date) -> Rows:
    return _centers(on).where(OrgUnit.public_id == bindparam("public_id"))


@lru_cache(maxsize=8)
def _centers_with(on: date) -> Rows:
    return _centers(on).where(among(OrgUnit.id, "ids"))


def _centers(on: date) -> Rows:
    columns = (OrgUnit.id, OrgUnit.public_id, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en, is_open(on))
    return select(*columns).where(OrgUnit.kind == UnitKind.CENTER).order_by(OrgUnit.code)


def load_board(session: Session, *, scope: Scope, center: Center, as_of: date) -> Board:
    """Load everyone posted to a center on a day, and how each of their courses stands: three statements.

    Whoever has moved away by the day is not there; whoever the viewer may not name today is not either.
    """
    people = _people(session, scope, center, as_of)
    cells = _cells(session, [person.id for person in people], as_of)
    course_ids = {course_id for courses in cells.values() for course_id in courses}
    rows = [row_of(person, cells.get(person.id, {}), as_of) for person in people]
    return Board(rows, _courses(session, course_ids))


def _people(session: Session, scope: Scope, center: Center, as_of: date) -> list[BoardPerson]:
    rows = session.connection().execute(_people_at(scope, as_of), {"center_id": center.id})
    return [BoardPerson._make((*row[:-1], _standing(center, row[-1]))) for row in rows]


@lru_cache(maxsize=64)
def _people_at(scope: Scope, as_of: date) -> Rows:
    return (
        select(
            Person.id, Person.public_id, Person.staff_no, Person.name,
            JobRole.code, JobRole.title_ko, JobRole.title_en,
            JobRole.id.in_(frontline_roles(as_of)), on_leave(Person.id, as_of),
        )
        .join(Posting, Posting.person_id == Person.id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.center_id == CENTER_ID, Posting.is_primary, covers(Posting, as_of), visible_people(scope))
        .order_by(JobRole.id, Person.name, Person.staff_no)
    )  # fmt: skip


def _standing(center: Center, away: bool) -> Standing:
    if not center.is_open:
        return Standing.CENTER_CLOSED
    return Standing.ON_LEAVE if away else Standing.ACTIVE


def _cells(session: Session, person_ids: Sequence[int], as_of: date) -> CellsOf:
    # Through the connection: the session would look at each of a thousand rows for objects.
    rows = session.connection().execute(_enrollments_of(as_of), {"ids": person_ids})
    found: CellsOf = {person_id: {} for person_id in person_ids}
    for person_id, course_id, number, cycle, *facts in rows:
        one = CellFacts(number, cycle, EnrollmentFacts._make(facts))
        found[person_id].setdefault(course_id, []).append(one)
    return found


@lru_cache(maxsize=8)
def _enrollments_of(as_of: date) -> Rows:
    columns = enrollment.c
    return (
        select(
            columns.person_id, columns.course_id, columns.id, columns.cycle,
            # in the order of `EnrollmentFacts`
            columns.required, columns.assigned_on, columns.due_on, columns.completed_on, columns.voided_on,
            superseded_on(as_of), CourseVersion.validity_months, exempted_on(as_of),
        )
        .join(CourseVersion, CourseVersion.id == columns.course_version_id)
        .where(among(columns.person_id, "ids"), columns.assigned_on <= as_of)
    )  # fmt: skip


def _courses(session: Session, ids: Iterable[int]) -> list[BoardCourse]:
    return [BoardCourse(*row) for row in session.execute(COURSES, {"ids": list(ids)})]


def list_arrivals(session: Session, *, board: Board, as_of: date) -> list[Arrival]:
    """List who of a board's people came lately, the latest first."""
    stays, aways = load_whereabouts(session, [row.person.id for row in board.rows])
    found = [
        arrival
        for person_id, of_person in stays.items()
        for arrival in arrivals_of(person_id, events_of(of_person), aways.get(person_id, ()), as_of)
    ]
    return sorted(found, key=lambda one: (-one.on.toordinal(), one.person_id))


def list_in_charge(session: Session, *, center: Center, as_of: date) -> list[InCharge]:
    """List who holds a center's duty on a day, by appointment or by the job they hold there.

    The center was found within the viewer's scope; whoever looks after it may be posted elsewhere, but has not left.
    """
    here = {"center_id": center.id}
    appointed, by_job = _in_charge(as_of)
    found = [InCharge(DutyKind(row[0]), *row[1:]) for row in session.execute(appointed, here)]
    found += [InCharge(DUTY_OF_JOB[row[0]], *row[1:]) for row in session.execute(by_job, here)]
    order = list(DutyKind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.starts_on, one.name))


@lru_cache(maxsize=8)
def _in_charge(as_of: date) -> tuple[Rows, Rows]:
    """Build the statements of `list_in_charge`: by appointment, and by job."""
    who = (Person.id, Person.name)
    at_work = select(literal(1)).select_from(Posting).join(OrgUnit, OrgUnit.id == Posting.center_id)
    at_work = at_work.where(Posting.person_id == Duty.person_id, covers(Posting, as_of), is_open(as_of))
    appointed = (
        select(Duty.kind, *who, Duty.starts_on, Duty.ends_on, on_leave(Person.id, as_of))
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.unit_id == CENTER_ID, covers(Duty, as_of), Duty.kind.in_(CENTER_DUTIES), at_work.exists())
    )
    by_job = (
        select(JobRole.code, *who, Posting.starts_on, Posting.ends_on, on_leave(Person.id, as_of))
        .join(Posting, Posting.role_id == JobRole.id)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.center_id == CENTER_ID, covers(Posting, as_of), JobRole.code.in_(DUTY_OF_JOB))
    )
    return appointed, by_job
