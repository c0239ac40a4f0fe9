"""Answers as the signals see them: tries that were made, and the same wrong answers of a colleague."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.models import Attempt, AttemptItem
from lms.learning.signals.queries_answers import wrong_of_colleagues
from lms.learning.signals.queries_history import load_history
from lms.learning.signals.rules import Signal
from lms.learning.signals.rules_signals import same_wrong, score_alone
from lms.people.models import Person
from tests.learning.quizzing import Taking, taking, today
from tests.learning.studying import study
from tests.support.network import Network


def copied(quiz: Taking, by: Person, taken: Attempt, at: timedelta) -> StudyRecord:
    """Let another person have answered just as someone did, a while before or after."""
    session = quiz.session
    mine = select(Enrollment).filter_by(person_id=by.id, course_id=quiz.cast.course.id)
    enrollment = session.scalars(mine).one_or_none() or Network(session).enroll(by, quiz.cast.course, due_on=None)
    record = study(session, enrollment, quiz.edition, taken.started_at + at)
    ended_at = (taken.ended_at or taken.started_at) + at
    attempt = Attempt(
        record_id=record.id, module_key=taken.module_key, number=1, pass_score=0, started_at=taken.started_at + at,
        last_at=ended_at, ended_at=ended_at, score=taken.score,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    for item in taken.items:
        kept = {name: getattr(item, name) for name in ("position", "question_id", "options", "answer", "is_right")}
        session.add(AttemptItem(attempt_id=attempt.id, **kept))
    session.commit()
    return record


def test_the_same_wrong_answers_of_a_colleague_are_seen_and_those_of_strangers_are_not(session: Session):
    quiz = taking(session)
    taken = quiz.reload(quiz.take(right=1))
    before = copied(quiz, quiz.cast.colleague, taken, -timedelta(hours=2))
    long_ago = copied(quiz, quiz.cast.coordinator, taken, -timedelta(days=40))
    stranger = copied(quiz, quiz.cast.namesake, taken, -timedelta(hours=2))
    record = session.get_one(StudyRecord, quiz.record.id)
    seen = wrong_of_colleagues(session, record, today())
    assert before.id in seen
    assert not {long_ago.id, stranger.id} & seen.keys()
    history = load_history(session, record_id=record.id, timezone="Asia/Seoul")
    assert history.wrong == seen[before.id]
    reason = same_wrong(history)
    assert reason is not None
    assert reason.signal is Signal.SAME_WRONG


def test_a_score_is_alone_only_where_no_attempt_was_made(session: Session):
    quiz = taking(session)
    quiz.take(right=6)
    history = load_history(session, record_id=quiz.record.id, timezone="Asia/Seoul")
    assert [part.attempts for part in history.parts if part.score is not None] == [1]
    assert score_alone(history) is None
    for one in session.scalars(select(Attempt)):
        for item in one.items:
            session.delete(item)
        session.flush()
        session.delete(one)
    session.commit()
    history = load_history(session, record_id=quiz.record.id, timezone="Asia/Seoul")
    reason = score_alone(history)
    assert reason is not None
    assert reason.figures == {"tests": 1}
