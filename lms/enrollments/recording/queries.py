"""Reading for completions recorded by hand: who was picked, whether the viewer may, and what was recorded before."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course
from lms.enrollments.assignments.queries import list_writable_centers
from lms.enrollments.models import Enrollment, EnrollmentRevision, Recording
from lms.enrollments.recording.rules import (
    MOST_PICKED,
    Batch,
    Cycle,
    Line,
    Version,
    standing_cycle,
    verdict_of,
)
from lms.people.models import Person, Posting
from lms.people.queries import covers, visible_people
from lms.people.rules import Scope, names_open
from lms.shared.errors import DomainError, NotFoundError

Pick = tuple[str, str]  # public ids of a person and of a course


class Picked(NamedTuple):
    """Someone who was picked."""

    id: int
    public_id: str
    staff_no: str
    name: str
    center_id: int


def read_batch(session: Session, *, scope: Scope, picks: Collection[Pick]) -> Batch:
    """Return what recording completions for these people's courses would do.

    Raises:
        DomainError: nothing is picked ("nothing_picked"), or far too much ("too_many").
        NotFoundError: a person or course is missing, or the person is not where the viewer may record.
    """
    wanted = list(dict.fromkeys(picks))
    if not wanted:
        raise DomainError("nothing_picked")
    if len(wanted) > MOST_PICKED:
        raise DomainError("too_many", most=MOST_PICKED)
    people = get_picked(session, scope=scope, public_ids={person for person, _ in wanted})
    courses = _courses(session, {course for _, course in wanted})
    cycles = _cycles(session, [one.id for one in people.values()], [course.id for course in courses.values()])
    lines = []
    for person_public_id, course_public_id in wanted:
        person, course = people[person_public_id], courses[course_public_id]
        cycle = standing_cycle(cycles.get((person.id, course.id), ()), scope.on)
        verdict = verdict_of(cycle, scope.on, is_oneself=person.id == scope.person_id)
        lines.append(
            Line(
                person.id, person.public_id, person.staff_no, person.name, person.center_id,
                course.public_id, course.code, course.title_ko, course.title_en, cycle, verdict,
            )
        )  # fmt: skip
    return Batch(sorted(lines, key=lambda line: (line.course_code, line.staff_no)))


def get_picked(session: Session, *, scope: Scope, public_ids: Collection[str]) -> dict[str, Picked]:
    """Return people who work today where the viewer may record and assign, with their names open.

    Raises:
        NotFoundError: one of them is missing, or works elsewhere.
    """
    rows = session.execute(
        select(Person.id, Person.public_id, Person.staff_no, Person.name, Posting.center_id)
        .join(Posting, Posting.person_id == Person.id)
        .where(
            Person.public_id.in_(public_ids), Posting.is_primary, covers(Posting, scope.on),
            Posting.center_id.in_(list_writable_centers(session, scope=scope)), visible_people(scope),
        )
    )  # fmt: skip
    found = {row.public_id: Picked(*row) for row in rows}
    if found.keys() != set(public_ids) or not names_open(scope, {one.center_id for one in found.values()}):
        raise NotFoundError
    return found


def _courses(session: Session, public_ids: Collection[str]) -> dict[str, Course]:
    found = {one.public_id: one for one in session.scalars(select(Course).where(Course.public_id.in_(public_ids)))}
    if found.keys() != set(public_ids):
        raise NotFoundError
    return found


def _cycles(
    session: Session, person_ids: Collection[int], course_ids: Collection[int]
) -> dict[tuple[int, int], list[Cycle]]:
    rows = session.execute(
        select(
            Enrollment.person_id, Enrollment.course_id, Enrollment.id, Enrollment.cycle, Enrollment.required,
            Enrollment.assigned_on, Enrollment.due_on, Enrollment.completed_on, Enrollment.voided_on,
        ).where(Enrollment.person_id.in_(person_ids), Enrollment.course_id.in_(course_ids))
    )  # fmt: skip
    found: dict[tuple[int, int], list[Cycle]] = {}
    for row in rows:
        found.setdefault((row.person_id, row.course_id), []).append(Cycle(*row[2:]))
    return found


def find_recording(session: Session, *, request_key: str) -> Recording | None:
    """Return what a form recorded before, or None."""
    return session.scalar(select(Recording).where(Recording.request_key == request_key))


def get_enrollment(session: Session, *, scope: Scope, person_id: int, course_public_id: str, cycle: int) -> Enrollment:
    """Return one cycle of a person's course, assigned by the scope's day.

    Raises:
        NotFoundError: there is none, or the viewer may not see the person.
    """
    wanted = (
        select(Enrollment)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(
            Enrollment.person_id == person_id, Course.public_id == course_public_id, Enrollment.cycle == cycle,
            Enrollment.assigned_on <= scope.on, visible_people(scope),
        )
    )  # fmt: skip
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_versions(session: Session, enrollment: Enrollment) -> list[Version]:
    """List what was known of a completion, from when on and by whom; the enrollment was found within scope."""
    former = session.scalars(
        select(EnrollmentRevision)
        .where(EnrollmentRevision.enrollment_id == enrollment.id)
        .order_by(EnrollmentRevision.recorded_at, EnrollmentRevision.id)
    )
    states = [*former, enrollment]
    names = _names(session, (state.recorded_by_id for state in states))
    return [
        Version(
            state.recorded_at, state.completed_on, names.get(state.recorded_by_id or 0),
            state.evidence_kind, state.evidence_note, state.completion_reason,
        )
        for state in states
    ]  # fmt: skip


def _names(session: Session, person_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = select(Person.id, Person.name).where(Person.id.in_({one for one in person_ids if one is not None}))
    return dict(session.execute(wanted).all())
