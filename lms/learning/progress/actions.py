"""Writing progress: opening a course, scores, attendance; and completing when all is there. Posts: `actions_posts`."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.actions import record_completion
from lms.enrollments.models import Enrollment
from lms.enrollments.recording.rules import day_fault, text_fault
from lms.learning.content.models import Edition
from lms.learning.content.rules import Keeps, ModuleKind
from lms.learning.progress.models import ModuleProgress, StudyRecord
from lms.learning.progress.queries import (
    Studied,
    find_former,
    list_steps,
    list_steps_of_version,
    progress_of,
    record_of,
    study_facts,
)
from lms.learning.progress.rules import (
    WHOLE,
    ModuleState,
    Outlook,
    Step,
    StudyFacts,
    evidence_level,
    outlook,
)
from lms.learning.progress.rules_earning import graded
from lms.shared.clock import local_date
from lms.shared.db import Ready, table_of
from lms.shared.errors import DomainError, NotFoundError

# Built once, on the tables themselves: see queries.py.
_MODULE, _RECORD = table_of(ModuleProgress), table_of(StudyRecord)
_UPDATE_MODULE = update(_MODULE).where(
    _MODULE.c.record_id == bindparam("of_record"), _MODULE.c.module_key == bindparam("of_module")
)
_UPDATE_RECORD = update(_RECORD).where(_RECORD.c.id == bindparam("of_record"))


def open_record(
    session: Session, actor: Actor, *, enrollment: Enrollment, edition: Edition, today: date
) -> StudyRecord:
    """Return the study record of an enrollment, made when it is opened for the first time.

    Where the edition asks for its new part only, what was done in the cycle before counts.
    """
    if found := record_of(session, enrollment.id):
        return found
    record = StudyRecord(
        enrollment_id=enrollment.id, edition_id=edition.id, started_at=actor.at, last_at=actor.at, seconds=0
    )
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:  # two tabs opened it at once
        if found := record_of(session, enrollment.id):
            return found
        raise
    detail: dict[str, object] = {"enrollment": enrollment.id}
    if edition.keeps == Keeps.TOP_UP:
        detail["carried_over"] = _carry_over(session, actor, record, today)
        settle(session, actor, record, study_facts(session, record, today), today=today)
    _note(session, actor, "progress.open", record, detail)
    return record


def _carry_over(session: Session, actor: Actor, record: StudyRecord, today: date) -> int:
    """Copy what was done in the cycle before, of modules that are the same; return how many modules that were."""
    former = find_former(session, record.enrollment)
    if former is None:
        return 0
    kept = {step.key for step in list_steps(session, record.edition_id)}
    studied = record_of(session, former.id)
    rows = progress_of(session, studied.id) if studied else {}
    carried = [_copy(row, record) for key, row in rows.items() if key in kept]
    if former.completed_on:  # what was completed as a whole, such as before courses were learned here
        carried += _completed_modules(session, actor, record, former, kept - rows.keys(), today)
    record.seconds = sum(row.seconds for row in carried)
    session.add_all(carried)
    session.flush()
    return len(carried)


def _copy(row: ModuleProgress, record: StudyRecord) -> ModuleProgress:
    columns = {name: getattr(row, name) for name in ModuleProgress.__table__.columns.keys()}  # noqa: SIM118
    return ModuleProgress(**(columns | {"record_id": record.id}))


def _completed_modules(
    session: Session, actor: Actor, record: StudyRecord, former: Enrollment, keys: set[str], today: date
) -> list[ModuleProgress]:
    """Return as done the modules that stand in the edition that was completed."""
    had = [step for step in list_steps_of_version(session, former.course_version_id) if step.key in keys]
    times = {"opened_at": actor.at, "last_at": actor.at, "completed_at": former.completed_at or actor.at}
    score = int(former.score) if former.score is not None else None
    return [
        ModuleProgress(
            record_id=record.id, module_key=step.key, percent=WHOLE, seconds=0, ranges=[], position={},
            opened_on=former.completed_on or today, score=score if step.kind is ModuleKind.QUIZ else None, **times,
        )
        for step in had
    ]  # fmt: skip


def note_score(
    session: Session, actor: Actor, record: StudyRecord, *, module_key: str, score: int, passed: bool, today: date
) -> Outlook:
    """Note the score of a graded attempt, in whole points of 100; the best one stands, passed once is passed.

    Raises:
        NotFoundError: the course has no such quiz.
        DomainError: the score is not within 0-100 ("score").
    """
    if not 0 <= score <= WHOLE:
        raise DomainError("score", score=score)
    facts, step, state = _locked_state(session, actor, record, module_key, ModuleKind.QUIZ, today)
    facts = _keep(session, actor, record, facts, step, graded(state, score, passed=passed))
    return settle(session, actor, record, facts, today=today)


def record_attendance(
    session: Session, actor: Actor, record: StudyRecord, *, module_key: str, on: date, reason: str, timezone: str
) -> Outlook:
    """Record that someone else attended an in-person session. Whose sessions the actor looks after, the caller knows.

    A course that is completed by it was completed on the day when the last of its parts was done, not when this was
    written down: a sheet that was handed in late makes nobody late.

    Raises:
        NotFoundError: the course has no such session.
        DomainError: it is the actor's own ("oneself"), the day is to come or long ago ("future", "long_ago"), or no
            reason is given ("reason").
    """
    person_id, today = record.enrollment.person_id, local_date(actor.at, timezone)
    if person_id == actor.person_id:
        raise DomainError("oneself")
    if fault := day_fault(on, today):
        raise DomainError(fault, day=on)
    if text_fault(reason):
        raise DomainError("reason")
    facts, step, state = _locked_state(session, actor, record, module_key, ModuleKind.SESSION, today)
    if state.done:  # someone was quicker, or the form was sent twice
        return outlook(facts)
    facts = _keep(session, actor, record, facts, step, replace(state, percent=WHOLE, done=True))
    attended = {"of_record": record.id, "of_module": module_key, "attended_on": on, "witness_id": actor.person_id}
    session.execute(_UPDATE_MODULE, attended)
    detail: dict[str, object] = {"module": module_key, "on": on.isoformat()}
    _note(session, actor, "progress.attend", record, detail, reason.strip())
    return settle(
        session, actor, record, facts, today=today, completed_on=_last_done_on(session, record, facts, timezone)
    )


def _last_done_on(session: Session, record: StudyRecord, facts: StudyFacts, timezone: str) -> date:
    """Return the day when the last required module was done; a session in person on the day it was attended."""
    done, criteria = progress_of(session, record.id), facts.criteria
    rows = [done[step.key] for step in facts.modules if step.required and step.key in done]
    moments = [row.completed_at for row in rows if row.completed_at and not row.attended_on]
    if criteria.score:  # a better attempt than the first that passed may have been the one that was enough
        moments += [row.last_at for row in rows if row.score is not None]
    if criteria.min_minutes:
        moments.append(record.last_at)
    days = [row.attended_on for row in rows if row.attended_on] + [local_date(at, timezone) for at in moments]
    return max(days, default=local_date(record.last_at, timezone))


def settle(
    session: Session,
    actor: Actor,
    record: StudyRecord | Studied,
    facts: StudyFacts,
    *,
    today: date,
    completed_on: date | None = None,
) -> Outlook:
    """Complete a course whose criteria are met, once, through the one door; return where the learner stands.

    `completed_on` is the day the criteria were met, where that was before today.
    """
    found = outlook(facts)
    if found.missing or facts.is_completed:
        return found
    level = evidence_level(facts.modules)
    session.execute(_UPDATE_RECORD, {"of_record": record.id, "completed_at": actor.at, "evidence_level": level})
    if isinstance(record, StudyRecord):
        session.refresh(record)
    record_completion(
        session,
        enrollment_id=record.enrollment_id,
        completed_on=completed_on or today,
        completed_at=actor.at if completed_on in {None, today} else None,
        score=None if found.score is None else Decimal(found.score),
        actor=actor,
    )
    return found


def _locked_state(
    session: Session, actor: Actor, record: StudyRecord, module_key: str, kind: ModuleKind, today: date
) -> tuple[StudyFacts, Step, ModuleState]:
    """Lock a record; return its facts, and the module of a kind with how far it is."""
    session.refresh(record, with_for_update={"of": StudyRecord})  # what is joined to it is not locked
    record.revision += 1
    facts = study_facts(session, record, today)
    step = next((one for one in facts.modules if one.key == module_key and one.kind is kind), None)
    if step is None:
        raise NotFoundError
    return facts, step, facts.states.get(module_key) or ModuleState(opened_at=actor.at, opened_on=today)


def values_of(state: ModuleState, at: datetime) -> dict[str, Any]:
    """Return how far a module is, as it is written at an instant; when it was done is written once."""
    return {
        "percent": state.percent,
        "seconds": state.seconds,
        "ranges": state.ranges,
        "position": dict(state.position),
        "score": state.score,
        "last_at": at,
        "completed_at": at if state.done else None,
    }


@lru_cache(maxsize=8)
def _write_module(dialect: Dialect, columns: tuple[str, ...], *, is_new: bool) -> Ready:
    return Ready(insert(_MODULE).inline() if is_new else _UPDATE_MODULE, dialect, columns)


def keep_state(
    connection: Connection, actor: Actor, record_id: int, step: Step, before: ModuleState | None, state: ModuleState
) -> None:
    """Write how far a module is."""
    values = values_of(state, actor.at)
    if before is None:
        opened = {"record_id": record_id, "module_key": step.key}
        opened |= {"opened_at": state.opened_at, "opened_on": state.opened_on}
        values |= opened
        _write_module(connection.dialect, tuple(values), is_new=True).execute(connection, values)
        return
    if before.done == state.done:
        del values["completed_at"]
    update_module = _write_module(connection.dialect, tuple(values), is_new=False)
    update_module.execute(connection, values | {"of_record": record_id, "of_module": step.key})


def _keep(
    session: Session, actor: Actor, record: StudyRecord, facts: StudyFacts, step: Step, state: ModuleState
) -> StudyFacts:
    """Write how far a module is; return the facts with it."""
    keep_state(session.connection(), actor, record.id, step, facts.states.get(step.key), state)
    return replace(facts, states={**facts.states, step.key: state})


def _note(
    session: Session,
    actor: Actor,
    action: str,
    record: StudyRecord,
    detail: dict[str, object],
    reason: str | None = None,
) -> None:
    audit.record(
        session,
        actor,
        action,
        "study_record",
        record.public_id,
        subject_ids=[record.enrollment.person_id],
        reason=reason,
        detail=detail,
    )
