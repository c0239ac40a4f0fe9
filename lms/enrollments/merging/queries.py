"""Reads for merging enrollments; they serve the merge, whose viewer sees both people whole."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.people.merging.parts import Figure, Merging


def list_of_people(session: Session, person_ids: Collection[int]) -> Sequence[Enrollment]:
    """List the enrollments of people, in a fixed order."""
    return session.scalars(select(Enrollment).where(Enrollment.person_id.in_(person_ids)).order_by(Enrollment.id)).all()


def preview(session: Session, merging: Merging) -> list[Figure]:
    """Count what either has, and what both have of the same course."""
    found = list_of_people(session, (merging.kept_id, merging.merged_id))
    kept = [one for one in found if one.person_id == merging.kept_id]
    merged = [one for one in found if one.person_id == merging.merged_id]
    courses = {one.course_id for one in kept} & {one.course_id for one in merged}
    days = Counter((one.course_id, one.assigned_on) for one in found)
    return [
        Figure("enrollments", len(kept), len(merged)),
        Figure("completions", _completed(kept), _completed(merged)),
        Figure("courses_of_both", None, len(courses)),
        Figure("same_day", None, sum(number > 1 for number in days.values())),
    ]


def _completed(enrollments: Sequence[Enrollment]) -> int:
    return sum(one.completed_on is not None for one in enrollments)


def standing(enrollments: Sequence[Enrollment]) -> list[list[Any]]:
    """Return whose each enrollment is, as which cycle, and when it was last written, in plain values."""
    return [[one.id, one.person_id, one.cycle, one.has_later_cycle, one.recorded_at.isoformat()] for one in enrollments]
