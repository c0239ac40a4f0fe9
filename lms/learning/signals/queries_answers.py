"""What was answered in quizzes, for the signals: how often someone tried, what was wrong, who could have told."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.models import Attempt, AttemptItem
from lms.people.queries import active_postings

# Answers are passed on among colleagues, and go stale.
PASSED_ON = timedelta(days=30)


def count_attempts(session: Session, *, record_id: int) -> dict[str, int]:
    """Return how often each quiz of a record was taken to its end, by the module's key."""
    ended = select(Attempt.module_key, func.count()).where(
        Attempt.record_id == record_id, Attempt.ended_at.is_not(None)
    )
    return dict(session.execute(ended.group_by(Attempt.module_key)).all())


def wrong_answers(session: Session, *, record_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return by record the wrong answers it holds, as texts that are equal for equal answers; blanks are none."""
    given = (
        select(Attempt.record_id, AttemptItem.question_id, AttemptItem.answer)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.record_id.in_(record_ids), Attempt.ended_at.is_not(None), AttemptItem.is_right.is_(False))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for record_id, question_id, answer in session.execute(given):
        if answer is not None:
            found[record_id].add(f"{question_id}:{json.dumps(answer, ensure_ascii=False)}")
    return {record_id: frozenset(texts) for record_id, texts in found.items()}


def wrong_of_colleagues(session: Session, record: StudyRecord, on: date) -> Mapping[int, frozenset[str]]:
    """Return the wrong answers of people at the same center who took the course's quizzes in the 30 days before."""
    postings = active_postings(on).subquery()
    person_id = record.enrollment.person_id
    centers = select(postings.c.center_id).where(postings.c.person_id == person_id)
    ended = (record.completed_at or record.last_at) - PASSED_ON, record.completed_at or record.last_at
    colleagues = (
        select(StudyRecord.id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .join(Attempt, Attempt.record_id == StudyRecord.id)
        .join(postings, postings.c.person_id == Enrollment.person_id)
        .where(
            Enrollment.course_id == record.enrollment.course_id, Enrollment.person_id != person_id,
            postings.c.center_id.in_(centers), Attempt.ended_at.between(*ended),
        )
    )  # fmt: skip
    return wrong_answers(session, record_ids=session.scalars(colleagues.distinct()).all())
