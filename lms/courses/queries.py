"""Reading the catalog. It names no people, so it takes no scope."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from lms.courses.models import Competency, Course, CourseCompetency, CoursePrerequisite, CourseVersion, Tier
from lms.shared.errors import NotFoundError

# A list and a page show the same facts: one statement for each kind, however many courses.
SHOWN = (
    joinedload(Course.tier),
    selectinload(Course.versions),
    selectinload(Course.competencies),
    selectinload(Course.audience),
    selectinload(Course.prerequisites),
)
SEARCHED = (Course.code, Course.title_ko, Course.title_en)


def find_course(session: Session, code: str) -> Course | None:
    """Return the course with this code, or None."""
    return session.scalar(select(Course).where(Course.code == code).options(*SHOWN))


def get_course(session: Session, *, public_id: str) -> Course:
    """Return the course that an address names.

    Raises:
        NotFoundError: there is none.
    """
    course = session.scalar(select(Course).where(Course.public_id == public_id).options(*SHOWN))
    if course is None:
        raise NotFoundError
    return course


def list_courses(
    session: Session, *, tier: int | None = None, competency: str | None = None, text: str = ""
) -> Sequence[Course]:
    """Return courses by tier and code with all that a list shows; `text` is looked for in code and titles."""
    found = select(Course).options(*SHOWN).order_by(Course.tier_level, Course.code)
    if tier is not None:
        found = found.where(Course.tier_level == tier)
    if competency is not None:
        teaching = select(CourseCompetency.course_id).where(CourseCompetency.competency_code == competency)
        found = found.where(Course.id.in_(teaching))
    if text.strip():
        found = found.where(or_(*(_contains(column, text.strip()) for column in SEARCHED)))
    return session.scalars(found).all()


def _contains(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.lower(), autoescape=True)


def list_courses_opened_by(session: Session, course: Course) -> Sequence[Course]:
    """Return the courses that name this one as a prerequisite."""
    needing = select(CoursePrerequisite.course_id).where(CoursePrerequisite.requires_id == course.id)
    return session.scalars(select(Course).where(Course.id.in_(needing)).order_by(Course.code)).all()


def list_assignable_courses(session: Session, *, on: date) -> Sequence[Course]:
    """Return the courses that are not retired on a day, by code."""
    in_use = or_(Course.retired_on.is_(None), Course.retired_on > on)
    return session.scalars(select(Course).where(in_use).order_by(Course.code)).all()


def list_tiers(session: Session) -> Sequence[Tier]:
    """Return all tiers in their order."""
    return session.scalars(select(Tier).order_by(Tier.level)).all()


def list_competencies(session: Session) -> Sequence[Competency]:
    """Return the I CARE competencies in their order."""
    return session.scalars(select(Competency).order_by(Competency.position)).all()


def version_in_force(course: Course, on: date) -> CourseVersion:
    """Return the version of a loaded course that holds on a day; the first one before all of them."""
    holding = [one for one in course.versions if one.effective_on is None or one.effective_on <= on]
    return (holding or course.versions[:1])[-1]


def versions_in_force(session: Session, on: date, course_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Return the id of the version that holds on a day, by course id."""
    versions = select(CourseVersion.course_id, CourseVersion.id, CourseVersion.effective_on)
    if course_ids is not None:
        versions = versions.where(CourseVersion.course_id.in_(course_ids))
    found: dict[int, int] = {}
    for course_id, version_id, effective_on in session.execute(versions.order_by(CourseVersion.number)):
        if course_id not in found or effective_on is None or effective_on <= on:
            found[course_id] = version_id
    return found
