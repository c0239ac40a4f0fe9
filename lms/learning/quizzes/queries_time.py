"""Reading who has how long for which quiz."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.models import Quiz, TimeGrant


class TimedQuiz(NamedTuple):
    """A quiz with a time limit that someone may take, and the minutes granted beyond it."""

    record: StudyRecord
    module: Module
    limit_minutes: int
    extra: int

    @property
    def name(self) -> str:
        """Return what names the quiz of this person in a form."""
        return f"{self.record.public_id}.{self.module.public_id}"


def list_timed(session: Session, *, person_id: int) -> list[TimedQuiz]:
    """List the quizzes with a time limit in someone's open courses."""
    rows = session.execute(
        select(StudyRecord, Module, Quiz)
        .join(StudyRecord.enrollment)
        .join(StudyRecord.edition)
        .join(Module, Module.edition_id == Edition.id)
        .join(Quiz, (Quiz.module_key == Module.key) & (Quiz.edition_id <= Edition.id))
        .where(Enrollment.person_id == person_id, Enrollment.voided_on.is_(None), Enrollment.completed_on.is_(None))
        .where(Module.kind == ModuleKind.QUIZ)
        .options(joinedload(StudyRecord.edition).joinedload(Edition.course), joinedload(StudyRecord.enrollment))
        .order_by(StudyRecord.id, Module.position, Quiz.edition_id.desc())
    )
    # Of several editions' terms the latest is in force.
    latest: dict[tuple[int, str], tuple[StudyRecord, Module, Quiz]] = {}
    for record, module, quiz in rows:
        latest.setdefault((record.id, module.key), (record, module, quiz))
    granted = _granted(session, [record.id for record, _, _ in latest.values()])
    return [
        TimedQuiz(record, module, quiz.limit_minutes, granted.get(known, 0))
        for known, (record, module, quiz) in latest.items()
        if quiz.limit_minutes is not None
    ]


def _granted(session: Session, record_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    wanted = select(TimeGrant.record_id, TimeGrant.module_key, func.sum(TimeGrant.minutes)).where(
        TimeGrant.record_id.in_(record_ids)
    )
    rows = session.execute(wanted.group_by(TimeGrant.record_id, TimeGrant.module_key))
    return {(record_id, module_key): minutes for record_id, module_key, minutes in rows}


def find_grant(session: Session, *, request_key: str) -> TimeGrant | None:
    """Return what a form granted before."""
    return session.scalars(select(TimeGrant).where(TimeGrant.request_key == request_key)).one_or_none()
