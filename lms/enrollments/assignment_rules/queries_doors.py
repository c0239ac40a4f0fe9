"""Which completions let people into an audience: asked at every completion, so it is one short statement."""

from sqlalchemy import Text, and_, cast, select
from sqlalchemy.orm import Session

from lms.courses.models import Course
from lms.enrollments.assignment_rules.models import AssignmentRuleVersion, CourseEquivalence
from lms.enrollments.assignment_rules.rules_terms import VersionState, from_json


def is_door(session: Session, course_id: int) -> bool:
    """Tell whether some rule in force asks for a course, or its tier, to have been completed."""
    terms = cast(AssignmentRuleVersion.terms, Text)
    without = and_(terms.contains('"tiers_reached": []'), terms.contains('"completed_course_ids": []'))
    asking = select(AssignmentRuleVersion.terms).where(AssignmentRuleVersion.state == VersionState.PUBLISHED, ~without)
    audiences = [from_json(kept).audience for kept in session.scalars(asking)]
    if not audiences:
        return False
    standing_for = select(CourseEquivalence.course_id).where(
        CourseEquivalence.counts_id == course_id, CourseEquivalence.superseded_at.is_(None)
    )
    courses = {course_id, *session.scalars(standing_for)}
    tiers = set(session.scalars(select(Course.tier_level).where(Course.id.in_(courses))))
    return any(courses & set(one.completed_course_ids) or tiers & set(one.tiers_reached) for one in audiences)
