"""Reading how questions did in first attempts."""

from collections import defaultdict

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from lms.learning.quizzes.models import Attempt, AttemptItem, Question
from lms.learning.quizzes.rules_analysis import Analysis, Sight, analyze

MOST_ATTEMPTS = 5000


def analyses(session: Session, *, course_id: int) -> dict[int, Analysis]:
    """Return the figures of each question of a course that was asked, by id, of the latest 5,000 first attempts."""
    right = cast(AttemptItem.is_right, Integer)
    of_course = (
        select(Attempt.id)
        .join(AttemptItem)
        .join(Question)
        .where(Question.course_id == course_id, Attempt.number == 1, Attempt.ended_at.is_not(None))
        .group_by(Attempt.id)
        .order_by(Attempt.id.desc())
        .limit(MOST_ATTEMPTS)
    )
    rows = session.execute(
        select(
            AttemptItem.question_id,
            right,
            AttemptItem.seconds,
            func.sum(right).over(partition_by=AttemptItem.attempt_id),
            func.count().over(partition_by=AttemptItem.attempt_id),
        ).where(AttemptItem.attempt_id.in_(of_course))
    )
    seen: dict[int, list[Sight]] = defaultdict(list)
    for question_id, is_right, seconds, all_right, number in rows:
        rest = 100 * (all_right - is_right) // (number - 1) if number > 1 else None
        seen[question_id].append(Sight(bool(is_right), rest, seconds))
    return {question_id: analyze(sights) for question_id, sights in seen.items()}
