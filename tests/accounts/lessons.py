"""What people of the access tests study: a quiz that the employee takes, a question asked again, a draft of authors."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.actions import begin_attempt
from lms.learning.quizzes.actions_questions import add_question, set_terms
from lms.learning.quizzes.queries import get_study
from lms.learning.quizzes.rules import Content, Kind
from lms.learning.quizzes.rules_attempts import Draw, Terms
from lms.learning.recall.queries import list_due
from lms.people.models import Person
from lms.shared.clock import utcnow
from tests.support.databases import settings_for
from tests.support.network import Network

POOL = "zqpool1"
SECRET = settings_for("", Path()).secret_key
MAKER = {"person_id": None, "label": "t", "origin": "t"}


def write_lessons(net: Network, employee: Person, inside: Person, course: Course, day: date) -> dict[str, str]:
    """Write all of it; return the public ids by what they name."""
    session, maker = net.session, Actor(at=utcnow(), **MAKER)
    again = net.course("AGAIN-01", title_ko="다시 묻는 과정")
    for one in (course, again):
        content = Content(kind=Kind.SHORT_TEXT, text_ko="무엇?", accepted=("복창",))
        add_question(session, maker, course=one, pool=POOL, content=content)
    draft = _edition(net, course, published=False)
    quiz, fresh = (_quiz(net, maker, draft, at, limit_minutes=30) for at in (1, 2))
    # Terms are set while it is a draft.
    draft.course_version_id, draft.published_at = course.versions[0].id, utcnow()
    next_draft = _quiz(net, maker, _edition(net, course, published=False), 1)
    question = add_question(
        session, maker, course=course, pool="q", content=Content(kind=Kind.TRUE_FALSE, text_ko="참?", correct=(0,))
    )
    record, timed = (_record(net, person, course, draft) for person in (employee, inside))
    study = get_study(session, person_id=employee.id, record_id=record.public_id, module_id=quiz.public_id)
    actor = Actor(person_id=employee.id, label="t", origin="t", at=utcnow())
    attempt = begin_attempt(session, actor, study, today=day)
    _edition(net, again, published=True)
    completed = day - timedelta(days=8)
    net.enroll(employee, again, due_on=None, required=False, assigned_on=completed, completed_on=completed)
    (asked,) = list_due(session, person_id=employee.id, on=day, secret=SECRET)
    return {
        "record": record.public_id, "quiz": quiz.public_id, "fresh": fresh.public_id, "attempt": attempt.public_id,
        "question": question.public_id, "draft_quiz": next_draft.public_id, "asked": asked.name,
        "timed": f"{timed.public_id}.{quiz.public_id}",
    }  # fmt: skip


def _edition(net: Network, course: Course, *, published: bool) -> Edition:
    made = Edition(course_id=course.id, recorded_at=utcnow(), chapters=[], asks_recall=published)
    if published:
        made.course_version_id, made.published_at = course.versions[0].id, utcnow()
    net.session.add(made)
    net.session.flush()
    return made


def _quiz(net: Network, maker: Actor, edition: Edition, position: int, limit_minutes: int | None = None) -> Module:
    titles = {"title_ko": "시험", "title_en": "Quiz"}
    module = Module(edition_id=edition.id, position=position, kind="QUIZ", **titles)
    net.session.add(module)
    net.session.flush()
    set_terms(net.session, maker, module=module, terms=Terms(draws=(Draw(POOL, 1),), limit_minutes=limit_minutes))
    return module


def _record(net: Network, person: Person, course: Course, edition: Edition) -> StudyRecord:
    enrollment = net.session.scalars(select(Enrollment).filter_by(person_id=person.id, course_id=course.id)).one()
    record = StudyRecord(
        enrollment_id=enrollment.id, edition_id=edition.id, started_at=utcnow(), last_at=utcnow(), seconds=0
    )
    net.session.add(record)
    net.session.flush()
    return record
