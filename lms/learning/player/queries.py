"""Reading a course as one learner stands in it, and how far someone is in all the courses they began."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from lms.courses.models import Course, CoursePrerequisite
from lms.courses.queries import get_course
from lms.enrollments.exceptions.models import Exemption
from lms.enrollments.exceptions.queries import in_force
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.queries import edition_of
from lms.learning.player.rules import go_on
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.queries import (
    criteria_of,
    get_record,
    list_steps,
    list_study_facts,
    record_of,
    study_facts,
)
from lms.learning.progress.rules import Outlook, Step, StudyFacts, outlook
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Study:
    """A course as one learner stands in it. `cycles`: every enrollment of theirs in it, the latest first."""

    course: Course
    cycles: Sequence[Enrollment]
    enrollment: Enrollment
    edition: Edition
    record: StudyRecord | None
    facts: StudyFacts
    locking: Sequence[Course]

    @property
    def outlook(self) -> Outlook:
        """Return where the learner stands and what is missing."""
        return outlook(self.facts)

    def module(self, key: str | None) -> Module | None:
        """Return the module with a key, or None."""
        return next((one for one in self.edition.modules if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Begun:
    """How far someone is in a course they began, for lists; `step` is the module to go on with, None when none is."""

    record: StudyRecord
    outlook: Outlook
    step: Step | None


def read_study(session: Session, *, person_id: int, course_id: str, today: date) -> Study:
    """Read a course, named by its public id, as a person stands in it.

    Raises:
        NotFoundError: there is no such course, they are not enrolled in it, or it is not learned here.
    """
    course = get_course(session, public_id=course_id)
    cycles = _cycles(session, person_id, course)
    current = next((one for one in cycles if one.voided_on is None or one.voided_on > today), None)
    edition = edition_of(session, current.course_version_id) if current else None
    if current is None or edition is None:
        raise NotFoundError
    if record := record_of(session, current.id):
        return _study(session, course, cycles, record, today)
    completed = current.completed_on is not None and current.completed_on <= today
    facts = StudyFacts(list_steps(session, edition.id), {}, criteria_of(edition), is_completed=completed)
    return Study(course, cycles, current, edition, None, facts, _locking(session, person_id, course, today))


def read_own_study(session: Session, *, person_id: int, record_id: str, today: date) -> Study:
    """Read a course by the public id of a person's own study record.

    Raises:
        NotFoundError: it is missing, or somebody else's.
    """
    record = get_record(session, person_id=person_id, public_id=record_id)
    course = record.edition.course
    return _study(session, course, _cycles(session, person_id, course), record, today)


def _study(session: Session, course: Course, cycles: Sequence[Enrollment], record: StudyRecord, today: date) -> Study:
    person_id = record.enrollment.person_id
    facts = study_facts(session, record, today)
    locking = _locking(session, person_id, course, today)
    # Of a published edition this finds the one at hand, now with its modules and files.
    edition = edition_of(session, record.edition.course_version_id or 0) or record.edition
    return Study(course, cycles, record.enrollment, edition, record, facts, locking)


def _cycles(session: Session, person_id: int, course: Course) -> Sequence[Enrollment]:
    own = select(Enrollment).where(Enrollment.person_id == person_id, Enrollment.course_id == course.id)
    return session.scalars(own.order_by(Enrollment.cycle.desc())).all()


def _locking(session: Session, person_id: int, course: Course, today: date) -> Sequence[Course]:
    """Return the courses to complete first: prerequisites that are assigned, open, and were never completed.

    One that was never assigned locks nothing, as nobody could open it; nor does one that they are exempt from.
    """
    mine, ever = aliased(Enrollment), aliased(Enrollment)
    is_in_force = or_(mine.voided_on.is_(None), mine.voided_on > today)
    needed = (
        select(Course)
        .join(CoursePrerequisite, CoursePrerequisite.requires_id == Course.id)
        .where(
            CoursePrerequisite.course_id == course.id,
            exists().where(mine.course_id == Course.id, mine.person_id == person_id, is_in_force),
            ~exists().where(Exemption.course_id == Course.id, Exemption.person_id == person_id, in_force(today)),
            ~exists().where(
                ever.course_id == Course.id,
                ever.person_id == person_id,
                ever.completed_on <= today,
                or_(ever.voided_on.is_(None), ever.voided_on > today),
            ),
        )
    )
    return session.scalars(needed.order_by(Course.code)).all()


def list_courses_learned_here(session: Session, person_id: int) -> frozenset[str]:
    """Return the public ids of the courses that a person is enrolled in and can learn here."""
    learned = select(Course.public_id).join(Enrollment, Enrollment.course_id == Course.id)
    learned = learned.join(Edition, Edition.course_version_id == Enrollment.course_version_id)
    return frozenset(session.scalars(learned.where(Enrollment.person_id == person_id)))


def list_begun(session: Session, person_id: int, today: date) -> dict[int, Begun]:
    """Return how far a person is in each course they began, by enrollment id, the latest one first."""
    found = list_study_facts(session, person_id=person_id, today=today)
    latest_first = sorted(found, key=lambda one: one[0].last_at, reverse=True)
    return {
        record.enrollment_id: Begun(record, outlook(facts), go_on(facts, record.last_key, today))
        for record, facts in latest_first
    }
