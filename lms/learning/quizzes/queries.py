"""Reading questions, what a quiz asks, and attempts; always of the one who looks."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.models import Attempt, AttemptItem, Question, Quiz, TimeGrant
from lms.learning.quizzes.rules import Content, Kind
from lms.learning.quizzes.rules_attempts import Draw, Release, Terms, Try
from lms.shared.errors import NotFoundError


class Study(NamedTuple):
    """A quiz module as someone studies it, with what it asks."""

    record: StudyRecord
    module: Module
    terms: Terms

    @property
    def edition(self) -> Edition:
        """Return the edition that the record is about."""
        return self.record.edition

    @property
    def pass_score(self) -> int:
        """Return the pass mark: the quiz's own, or the edition's."""
        return self.edition.pass_score if self.terms.pass_score is None else self.terms.pass_score

    @property
    def enough(self) -> int:
        """Return the score from which taking the quiz again is of no use for the course either."""
        return max(self.pass_score, self.edition.pass_score)

    @property
    def size(self) -> int:
        """Return how many questions an attempt has."""
        return sum(draw.number for draw in self.terms.draws)


def get_study(session: Session, *, person_id: int, record_id: str, module_id: str) -> Study:
    """Return someone's own quiz module.

    Raises:
        NotFoundError: missing, no quiz, or somebody else's.
    """
    found = session.execute(
        select(StudyRecord, Module)
        .join(StudyRecord.enrollment)
        .join(StudyRecord.edition)
        .join(Edition.course)
        .join(Module, Module.edition_id == Edition.id)
        .where(StudyRecord.public_id == record_id, Enrollment.person_id == person_id)
        .where(Module.public_id == module_id, Module.kind == ModuleKind.QUIZ)
        .options(
            contains_eager(StudyRecord.enrollment), contains_eager(StudyRecord.edition).contains_eager(Edition.course)
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    record, module = found
    return Study(record, module, terms_of(find_quiz(session, edition=record.edition, module_key=module.key)))


def find_quiz(session: Session, *, edition: Edition, module_key: str) -> Quiz | None:
    """Return what a quiz module of an edition asks: what was set for it last, up to that edition."""
    wanted = select(Quiz).join(Quiz.edition).where(Quiz.module_key == module_key, Quiz.edition_id <= edition.id)
    wanted = wanted.where(Edition.course_id == edition.course_id).order_by(Quiz.edition_id.desc())
    return session.scalars(wanted.limit(1)).one_or_none()


def terms_of(quiz: Quiz | None) -> Terms:
    """Return the terms of a quiz; without any it draws nothing yet."""
    if quiz is None:
        return Terms()
    return Terms(
        draws=tuple(Draw(draw["pool"], draw["number"]) for draw in quiz.draws),
        pass_score=quiz.pass_score,
        max_attempts=quiz.max_attempts,
        wait_minutes=quiz.wait_minutes,
        limit_minutes=quiz.limit_minutes,
        release=Release(quiz.release),
        shuffles=quiz.shuffles,
    )


def content_of(question: Question) -> Content:
    """Return a question as the rules look at it."""
    return Content(
        kind=Kind(question.kind),
        text_ko=question.text_ko,
        text_en=question.text_en,
        explanation_ko=question.explanation_ko,
        explanation_en=question.explanation_en,
        **{name: tuple(question.body.get(name, ())) for name in ("options", "lefts", "correct", "accepted")},
    )


def list_attempts(session: Session, *, record_id: int, module_key: str) -> Sequence[Attempt]:
    """List someone's attempts at a quiz, first to last."""
    wanted = select(Attempt).where(Attempt.record_id == record_id, Attempt.module_key == module_key)
    return session.scalars(wanted.order_by(Attempt.number)).all()


def tries_of(attempts: Sequence[Attempt]) -> list[Try]:
    """Return attempts as the rules look at them."""
    return [Try(one.started_at, one.ended_at, one.score, one.passed) for one in attempts]


def get_attempt(session: Session, *, study: Study, public_id: str) -> Attempt:
    """Return one of someone's attempts at a quiz with what it asks.

    Raises:
        NotFoundError: it is missing, or of another record or module.
    """
    wanted = select(Attempt).where(
        Attempt.public_id == public_id, Attempt.record_id == study.record.id, Attempt.module_key == study.module.key
    )
    wanted = wanted.options(joinedload(Attempt.items).joinedload(AttemptItem.question))
    found = session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_overdue(session: Session, *, before: object, at_most: int) -> Sequence[Attempt]:
    """List open attempts whose deadline passed before an instant."""
    wanted = select(Attempt).where(Attempt.ended_at.is_(None), Attempt.deadline_at < before)
    return session.scalars(wanted.order_by(Attempt.id).limit(at_most)).all()


def extra_minutes(session: Session, *, record_id: int, module_key: str) -> int:
    """Return how many minutes beyond the time limit someone was granted."""
    wanted = select(func.sum(TimeGrant.minutes)).where(
        TimeGrant.record_id == record_id, TimeGrant.module_key == module_key
    )
    return session.scalar(wanted) or 0


def list_questions(session: Session, *, course_id: int) -> Sequence[Question]:
    """List the questions of a course that are asked, by pool."""
    wanted = select(Question).where(Question.course_id == course_id, Question.superseded_at.is_(None))
    return session.scalars(wanted.order_by(Question.pool, Question.id)).all()


def pool_sizes(session: Session, *, course_id: int) -> dict[str, int]:
    """Return how many questions each pool of a course has."""
    wanted = select(Question.pool, func.count()).where(
        Question.course_id == course_id, Question.superseded_at.is_(None)
    )
    rows = session.execute(wanted.group_by(Question.pool).order_by(Question.pool))
    return dict(rows.all())


def get_question(session: Session, *, course: Course, public_id: str) -> Question:
    """Return a question of a course that is asked.

    Raises:
        NotFoundError: it is missing, of another course, or another version took its place.
    """
    wanted = select(Question).where(Question.public_id == public_id, Question.course_id == course.id)
    found = session.scalars(wanted.where(Question.superseded_at.is_(None))).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def get_quiz_module(session: Session, *, course: Course, public_id: str) -> Module:
    """Return a quiz module of an edition of a course.

    Raises:
        NotFoundError: it is missing, no quiz, or of another course.
    """
    wanted = select(Module).join(Module.edition).options(contains_eager(Module.edition))
    wanted = wanted.where(Module.public_id == public_id, Module.kind == ModuleKind.QUIZ)
    found = session.scalars(wanted.where(Edition.course_id == course.id)).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_chapter(session: Session, *, module: Module) -> Sequence[Module]:
    """List the other modules of a quiz's chapter that can be studied again."""
    wanted = select(Module).where(Module.edition_id == module.edition_id, Module.chapter == module.chapter)
    studied = Module.kind.not_in([ModuleKind.QUIZ, ModuleKind.SESSION])
    return session.scalars(wanted.where(studied).order_by(Module.position)).all()
