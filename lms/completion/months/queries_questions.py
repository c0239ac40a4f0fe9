"""What stands open before a month is closed: each question with how much of it there is."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.completion.months.rules import Question, last_day
from lms.courses.rules import add_months
from lms.enrollments.assignment_rules.queries_why import list_people_without_rule
from lms.enrollments.exceptions.models import ExceptionRequest
from lms.enrollments.models import Enrollment
from lms.imports.models import ImportRun
from lms.imports.rules import ImportState
from lms.people.duties.queries_vacancies import count_vacancies
from lms.people.rules import whole_network

UNFINISHED = (
    ImportState.UPLOADED,
    ImportState.CHECKING,
    ImportState.READY,
    ImportState.STOPPED,
    ImportState.APPLYING,
)
REQUESTS = {"EXEMPTION": Question.EXEMPTIONS, "EXTENSION": Question.EXTENSIONS, "CREDIT": Question.CREDITS}
Questions = dict[Question, int]


def count_questions(session: Session, *, month: date, timezone: str) -> Questions:
    """Count what may still change a month's figures, and the duties vacant at its end; zeros are kept."""
    day = last_day(month)
    return {
        Question.IMPORTS: _imports(session, *UNFINISHED),
        **_requests(session),
        Question.NO_RULE: len(list_people_without_rule(session, scope=whole_network(day), as_of=day)),
        Question.LATE_RECORDINGS: _late_recordings(session, month, timezone),
        Question.VACANCIES: count_vacancies(session, scope=whole_network(day), as_of=day),
    }


def is_applying(session: Session) -> bool:
    """Tell whether a file is being taken in right now: a month closed meanwhile would hold half of it."""
    return _imports(session, ImportState.APPLYING) > 0


def _imports(session: Session, *states: ImportState) -> int:
    return session.scalar(select(func.count()).select_from(ImportRun).where(ImportRun.state.in_(states))) or 0


def _requests(session: Session) -> Questions:
    waiting = (
        select(ExceptionRequest.kind, func.count())
        .where(ExceptionRequest.state == "PENDING")
        .group_by(ExceptionRequest.kind)
    )
    found = dict(session.execute(waiting).all())
    return {question: found.get(kind, 0) for kind, question in REQUESTS.items()}


def _late_recordings(session: Session, month: date, timezone: str) -> int:
    """Count completions of the month that someone recorded by hand after its end."""
    ended = datetime.combine(add_months(month, 1), time(), ZoneInfo(timezone))
    query = select(func.count()).where(
        Enrollment.completed_on >= month,
        Enrollment.completed_on <= last_day(month),
        Enrollment.recorded_by_id.is_not(None),
        Enrollment.recorded_at >= ended,
    )
    return session.scalar(query) or 0
