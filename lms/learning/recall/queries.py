"""Reading what someone is asked again, and what everyone still knew."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, cast, func, select
from sqlalchemy.orm import Session, joinedload

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition
from lms.learning.quizzes.models import Question
from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.rules import Kind, parts_of
from lms.learning.recall.models import RecallAnswer
from lms.learning.recall.rules import A_TIME, EARLIEST, LATEST, chosen, interval_on, name_of, options_of
from lms.people.queries import active_postings


class Due(NamedTuple):
    """A question that someone is asked again: after how many days, under which name, with its options and theirs."""

    enrollment: Enrollment
    days: int
    question: Question
    name: str
    options: list[list[Any]]


class Result(NamedTuple):
    """How many answers a course got at an interval, and how many were right."""

    course: Course
    days: int
    answers: int
    right: int

    @property
    def percent(self) -> int:
        """Return the floored share of right answers."""
        return 100 * self.right // self.answers if self.answers else 0


def list_due(session: Session, *, person_id: int, on: date, secret: str) -> list[Due]:
    """List what someone is asked on a day, earliest completion first; nothing of who left or is on leave."""
    asked = [
        (enrollment, days)
        for enrollment in _completed(session, person_id, on)
        if enrollment.completed_on and (days := interval_on(enrollment.completed_on, on))
    ]
    if not asked:
        return []
    questions = _questions(session, {enrollment.course_id for enrollment, _ in asked})
    answered = _answered(session, [enrollment.id for enrollment, _ in asked])
    return [
        due
        for enrollment, days in asked
        for due in _of(enrollment, days, questions[enrollment.course_id], answered[enrollment.id, days], secret)
    ]


def _completed(session: Session, person_id: int, on: date) -> Sequence[Enrollment]:
    return session.scalars(_completed_by(on), {"person_id": person_id}).all()


# Everyone's own page asks: see `people.queries.placement_on`.
@lru_cache(maxsize=8)
def _completed_by(on: date) -> Select[Enrollment]:
    working = active_postings(on).subquery()
    return (
        select(Enrollment)
        .join(Edition, Edition.course_version_id == Enrollment.course_version_id)
        .where(Enrollment.person_id == bindparam("person_id"), Enrollment.voided_on.is_(None), Edition.asks_recall)
        .where(Enrollment.completed_on.between(on - EARLIEST, on - LATEST))
        .where(Enrollment.person_id.in_(select(working.c.person_id)))
        .options(joinedload(Enrollment.course))
        .order_by(Enrollment.completed_on, Enrollment.id)
    )


def _questions(session: Session, course_ids: Iterable[int]) -> dict[int, dict[str, Question]]:
    found: dict[int, dict[str, Question]] = defaultdict(dict)
    wanted = select(Question).where(Question.course_id.in_(list(course_ids)), Question.superseded_at.is_(None))
    for question in session.scalars(wanted):
        found[question.course_id][question.key] = question
    return found


def _answered(session: Session, enrollment_ids: list[int]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    wanted = select(RecallAnswer.enrollment_id, RecallAnswer.days, Question.key).join(RecallAnswer.question)
    for enrollment_id, days, key in session.execute(wanted.where(RecallAnswer.enrollment_id.in_(enrollment_ids))):
        found[enrollment_id, days].add(key)
    return found


def _of(
    enrollment: Enrollment, days: int, questions: dict[str, Question], answered: set[str], secret: str
) -> Iterable[Due]:
    left = A_TIME - len(answered)
    keys = chosen(questions, enrollment_id=enrollment.id, interval=days, secret=secret)
    for key in [key for key in keys if key not in answered][: max(0, left)]:
        question = questions[key]
        about = (enrollment.id, days, question.id)
        content = content_of(question)
        keeps_order = content.kind is Kind.TRUE_FALSE
        options = options_of(parts_of(content), about=about, secret=secret, keeps_order=keeps_order)
        yield Due(enrollment, days, question, name_of(secret, *about), options)


def list_results(session: Session) -> list[Result]:
    """List how much was still known, by course and interval."""
    right = func.sum(cast(RecallAnswer.is_right, Integer))
    rows = session.execute(
        select(Course, RecallAnswer.days, func.count(), right)
        .join(Question, Question.course_id == Course.id)
        .join(RecallAnswer, RecallAnswer.question_id == Question.id)
        .group_by(Course.id, RecallAnswer.days)
        .order_by(Course.code, RecallAnswer.days)
    )
    return [Result(*row) for row in rows]
