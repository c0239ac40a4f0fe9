"""Recording completions for others by hand, and correcting one. Each goes through the one door to a completion."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.actions import correct_completion, record_completion
from lms.enrollments.models import Enrollment, Recording
from lms.enrollments.recording.queries import find_recording
from lms.enrollments.recording.rules import Batch, day_fault, text_fault
from lms.enrollments.rules import Evidence
from lms.shared.errors import DomainError


def record_batch(
    session: Session,
    *,
    batch: Batch,
    completed_on: date,
    evidence: Evidence,
    on: date,
    request_key: str,
    actor: Actor,
) -> Recording:
    """Record what `read_batch` found recordable. The same `request_key` again answers with what was done before.

    Raises:
        DomainError: the day is to come or long ago ("future", "long_ago"), or the evidence or the reason is not said
            ("reason").
    """
    if before := find_recording(session, request_key=request_key):
        return before
    _check(completed_on, on, evidence.note, evidence.reason)
    recording = Recording(
        completed_on=completed_on,
        evidence_kind=evidence.kind,
        evidence_note=evidence.note,
        reason=evidence.reason,
        created_by_id=actor.person_id,
        recorded_at=actor.at,
        request_key=request_key,
    )
    if before := _keep(session, recording):
        return before
    people = _record_all(session, batch, completed_on, evidence, actor)
    recording.recorded = len(people)
    _note(session, actor, recording, people)
    return recording


def _record_all(session: Session, batch: Batch, completed_on: date, evidence: Evidence, actor: Actor) -> list[int]:
    """Record the batch; return the people of whom something was recorded."""
    return [
        line.person_id
        for line in batch.recordable
        if line.cycle
        and record_completion(
            session, enrollment_id=line.cycle.id, completed_on=completed_on, evidence=evidence, actor=actor
        )
    ]


def _check(completed_on: date, on: date, *texts: str) -> None:
    if fault := day_fault(completed_on, on):
        raise DomainError(fault, day=completed_on)
    if text_fault(*texts):
        raise DomainError("reason")


def _keep(session: Session, recording: Recording) -> Recording | None:
    """Add the recording; return the one that is there already when the same form was sent twice at the same time."""
    try:
        with session.begin_nested():
            session.add(recording)
    except IntegrityError:
        if before := find_recording(session, request_key=recording.request_key):
            return before
        raise
    return None


def _note(session: Session, actor: Actor, recording: Recording, person_ids: list[int]) -> None:
    audit.record(
        session,
        actor,
        "enrollments.record",
        "recording",
        recording.public_id,
        subject_ids=sorted(set(person_ids)),
        reason=recording.reason,
        detail={
            "completed_on": recording.completed_on.isoformat(),
            "evidence": recording.evidence_kind,
            "note": recording.evidence_note,
            "recorded": recording.recorded,
        },
    )


def correct(
    session: Session,
    *,
    enrollment: Enrollment,
    known_since: datetime,
    completed_on: date | None,
    on: date,
    reason: str,
    actor: Actor,
) -> bool:
    """Correct the day of a completion, or take it back (None); tell whether anything changed.

    `known_since` is when the version that the form showed was recorded: a form sent twice changes nothing, one that
    someone else overtook is refused.

    Raises:
        DomainError: nothing is recorded that could be corrected ("not_completed"), someone changed it meanwhile
            ("overtaken"), the day or the reason is not sound, or it is the actor's own ("oneself").
    """
    # Two who correct at once take turns here, and the second learns of the first.
    session.refresh(enrollment, with_for_update=True)
    if completed_on is not None:
        _check(completed_on, on, reason)
    elif text_fault(reason):
        raise DomainError("reason")
    if enrollment.completed_on != completed_on:
        if enrollment.recorded_at != known_since:
            raise DomainError("overtaken")
        if enrollment.completed_on is None:
            raise DomainError("not_completed")
    return correct_completion(
        session,
        enrollment_id=enrollment.id,
        completed_on=completed_on,
        score=enrollment.score if completed_on else None,
        reason=reason,
        actor=actor,
    )
