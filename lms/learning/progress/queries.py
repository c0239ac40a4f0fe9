"""Reading progress: someone's own study record, how far its modules are, and what they add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select
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
    Post,
    Step,
    StudyFacts,
    StudyState,
)
from lms.people.models import Person
from lms.shared.db import among, table_of
from lms.shared.errors import DomainError, NotFoundError

WITH_ALL = (joinedload(StudyRecord.enrollment), joinedload(StudyRecord.edition))


# Building a statement takes several times as long as running it, and reading rows as objects as long again: what every
# post asks is built once, on the tables themselves.
_RECORD = table_of(StudyRecord).c
_ENROLLMENT = table_of(Enrollment).c
_EDITION = table_of(Edition).c
_MODULE = table_of(Module).c
_PROGRESS = table_of(ModuleProgress).c
_POST = table_of(ProgressPost).c
_STEP = (
    _MODULE.key, _MODULE.public_id, _MODULE.kind, _MODULE.chapter, _MODULE.required, _MODULE.minutes,
    _MODULE.seconds.label("length"), _MODULE.pages,
)  # fmt: skip
_STATE = (
    _PROGRESS.opened_at, _PROGRESS.opened_on, _PROGRESS.percent, _PROGRESS.seconds,
    _PROGRESS.ranges, _PROGRESS.position, _PROGRESS.score, _PROGRESS.completed_at,
)  # fmt: skip
_STEPS = select(*_STEP).where(_MODULE.edition_id == bindparam("edition_id")).order_by(_MODULE.position)
_FACTS = _STEPS.add_columns(*_STATE).join_from(
    table_of(Module),
    table_of(ModuleProgress),
    (_PROGRESS.module_key == _MODULE.key) & (_PROGRESS.record_id == bindparam("record_id")),
    isouter=True,
)
# Built once: see `people.queries.placement_on`.
_OF_PERSON = (
    select(StudyRecord)
    .join(StudyRecord.enrollment)
    .where(Enrollment.person_id == bindparam("person_id"))
    .options(*WITH_ALL)
)
_FACTS_OF_ALL = (
    select(_RECORD.id.label("record_id"), *_STEP, *_STATE)
    .join(table_of(Module), _MODULE.edition_id == _RECORD.edition_id)
    .outerjoin(table_of(ModuleProgress), (_PROGRESS.module_key == _MODULE.key) & (_PROGRESS.record_id == _RECORD.id))
    .where(among(_RECORD.id, "records"))
    .order_by(_RECORD.id, _MODULE.position)
)
# All that a post is judged by but the modules: the record, what its edition asks for, how far its modules are, and what
# a post of that key was answered.
_JUDGED = (
    select(
        _RECORD.id, _RECORD.enrollment_id, _RECORD.edition_id, _RECORD.revision, _RECORD.seconds.label("studied"),
        _RECORD.last_at, _RECORD.completed_at.label("completed"), _ENROLLMENT.completed_on, _EDITION.pass_progress_pct,
        _EDITION.pass_score, _EDITION.min_minutes, _EDITION.max_chapters_per_day, _EDITION.public_id.label("edition"),
        _POST.body_sha256, _POST.answer, _PROGRESS.module_key, *_STATE,
    )
    .join(table_of(Enrollment), _ENROLLMENT.id == _RECORD.enrollment_id)
    .join(table_of(Edition), _EDITION.id == _RECORD.edition_id)
    .outerjoin(table_of(ModuleProgress), _PROGRESS.record_id == _RECORD.id)
    .outerjoin(table_of(ProgressPost), (_POST.record_id == _RECORD.id) & (_POST.key == bindparam("key")))
    .where(_RECORD.public_id == bindparam("public_id"), _ENROLLMENT.person_id == bindparam("person_id"))
)  # fmt: skip
# Modules by their edition's public id: published ones never change, the database sees to that.
_published: dict[str, tuple[Step, ...]] = {}
MOST_PUBLISHED = 1024


@dataclass(frozen=True, slots=True)
class Studied:
    """A study record, as far as a post changes it, with what completing its edition asks for."""

    id: int
    enrollment_id: int
    edition_id: int
    revision: int
    seconds: int
    last_at: datetime
    completed_at: datetime | None
    completed_on: date | None
    criteria: Criteria

    def is_completed(self, today: date) -> bool:
        """Tell whether the course is completed by a day, here or as someone recorded it."""
        return self.completed_at is not None or (self.completed_on is not None and self.completed_on <= today)


@dataclass(frozen=True, slots=True)
class Known:
    """All that a post is judged by, as of the record's revision."""

    studied: Studied
    steps: tuple[Step, ...]
    states: Mapping[str, ModuleState]

    def facts(self, today: date) -> StudyFacts:
        """Return what decides on a day where the learner stands."""
        return _facts(self.studied, self.steps, self.states, today)


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


