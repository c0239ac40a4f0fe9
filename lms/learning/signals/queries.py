"""Reading doubts for head office, and how completions are known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.rules import EvidenceLevel
from lms.learning.signals.models import SignalCheck
from lms.learning.signals.rules import Reason, Reviewed, Signal
from lms.people.models import OrgUnit, Person, Posting
from lms.people.queries import covers, visible_people
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of


@dataclass(frozen=True, slots=True)
class DoubtFilter:
    """Which doubts to list; None takes all."""

    reviewed: Reviewed | None = Reviewed.OPEN
    signal: Signal | None = None
    course: str | None = None


class Doubt(NamedTuple):
    """A completion that someone should look at, or looked at."""

    check: SignalCheck
    person: Person
    course: Course
    enrollment: Enrollment
    record: StudyRecord
    center: OrgUnit | None

    @property
    def reasons(self) -> list[Reason]:
        """Return what was found, in the order of `Signal`."""
        return [_reason(one) for one in self.check.signals]

    @property
    def reviewed(self) -> Reviewed:
        """Return whether someone looked at it."""
        return Reviewed.CHECKED if self.check.checked_at else Reviewed.OPEN


def list_doubts(session: Session, *, scope: Scope, where: DoubtFilter, number: int = 1) -> Page[Doubt]:
    """List the doubts about people whom the viewer may see, the latest first."""
    rows = [row for row in session.execute(_signals(scope, where)) if _has(row.signals, where.signal)]
    start = offset_of(number)
    shown = [row.id for row in rows[start : start + PER_PAGE]]
    wanted = _doubts(scope).where(SignalCheck.id.in_(shown)).order_by(*LATEST_FIRST)
    return Page([Doubt._make(row) for row in session.execute(wanted)], number, len(rows))


LATEST_FIRST = (SignalCheck.evaluated_at.desc(), SignalCheck.id.desc())


def count_signals(session: Session, *, scope: Scope, where: DoubtFilter) -> dict[Signal, int]:
    """Count the doubts by each signal that was found, whatever signal the filter asks for."""
    found: Counter[Signal] = Counter()
    for row in session.execute(_signals(scope, where)):
        found.update({Signal(one["signal"]) for one in row.signals})
    return dict(found)


def count_doubts(session: Session, *, scope: Scope, where: DoubtFilter) -> int:
    """Count the doubts, whatever signal was found."""
    wanted = _signals(scope, where).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(wanted)) or 0


def get_doubt(session: Session, *, scope: Scope, public_id: str) -> Doubt:
    """Return one doubt about a person whom the viewer may see.

    Raises:
        NotFoundError: there is none, or its person is out of scope.
    """
    row = session.execute(_doubts(scope).where(SignalCheck.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return Doubt._make(row)


def list_doubted_courses(session: Session) -> list[Course]:
    """List the courses with a completion in doubt, by code."""
    doubted = (
        select(Enrollment.course_id)
        .join(StudyRecord, StudyRecord.enrollment_id == Enrollment.id)
        .join(SignalCheck, SignalCheck.record_id == StudyRecord.id)
        .where(SignalCheck.is_doubtful)
    )
    return list(session.scalars(select(Course).where(Course.id.in_(doubted)).order_by(Course.code)))


def evidence_levels(session: Session, *, person_id: int) -> dict[int, EvidenceLevel]:
    """Return how a person's completions are known, by enrollment; those brought in by a file say nothing of it.

    The person was found within the viewer's scope.
    """
    wanted = (
        select(Enrollment.id, Enrollment.evidence_kind, StudyRecord.evidence_level)
        .outerjoin(StudyRecord, StudyRecord.enrollment_id == Enrollment.id)
        .where(Enrollment.person_id == person_id, Enrollment.completed_on.is_not(None))
        .where(or_(Enrollment.evidence_kind.is_not(None), StudyRecord.evidence_level.is_not(None)))
    )
    return {
        row.id: EvidenceLevel.WITNESSED if row.evidence_kind else EvidenceLevel(row.evidence_level)
        for row in session.execute(wanted)
    }


def _signals(scope: Scope, where: DoubtFilter) -> Select[Any, Any]:
    return (
        select(SignalCheck.id, SignalCheck.signals)
        .join(StudyRecord, StudyRecord.id == SignalCheck.record_id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(SignalCheck.is_doubtful, visible_people(scope), *_conditions(where))
        .order_by(*LATEST_FIRST)
    )


def _conditions(where: DoubtFilter) -> Iterable[ColumnElement[bool]]:
    if where.reviewed is not None:
        is_checked = SignalCheck.checked_at.is_not(None)
        yield is_checked if where.reviewed is Reviewed.CHECKED else ~is_checked
    if where.course:
        yield Course.code == where.course


def _doubts(scope: Scope) -> Select[Any, Any, Any, Any, Any, Any]:
    return (
        select(SignalCheck, Person, Course, Enrollment, StudyRecord, OrgUnit)
        .join(StudyRecord, StudyRecord.id == SignalCheck.record_id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.is_primary, covers(Posting, scope.on)))
        .outerjoin(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(SignalCheck.is_doubtful, visible_people(scope))
    )


def _has(signals: list[dict[str, Any]], wanted: Signal | None) -> bool:
    return wanted is None or any(one["signal"] == wanted for one in signals)


def _reason(one: dict[str, Any]) -> Reason:
    return Reason(Signal(one["signal"]), one["figures"])
