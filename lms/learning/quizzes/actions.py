"""Taking a quiz: an attempt is issued, answered as one goes, and graded once."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.learning.progress.actions import note_score
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.queries import study_facts
from lms.learning.progress.rules import refusal
from lms.learning.quizzes import queries
from lms.learning.quizzes.models import Attempt, AttemptItem, Question
from lms.learning.quizzes.queries import Study, content_of
from lms.learning.quizzes.rules import LONGEST_ANSWER, Answer, Content, Kind, chosen, is_right, parts_of, score_of
from lms.learning.quizzes.rules_attempts import GRACE, Terms, deadline_of, is_late, standing
from lms.shared.errors import DomainError
from lms.shared.ids import new_public_id

LONGEST_LOOK = 600  # seconds at one question; who left the page in between did not think about it that long
CHANCE = secrets.SystemRandom()


def begin_attempt(session: Session, actor: Actor, study: Study, *, today: date) -> Attempt:
    """Issue an attempt; while one is open, return that one.

    Raises:
        DomainError: enough was reached ("passed"), no attempt is left ("no_attempts"), the time to wait is not over
            ("waiting"), there is nothing to ask ("no_questions"), the enrollment was withdrawn ("withdrawn"), or enough
            chapters were begun today ("chapters").
    """
    _take_turn(session, study.record)
    _check_open(session, study, today)
    attempts = queries.list_attempts(session, record_id=study.record.id, module_key=study.module.key)
    if attempts and attempts[-1].ended_at is None:
        if not is_late(attempts[-1].deadline_at, actor.at):
            return attempts[-1]
        _grade(session, actor, attempts[-1], today)
    where = standing(study.terms, queries.tries_of(attempts), enough=study.enough, at=actor.at)
    if where.code:
        raise DomainError(where.code, at=where.opens_at)
    questions = _drawn(session, study.edition.course_id, study.terms)
    if not questions:
        raise DomainError("no_questions")
    extra = queries.extra_minutes(session, record_id=study.record.id, module_key=study.module.key)
    attempt = Attempt(
        record_id=study.record.id, module_key=study.module.key, number=len(attempts) + 1, pass_score=study.pass_score,
        started_at=actor.at, last_at=actor.at, deadline_at=deadline_of(study.terms, actor.at, extra),
        items=[
            AttemptItem(position=position, question=question, options=_offered(content_of(question), study.terms))
            for position, question in enumerate(questions, start=1)
        ],
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    _note(session, actor, "quizzes.begin", attempt, study.record, {"number": attempt.number})
    return attempt


def _check_open(session: Session, study: Study, today: date) -> None:
    if study.record.enrollment.voided_on is not None:
        raise DomainError("withdrawn")
    facts = study_facts(session, study.record, today)
    for step in facts.modules:
        if step.key == study.module.key and (code := refusal(facts, step, today)):
            raise DomainError(code)


def _take_turn(session: Session, record: StudyRecord) -> None:
    """Let one request at a time begin, save or end for a record, whatever tabs and devices send at once."""
    session.execute(select(StudyRecord.id).where(StudyRecord.id == record.id).with_for_update())


def _drawn(session: Session, course_id: int, terms: Terms) -> list[Question]:
    there = queries.list_questions(session, course_id=course_id)
    drawn: list[Question] = []
    for draw in terms.draws:
        pool = [question for question in there if question.pool == draw.pool]
        drawn += CHANCE.sample(pool, min(draw.number, len(pool)))
    if terms.shuffles:
        CHANCE.shuffle(drawn)
    else:
        drawn.sort(key=lambda question: question.id)
    return drawn


def _offered(content: Content, terms: Terms) -> list[list[Any]]:
    """Return names for a question's options as they are shown; an ordering or a matching is always mixed up."""
    places = list(range(parts_of(content)))
    hides = content.kind in {Kind.ORDERING, Kind.MATCHING}
    if hides or (terms.shuffles and content.kind is not Kind.TRUE_FALSE):
        CHANCE.shuffle(places)
    return [[new_public_id(), place] for place in places]


