"""Whom a new version of a course concerns."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.enrollments.models import Enrollment
from lms.enrollments.versions.rules import Standing
from lms.people.queries import active_postings


def standing_of(session: Session, course: Course, *, on: date) -> Standing:
    """Count who is learning a course, who completed it, and who of those is active on a day and must have it."""
    latest = select(
        func.count().filter(Enrollment.completed_on.is_(None)),
        func.count().filter(Enrollment.completed_on.is_not(None)),
        func.count().filter(Enrollment.completed_on.is_not(None), *_asked(on)),
    ).where(*_latest(course))
    return Standing(*session.execute(latest).one())


def list_open(session: Session, version: CourseVersion, *, limit: int) -> Sequence[Enrollment]:
    """Return some open enrollments that are of another version of the course, by id."""
    found = select(Enrollment).where(*_latest(version.course), *_of_others(version), Enrollment.completed_on.is_(None))
    return session.scalars(found.order_by(Enrollment.id).limit(limit)).all()


def list_completed(
    session: Session, version: CourseVersion, *, on: date, limit: int, after: int = 0
) -> Sequence[Enrollment]:
    """Return some of the latest cycles that active people who must have the course completed as another version."""
    found = _completed(version).where(Enrollment.id > after, *_asked(on))
    return session.scalars(found.order_by(Enrollment.id).limit(limit)).all()


def _completed(version: CourseVersion) -> Select[Enrollment]:
    done = Enrollment.completed_on.is_not(None)
    return select(Enrollment).where(*_latest(version.course), *_of_others(version), done)


def _latest(course: Course) -> tuple[ColumnElement[bool], ...]:
    return (
        Enrollment.course_id == course.id,
        Enrollment.has_later_cycle.is_(False),
        Enrollment.voided_on.is_(None),
    )


def _of_others(version: CourseVersion) -> tuple[ColumnElement[bool], ...]:
    return (Enrollment.course_version_id != version.id,)


def _asked(on: date) -> tuple[ColumnElement[bool], ...]:
    active = active_postings(on).subquery()
    return Enrollment.required.is_(True), Enrollment.person_id.in_(select(active.c.person_id))