def list_attended(session: Session, record_id: int) -> dict[str, tuple[date, str]]:
    """Return, by module key, on which day a session in person was attended and the name of who vouches for it."""
    wanted = (
        select(ModuleProgress.module_key, ModuleProgress.attended_on, Person.name)
        .join(Person, Person.id == ModuleProgress.witness_id)
        .where(ModuleProgress.record_id == record_id, ModuleProgress.attended_on.is_not(None))
    )
    return {key: (on, name) for key, on, name in session.execute(wanted) if on}


def list_steps(session: Session, edition_id: int) -> tuple[Step, ...]:
    """List the modules of an edition in their order."""
    return tuple(_step(row) for row in session.execute(_STEPS, {"edition_id": edition_id}))


def list_steps_of_version(session: Session, course_version_id: int) -> tuple[Step, ...]:
    """List the modules of a course version's edition; none where the course was not learned here."""
    edition_id = session.scalar(select(Edition.id).where(Edition.course_version_id == course_version_id))
    return list_steps(session, edition_id) if edition_id else ()


def studied_of(record: StudyRecord) -> Studied:
    """Return what a post changes of a record that was read whole."""
    return Studied(
        id=record.id,
        enrollment_id=record.enrollment_id,
        edition_id=record.edition_id,
        revision=record.revision,
        seconds=record.seconds,
        last_at=record.last_at,
        completed_at=record.completed_at,
        completed_on=record.enrollment.completed_on,
        criteria=criteria_of(record.edition),
    )


def study_facts(session: Session, record: StudyRecord, today: date) -> StudyFacts:
    """Return all that decides where a learner stands in the course of a study record."""
    studied = studied_of(record)
    rows = session.execute(_FACTS, {"edition_id": studied.edition_id, "record_id": studied.id}).all()
    return _facts_of(studied, rows, today)


def list_study_facts(session: Session, *, person_id: int, today: date) -> list[tuple[StudyRecord, StudyFacts]]:
    """Return a person's study records with all that decides where they stand, in two statements however many."""
    records = session.scalars(_OF_PERSON, {"person_id": person_id}).all()
    rows = session.execute(_FACTS_OF_ALL, {"records": [record.id for record in records]}).all() if records else []
    found: dict[int, list[Any]] = {record.id: [] for record in records}
    for row in rows:
        found[row.record_id].append(row)
    return [(record, _facts_of(studied_of(record), found[record.id], today)) for record in records]


def read_for_post(connection: Connection, post: Post, *, person_id: int, public_id: str) -> tuple[Known, Answer | None]:
    """Return what a post to a person's own study record is judged by, and what it was answered before, or None.

    Nothing is locked: who writes checks that the record is still as it was read.

    Raises:
        NotFoundError: the record is missing or somebody else's.
        DomainError: the key was used for a post with another body ("key_taken").
    """
    rows = connection.execute(_JUDGED, {"person_id": person_id, "public_id": public_id, "key": post.key}).all()
    if not rows:
        raise NotFoundError
    first = rows[0]
    studied = Studied(*first[:8], Criteria(*first[8:12]))
    states = {row.module_key: _state(row) for row in rows if row.module_key is not None}
    known = Known(studied, _published_steps(connection, studied.edition_id, first.edition), states)
    if first.answer is None:
        return known, None
    if first.body_sha256 != post.sha256:
        raise DomainError("key_taken", key=post.key)
    said = first.answer
    times = {"saved_at": datetime.fromisoformat(said["saved_at"]), "state": StudyState(said["state"])}
    return known, Answer(**(said | times))


def _published_steps(connection: Connection, edition_id: int, public_id: str) -> tuple[Step, ...]:
    """Return the modules of an edition that someone studies, from memory where they were read before."""
    steps = _published.get(public_id)
    if steps is None:
        steps = tuple(_step(row) for row in connection.execute(_STEPS, {"edition_id": edition_id}))
        if len(_published) >= MOST_PUBLISHED:
            _published.clear()
        _published[public_id] = steps
    return steps


def _facts_of(studied: Studied, rows: Sequence[Any], today: date) -> StudyFacts:
    states = {row.key: _state(row) for row in rows if row.opened_at is not None}
    return _facts(studied, tuple(_step(row) for row in rows), states, today)


def _facts(studied: Studied, steps: tuple[Step, ...], states: Mapping[str, ModuleState], today: date) -> StudyFacts:
    return StudyFacts(steps, states, studied.criteria, studied.seconds, studied.is_completed(today))


def criteria_of(edition: Edition) -> Criteria:
    """Return what completing an edition asks for."""
    return Criteria(
        progress=edition.pass_progress_pct,
        score=edition.pass_score,
        min_minutes=edition.min_minutes,
        chapters_per_day=edition.max_chapters_per_day,
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