def save_answer(
    session: Session,
    actor: Actor,
    study: Study,
    attempt: Attempt,
    *,
    number: int,
    names: Sequence[str],
    text: str,
    today: date,
) -> bool:
    """Keep the answer to a question of an open attempt; the last one counts. False: too late, it is graded without it.

    `names` are the options chosen, as the attempt calls them.

    Raises:
        DomainError: the attempt has ended ("ended"), there is no such question ("no_question"), or the answer is none
            that was offered ("not_offered").
    """
    _take_turn(session, study.record)
    session.refresh(attempt, ["ended_at", "deadline_at", "last_at"])
    if attempt.ended_at is not None:
        raise DomainError("ended")
    if is_late(attempt.deadline_at, actor.at):
        _grade(session, actor, attempt, today)
        return False
    item = next((one for one in attempt.items if one.position == number), None)
    if item is None:
        raise DomainError("no_question")
    answer = _read(item, names, text)
    if answer != _kept(item):
        item.answer = list(answer) if isinstance(answer, tuple) else answer
        item.answered_at = actor.at
    item.seconds += min(LONGEST_LOOK, max(0, int((actor.at - attempt.last_at).total_seconds())))
    attempt.last_at = actor.at
    session.flush()
    return True


def _read(item: AttemptItem, names: Sequence[str], text: str) -> Answer:
    kind = Kind(item.question.kind)
    if kind is Kind.SHORT_TEXT:
        if names or len(text) > LONGEST_ANSWER:
            raise DomainError("not_offered")
        return text.strip() or None
    try:
        return chosen(item.options, names, kind)
    except ValueError as error:
        raise DomainError("not_offered") from error


def _kept(item: AttemptItem) -> Answer:
    return tuple(item.answer) if isinstance(item.answer, list) else item.answer


def end_attempt(session: Session, actor: Actor, study: Study, attempt: Attempt, *, today: date) -> bool:
    """Grade an attempt once, with what was saved; tell whether this did it."""
    _take_turn(session, study.record)
    session.refresh(attempt, ["ended_at", "deadline_at"])
    if attempt.ended_at is not None:
        return False
    _grade(session, actor, attempt, today)
    return True


def end_overdue(session: Session, actor: Actor, *, today: date, at_most: int = 100) -> int:
    """Grade attempts whose time is over and that nobody came back to; return how many."""
    ended = 0
    for attempt in queries.list_overdue(session, before=actor.at - GRACE, at_most=at_most):
        _take_turn(session, attempt.record)
        session.refresh(attempt, ["ended_at", "deadline_at"])
        if attempt.ended_at is None and is_late(attempt.deadline_at, actor.at):
            _grade(session, actor, attempt, today)
            ended += 1
    return ended


def _grade(session: Session, actor: Actor, attempt: Attempt, today: date) -> None:
    for item in attempt.items:
        item.is_right = is_right(content_of(item.question), _kept(item))
    attempt.score = score_of([bool(item.is_right) for item in attempt.items])
    attempt.passed = attempt.score >= attempt.pass_score
    attempt.ended_at = _end_of(attempt, actor.at)
    session.flush()
    known: dict[str, object] = {"number": attempt.number, "score": attempt.score, "passed": attempt.passed}
    _note(session, actor, "quizzes.end", attempt, attempt.record, known)
    note_score(
        session,
        actor,
        attempt.record,
        module_key=attempt.module_key,
        score=attempt.score,
        passed=attempt.passed,
        today=today,
    )


def _end_of(attempt: Attempt, at: datetime) -> datetime:
    """Return when an attempt ended: who never came back did not learn on after the deadline."""
    return min(at, attempt.deadline_at) if attempt.deadline_at else at


def _note(
    session: Session, actor: Actor, action: str, attempt: Attempt, record: StudyRecord, detail: dict[str, object]
) -> None:
    subject = [record.enrollment.person_id]
    audit.record(session, actor, action, "attempt", attempt.public_id, subject_ids=subject, detail=detail)
