"""Reading progress: someone's own study record, how far its modules are, and what they add up to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.learning.progress.rules import (
    Answer,
    Criteria,
    EvidenceLevel,
    ModuleState,
    Step,
    StudyFacts,
    StudyState,
)
from lms.shared.errors import DomainError, NotFoundError

WITH_ALL = (joinedload(StudyRecord.enrollment), joinedload(StudyRecord.edition))


def find_record(session: Session, *, person_id: int, public_id: str) -> StudyRecord | None:
    """Return a person's own study record, or None: of somebody else's there is nothing to see."""
    return session.scalars(_own_record(), {"person_id": person_id, "public_id": public_id}).one_or_none()


def get_record(session: Session, *, person_id: int, public_id: str, locked: bool = False) -> StudyRecord:
    """Return a person's own study record; `locked` lets others who write to it wait for the transaction's end.

    Raises:
        NotFoundError: it is missing or somebody else's.
    """
    wanted = _own_record()
    if locked:  # SQLite has taken the write lock at BEGIN
        wanted = wanted.with_for_update(of=StudyRecord).execution_options(populate_existing=True)
    found = session.scalars(wanted, {"person_id": person_id, "public_id": public_id}).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _own_record() -> Select[StudyRecord]:
    return (
        select(StudyRecord)
        .join(StudyRecord.enrollment)
        .where(StudyRecord.public_id == bindparam("public_id"), Enrollment.person_id == bindparam("person_id"))
        .options(*WITH_ALL)
    )


def record_of(session: Session, enrollment_id: int) -> StudyRecord | None:
    """Return the study record of an enrollment, or None while it was not opened."""
    wanted = select(StudyRecord).where(StudyRecord.enrollment_id == enrollment_id).options(*WITH_ALL)
    return session.scalars(wanted).one_or_none()


def find_former(session: Session, enrollment: Enrollment) -> Enrollment | None:
    """Return the cycle before an enrollment, of the same person and course, or None."""
    earlier = select(Enrollment).where(
        Enrollment.person_id == enrollment.person_id,
        Enrollment.course_id == enrollment.course_id,
        Enrollment.cycle < enrollment.cycle,
    )
    return session.scalars(earlier.order_by(Enrollment.cycle.desc()).limit(1)).one_or_none()


def progress_of(session: Session, record_id: int) -> dict[str, ModuleProgress]:
    """Return how far the modules of a record are, by module key; those not opened are left out."""
    wanted = select(ModuleProgress).where(ModuleProgress.record_id == record_id)
    rows = session.scalars(wanted.execution_options(populate_existing=True))
    return {row.module_key: row for row in rows}


def list_steps(session: Session, edition_id: int) -> tuple[Step, ...]:
    """List the modules of an edition in their order."""
    return tuple(_step(row) for row in session.execute(_STEPS, {"edition_id": edition_id}))


def list_steps_of_version(session: Session, course_version_id: int) -> tuple[Step, ...]:
    """List the modules of a course version's edition; none where the course was not learned here."""
    edition_id = session.scalar(select(Edition.id).where(Edition.course_version_id == course_version_id))
    return list_steps(session, edition_id) if edition_id else ()


def study_facts(session: Session, record: StudyRecord, today: date) -> StudyFacts:
    """Return all that decides where a learner stands in the course of a study record."""
    rows = session.execute(_FACTS, {"edition_id": record.edition_id, "record_id": record.id}).all()
    states = {row.key: _state(row) for row in rows if row.opened_at is not None}
    completed_on = record.enrollment.completed_on
    return StudyFacts(
        modules=tuple(_step(row) for row in rows),
        states=states,
        criteria=criteria_of(record.edition),
        seconds=record.seconds,
        is_completed=record.completed_at is not None or (completed_on is not None and completed_on <= today),
    )


def criteria_of(edition: Edition) -> Criteria:
    """Return what completing an edition asks for."""
    return Criteria(
        progress=edition.pass_progress_pct,
        score=edition.pass_score,
        min_minutes=edition.min_minutes,
        chapters_per_day=edition.max_chapters_per_day,
    )


def find_answer(session: Session, *, record_id: int, key: str, sha256: str) -> Answer | None:
    """Return what a post was answered before, or None when it is new.

    Raises:
        DomainError: the key was used for a post with another body ("key_taken").
    """
    kept = session.execute(_ANSWER, {"record_id": record_id, "key": key}).one_or_none()
    if kept is None:
        return None
    if kept.body_sha256 != sha256:
        raise DomainError("key_taken", key=key)
    said = kept.answer
    return Answer(
        key=key,
        saved_at=datetime.fromisoformat(said["saved_at"]),
        module_percent=said["module_percent"],
        module_done=said["module_done"],
        course_percent=said["course_percent"],
        state=StudyState(said["state"]),
        missing=said["missing"],
    )


def evidence_of(session: Session, enrollment: Enrollment) -> EvidenceLevel | None:
    """Return how a completion is known, or None: it is not completed, or came with an imported history.

    Whoever records a completion by hand vouches for it.
    """
    if enrollment.completed_on is None:
        return None
    if enrollment.evidence_kind is not None:
        return EvidenceLevel.WITNESSED
    level = session.scalar(select(StudyRecord.evidence_level).where(StudyRecord.enrollment_id == enrollment.id))
    return EvidenceLevel(level) if level else None


# Building a statement takes several times as long as running it: those that every post asks are built once.
_STEP = (
    Module.key, Module.public_id, Module.kind, Module.chapter, Module.required, Module.minutes,
    Module.seconds.label("length"), Module.pages,
)  # fmt: skip
_STATE = (
    ModuleProgress.opened_at, ModuleProgress.opened_on, ModuleProgress.percent, ModuleProgress.seconds,
    ModuleProgress.ranges, ModuleProgress.position, ModuleProgress.score, ModuleProgress.completed_at,
)  # fmt: skip
_STEPS = select(*_STEP).where(Module.edition_id == bindparam("edition_id")).order_by(Module.position)
_FACTS = (
    select(*_STEP, *_STATE)
    .outerjoin(
        ModuleProgress,
        (ModuleProgress.module_key == Module.key) & (ModuleProgress.record_id == bindparam("record_id")),
    )
    .where(Module.edition_id == bindparam("edition_id"))
    .order_by(Module.position)
)
_ANSWER = select(ProgressPost.body_sha256, ProgressPost.answer).where(
    ProgressPost.record_id == bindparam("record_id"), ProgressPost.key == bindparam("key")
)


def _step(row: Any) -> Step:
    return Step(
        key=row.key,
        public_id=row.public_id,
        kind=ModuleKind(row.kind),
        chapter=row.chapter,
        required=row.required,
        minutes=row.minutes,
        seconds=row.length,
        pages=row.pages,
    )


def _state(row: Any) -> ModuleState:
    return ModuleState(
        opened_at=row.opened_at,
        opened_on=row.opened_on,
        percent=row.percent,
        seconds=row.seconds,
        ranges=tuple((start, end) for start, end in row.ranges),
        position=row.position,
        score=row.score,
        done=row.completed_at is not None,
    )
