"""Saying which course stands for which: completing the one counts as completing the other."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.assignment_rules.models import CourseEquivalence
from lms.shared.errors import DomainError


def let_stand_for(session: Session, *, course: Course, counts: Course, holds: bool = True, actor: Actor) -> bool:
    """Say that completing `counts` counts as completing `course` (not `holds`: no longer); tell whether that is new.

    Raises:
        DomainError: a course stands for itself ("same_course").
    """
    if course.id == counts.id:
        raise DomainError("same_course", course=course.code)
    standing = session.scalars(
        select(CourseEquivalence).where(
            CourseEquivalence.course_id == course.id,
            CourseEquivalence.counts_id == counts.id,
            CourseEquivalence.superseded_at.is_(None),
        )
    ).one_or_none()
    if (standing is not None) is holds:
        return False
    if standing is None:
        session.add(CourseEquivalence(course_id=course.id, counts_id=counts.id, recorded_at=actor.at))
    else:
        standing.superseded_at = actor.at
    detail: dict[str, object] = {"counts": counts.code, "holds": holds}
    audit.record(session, actor, "rules.set_equivalence", "course", course.code, detail=detail)
    session.flush()
    return True
