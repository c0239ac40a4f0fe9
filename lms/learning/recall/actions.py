"""Answering a question that is asked again, once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.rules import LONGEST_ANSWER, Answer, Kind, chosen, is_answered, is_right
from lms.learning.recall.models import RecallAnswer
from lms.learning.recall.queries import Due
from lms.shared.errors import DomainError


def answer_again(session: Session, actor: Actor, due: Due, *, names: Sequence[str], text: str) -> RecallAnswer:
    """Keep the answer to a question that is asked again, and whether it is right. It counts for nothing else.

    Raises:
        DomainError: it is no whole answer ("unanswered"), none that was offered ("not_offered"), or the question was
            answered meanwhile ("answered").
    """
    answer = _read(due, names, text)
    if not is_answered(answer):
        raise DomainError("unanswered")
    given = RecallAnswer(
        enrollment_id=due.enrollment.id,
        days=due.days,
        question_id=due.question.id,
        answer=list(answer) if isinstance(answer, tuple) else answer,
        is_right=is_right(content_of(due.question), answer),
        answered_at=actor.at,
    )
    session.execute(select(Enrollment.id).where(Enrollment.id == due.enrollment.id).with_for_update())
    try:
        with session.begin_nested():
            session.add(given)
    except IntegrityError as error:
        raise DomainError("answered") from error
    detail: dict[str, object] = {"days": due.days, "right": given.is_right}
    subject = [due.enrollment.person_id]
    audit.record(
        session, actor, "recall.answer", "question", due.question.public_id, subject_ids=subject, detail=detail
    )
    return given


def _read(due: Due, names: Sequence[str], text: str) -> Answer:
    kind = Kind(due.question.kind)
    if kind is Kind.SHORT_TEXT:
        if names or len(text) > LONGEST_ANSWER:
            raise DomainError("not_offered")
        return text.strip() or None
    try:
        return chosen(due.options, names, kind)
    except ValueError as error:
        raise DomainError("not_offered") from error
