"""A course with a quiz of all six kinds of questions, and someone who takes it, for tests."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes import actions
from lms.learning.quizzes.actions_questions import add_question
from lms.learning.quizzes.models import Attempt, AttemptItem, Question, Quiz
from lms.learning.quizzes.queries import Study, content_of, get_attempt, get_study
from lms.learning.quizzes.rules import Content, Kind
from lms.learning.quizzes.rules_attempts import Draw, Release, Terms
from lms.shared.clock import local_date, utcnow
from tests.learning.studying import edition, study
from tests.support.network import Cast, small_cast

POOL = "기본"
# Words that stand in what is right, or why, alone; in options all of them do.
QUESTIONS = (
    Content(
        kind=Kind.SINGLE, text_ko="먼저 무엇을 합니까? <b>", text_en="What comes first?", explanation_ko="zqwhy1",
        options=("하나 zqa1", "둘", "셋 <i>", "넷"), correct=(2,),
    ),
    Content(
        kind=Kind.MULTIPLE, text_ko="모두 고르세요.", explanation_ko="zqwhy2", options=("가", "나", "다", "라"),
        correct=(0, 3),
    ),
    Content(kind=Kind.TRUE_FALSE, text_ko="모르면 아는 척한다.", explanation_ko="zqwhy3", correct=(1,)),
    Content(
        kind=Kind.ORDERING, text_ko="순서대로 놓으세요.", explanation_ko="zqwhy4", options=("맞이", "듣기", "답하기"),
        correct=(0, 1, 2),
    ),
    Content(
        kind=Kind.MATCHING, text_ko="이으세요.", explanation_ko="zqwhy5", lefts=("왼쪽 1", "왼쪽 2", "왼쪽 3"),
        options=("오른 1", "오른 2", "오른 3"), correct=(0, 1, 2),
    ),
    Content(kind=Kind.SHORT_TEXT, text_ko="한 낱말로?", explanation_ko="zqwhy6", accepted=("zqaccepted", "복창")),
)  # fmt: skip
ALL = Terms(draws=(Draw(POOL, 6),), pass_score=50, release=Release.NEVER)


@dataclass
class Taking:
    """Someone takes a quiz: its tables, and what an address of it is."""

    session: Session
    cast: Cast
    edition: Edition
    page: Module
    module: Module
    record: StudyRecord
    questions: list[Question] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Return the address of the quiz."""
        return f"/study/{self.record.public_id}/{self.module.public_id}/quiz"

    def study(self) -> Study:
        """Return the quiz as the employee studies it."""
        return get_study(
            self.session, person_id=self.cast.employee.id, record_id=self.record.public_id,
            module_id=self.module.public_id,
        )  # fmt: skip

    def terms(self, **changed: Any) -> None:
        """Say anew what the quiz asks, as no author could once it is published."""
        wanted = replace(ALL, **changed)
        of_module = select(Quiz).where(Quiz.edition_id == self.edition.id, Quiz.module_key == self.module.key)
        quiz = self.session.scalars(of_module).one_or_none()
        if quiz is None:
            quiz = Quiz(edition_id=self.edition.id, module_key=self.module.key)
            self.session.add(quiz)
        quiz.draws, quiz.recorded_at = [draw._asdict() for draw in wanted.draws], utcnow()
        for name in ("pass_score", "max_attempts", "wait_minutes", "limit_minutes", "release", "shuffles"):
            setattr(quiz, name, getattr(wanted, name))
        self.session.commit()

    def actor(self, at: datetime | None = None) -> Actor:
        """Return the employee as who acts."""
        return Actor(person_id=self.cast.employee.id, label="t", origin="t", at=at or utcnow())

    def begin(self, at: datetime | None = None) -> Attempt:
        """Begin an attempt, or go on with the one that is open."""
        return actions.begin_attempt(self.session, self.actor(at), self.study(), today=today())

    def answer(self, attempt: Attempt, item: AttemptItem, *, rightly: bool, at: datetime | None = None) -> bool:
        """Answer a question, rightly or not."""
        return actions.save_answer(
            self.session, self.actor(at), self.study(), attempt, number=item.position, today=today(),
            **said(item, rightly=rightly),
        )  # fmt: skip

    def take(self, right: int, at: datetime | None = None) -> Attempt:
        """Take the quiz with this many right answers, and hand it in."""
        attempt = self.begin(at)
        for item in attempt.items:
            self.answer(attempt, item, rightly=item.position <= right, at=at)
        actions.end_attempt(self.session, self.actor(at), self.study(), attempt, today=today())
        self.session.commit()
        return attempt

    def reload(self, attempt: Attempt) -> Attempt:
        """Return an attempt as the application left it."""
        self.session.rollback()
        self.session.expire_all()
        return get_attempt(self.session, study=self.study(), public_id=attempt.public_id)


def today() -> date:
    return local_date(utcnow(), "Asia/Seoul")


def said(item: AttemptItem, *, rightly: bool) -> dict[str, Any]:
    """Return the options to choose, as the attempt calls them, and the text to write."""
    content = content_of(item.question)
    if content.kind is Kind.SHORT_TEXT:
        return {"names": [], "text": content.accepted[-1] if rightly else "틀린 말"}
    names = {place: name for name, place in item.options}
    places = content.correct if rightly else wrong(content)
    return {"names": [names[place] for place in places], "text": ""}


def wrong(content: Content) -> tuple[int, ...]:
    """Return an answer that does not count."""
    if content.kind in {Kind.ORDERING, Kind.MATCHING}:
        return content.correct[::-1]
    if content.kind is Kind.MULTIPLE:
        return content.correct[:1]
    return (0 if content.correct != (0,) else 1,)


def form_of(item: AttemptItem, *, rightly: bool = True, **more: str) -> dict[str, Any]:
    """Return the form of an answer as a browser sends it."""
    found = said(item, rightly=rightly)
    return {"choice": found["names"], "text": found["text"]} | more


def taking(session: Session, *, asks_recall: bool = False, **terms: Any) -> Taking:
    """Add the fixed cast, a course of a page and a quiz, and the employee's study record."""
    cast = small_cast(session)
    made = edition(
        session, cast.course, {"kind": ModuleKind.PAGE, "minutes": 1, "required": False}, {"kind": ModuleKind.QUIZ},
        pass_progress_pct=0, pass_score=0, asks_survey=False, asks_recall=asks_recall,
    )  # fmt: skip
    author = Actor(person_id=cast.training_admin.id, label="t", origin="t", at=utcnow())
    questions = [add_question(session, author, course=cast.course, pool=POOL, content=content) for content in QUESTIONS]
    enrollment = session.scalars(select(Enrollment).filter_by(person_id=cast.employee.id)).one()
    record = study(session, enrollment, made, utcnow() - timedelta(hours=1))
    found = Taking(session, cast, made, made.modules[0], made.modules[1], record, questions)
    found.terms(**terms)
    return found


def attempts(session: Session) -> list[Attempt]:
    """Return every attempt as it stands now."""
    session.rollback()
    return list(session.scalars(select(Attempt).order_by(Attempt.id)))


def token_of(client: FlaskClient, path: str) -> str:
    """Return the token of a page's form."""
    page = client.get(path).text
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
