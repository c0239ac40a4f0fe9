"""What authors do: write questions, replace and retire them, take in many at once, and say what a quiz asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.learning.content.models import Module
from lms.learning.quizzes.models import Question, Quiz
from lms.learning.quizzes.queries import pool_sizes
from lms.learning.quizzes.rules import LONGEST_POOL, Content, Fault, content_fault, digest
from lms.learning.quizzes.rules_attempts import Terms, terms_fault
from lms.shared.errors import DomainError

BODY = ("options", "lefts", "correct", "accepted")


class Draft(NamedTuple):
    """A question that comes in, and where it stands in its file."""

    line: int
    pool: str
    content: Content


class Refusal(NamedTuple):
    """A question that was not taken in: where it stands, in which field, and why."""

    line: int
    field: str
    code: str


@dataclass
class Outcome:
    """What became of a file of questions; `same` were there before, or are no longer asked."""

    added: int = 0
    same: int = 0
    refused: list[Refusal] = field(default_factory=list)


def add_question(session: Session, actor: Actor, *, course: Course, pool: str, content: Content) -> Question:
    """Add a question to a pool of a course.

    Raises:
        DomainError: it is not sound ("question", with field and fault), or is there already ("same_question").
    """
    _check(pool, content)
    if _is_known(session, course, digest(content, pool)):
        raise DomainError("same_question")
    question = _written(actor, course, pool, content)
    session.add(question)
    session.flush()
    _note(session, actor, "questions.add", question)
    return question


def revise_question(session: Session, actor: Actor, *, question: Question, pool: str, content: Content) -> Question:
    """Let another version take a question's place and return it; nothing said anew changes nothing.

    Attempts keep what they asked.

    Raises:
        DomainError: as `add_question`, or someone was faster ("superseded").
    """
    _check(pool, content)
    session.refresh(question, with_for_update=True)
    if question.superseded_at is not None:
        raise DomainError("superseded")
    if digest(content, pool) == question.digest:
        return question
    if _is_known(session, question.course, digest(content, pool)):
        raise DomainError("same_question")
    question.superseded_at = actor.at
    session.flush()
    successor = _written(actor, question.course, pool, content)
    successor.key, successor.version = question.key, question.version + 1
    session.add(successor)
    session.flush()
    _note(session, actor, "questions.revise", successor)
    return successor


def retire_question(session: Session, actor: Actor, *, question: Question) -> bool:
    """Ask a question no more; tell whether this did it."""
    session.refresh(question, with_for_update=True)
    if question.superseded_at is not None:
        return False
    question.superseded_at = actor.at
    session.flush()
    _note(session, actor, "questions.retire", question)
    return True


def take_in(session: Session, actor: Actor, *, course: Course, drafts: Iterable[Draft]) -> Outcome:
    """Add the sound ones of many questions; the same file again changes nothing."""
    session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
    known = set(session.scalars(select(Question.digest).where(Question.course_id == course.id)))
    outcome, added = Outcome(), list[Question]()
    for draft in drafts:
        if fault := _fault(draft.pool, draft.content):
            outcome.refused.append(Refusal(draft.line, *fault))
        elif digest(draft.content, draft.pool) in known:
            outcome.same += 1
        else:
            added.append(_written(actor, course, draft.pool, draft.content))
            known.add(added[-1].digest)
    outcome.added = len(added)
    session.add_all(added)
    session.flush()
    if added:
        audit.record(session, actor, "questions.import", "course", course.public_id, detail={"added": len(added)})
    return outcome


def set_terms(session: Session, actor: Actor, *, module: Module, terms: Terms) -> Quiz:
    """Say what a quiz module of a draft asks.

    Raises:
        DomainError: its edition is published ("published"), or the terms are not sound (`rules_attempts.terms_fault`).
    """
    if module.edition.course_version_id is not None:
        raise DomainError("published")
    if code := terms_fault(terms, pool_sizes(session, course_id=module.edition.course_id)):
        raise DomainError(code)
    wanted = select(Quiz).where(Quiz.edition_id == module.edition_id, Quiz.module_key == module.key)
    quiz = session.scalars(wanted.with_for_update()).one_or_none()
    if quiz is None:
        quiz = Quiz(edition_id=module.edition_id, module_key=module.key)
        session.add(quiz)
    quiz.draws = [draw._asdict() for draw in terms.draws]
    quiz.pass_score, quiz.max_attempts = terms.pass_score, terms.max_attempts
    quiz.wait_minutes, quiz.limit_minutes = terms.wait_minutes, terms.limit_minutes
    quiz.release, quiz.shuffles = terms.release, terms.shuffles
    quiz.recorded_at, quiz.recorded_by_id = actor.at, actor.person_id
    session.flush()
    audit.record(session, actor, "quizzes.set", "module", module.public_id, detail={"draws": quiz.draws})
    return quiz


def _check(pool: str, content: Content) -> None:
    if fault := _fault(pool, content):
        raise DomainError("question", field=fault.field, fault=fault.code)


def _fault(pool: str, content: Content) -> Fault | None:
    if not pool.strip() or len(pool) > LONGEST_POOL:
        return Fault("pool", "pool")
    return content_fault(content)


def _is_known(session: Session, course: Course, found: str) -> bool:
    wanted = select(Question.id).where(Question.course_id == course.id, Question.digest == found)
    return session.scalar(wanted.where(Question.superseded_at.is_(None))) is not None


def _written(actor: Actor, course: Course, pool: str, content: Content) -> Question:
    return Question(
        course_id=course.id,
        pool=pool,
        kind=content.kind,
        text_ko=content.text_ko,
        text_en=content.text_en,
        explanation_ko=content.explanation_ko,
        explanation_en=content.explanation_en,
        body={name: list(_values(content, name)) for name in BODY if _values(content, name)},
        digest=digest(content, pool),
        recorded_at=actor.at,
        recorded_by_id=actor.person_id,
    )


def _values(content: Content, name: str) -> Sequence[object]:
    found: Sequence[object] = getattr(content, name)
    return found


def _note(session: Session, actor: Actor, action: str, question: Question) -> None:
    known: dict[str, object] = {"key": question.key, "version": question.version}
    audit.record(session, actor, action, "question", question.public_id, detail=known)
