"""Writing to one enrollment: enroll, complete, correct, void. `record_completion` is the one door to a completion."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.courses.queries import versions_in_force
from lms.courses.rules import nominal_due
from lms.enrollments.assignment_rules.queries_doors import is_door
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.dues.queries import load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.models import BY_HAND, STATE, Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause, Completion, Evidence, Source, standing_completion
from lms.people import changes
from lms.shared.errors import DomainError, NotFoundError

LOWEST_SCORE, HIGHEST_SCORE = Decimal(0), Decimal(100)

__all__ = ["correct_completion", "enroll", "record_completion", "refresh_due_dates", "void"]


def enroll(
    session: Session,
    *,
    person_id: int,
    course: Course,
    assigned_on: date,
    due_on: date | None = None,
    due_days: int | None = None,
    source: Source,
    actor: Actor,
) -> Enrollment:
    """Enroll a person in a course, in the next cycle; the same person, course and day again is the same enrollment.

    With neither `due_on` nor `due_days`, the course's own rule sets the due date.

    Raises:
        DomainError: the course is retired on that day ("course_retired"), or a cycle that begins later is already
            there ("later_cycle").
    """
    if course.retired_on is not None and course.retired_on <= assigned_on:
        raise DomainError("course_retired", course=course.code, retired_on=course.retired_on)
    latest = _latest(session, person_id, course)
    if latest is not None and latest.assigned_on == assigned_on:
        return latest
    if latest is not None and latest.assigned_on > assigned_on:
        raise DomainError("later_cycle", course=course.code, assigned_on=latest.assigned_on)
    if due_on is None and due_days is None:
        due_on, due_days = course.due_on, course.due_days
    nominal = nominal_due(assigned_on, due_on=due_on, due_days=due_days)
    enrollment = _begin(session, person_id, course, assigned_on, nominal, source, actor)
    if latest is not None:
        latest.has_later_cycle, enrollment.cycle = True, latest.cycle + 1
    session.add(enrollment)
    session.flush()
    _note(session, actor, "enrollments.enroll", enrollment, {"course": course.code, "source": source})
    return enrollment


def _latest(session: Session, person_id: int, course: Course) -> Enrollment | None:
    cycles = select(Enrollment).where(Enrollment.person_id == person_id, Enrollment.course_id == course.id)
    return session.scalar(cycles.order_by(Enrollment.cycle.desc()).limit(1))


def _begin(
    session: Session,
    person_id: int,
    course: Course,
    assigned_on: date,
    nominal: date | None,
    source: Source,
    actor: Actor,
) -> Enrollment:
    known = load_circumstances(session, [person_id]).get(person_id, NOTHING_KNOWN)
    return Enrollment(
        person_id=person_id,
        course_id=course.id,
        cycle=1,
        source=source,
        required=course.mandatory,
        assigned_on=assigned_on,
        nominal_due_on=nominal,
        due_on=known.due(nominal, assigned_on),
        course_version_id=versions_in_force(session, assigned_on, [course.id])[course.id],
        recorded_at=actor.at,
    )


def record_completion(
    session: Session,
    *,
    enrollment_id: int,
    completed_on: date,
    completed_at: datetime | None = None,
    score: Decimal | None = None,
    evidence: Evidence | None = None,
    actor: Actor,
) -> bool:
    """Latch a completion and tell whether anything changed. The one door to a completion (ruling 27).

    A later or lower result than the recorded one changes nothing. `completed_on` is the local day, `completed_at` the
    instant where it is known. With `evidence` the actor records it by hand: then it takes no recorded one's place.

    Raises:
        NotFoundError: there is no such enrollment.
        DomainError: the score is not within 0–100 ("score"), or the actor records their own by hand ("oneself").
    """
    enrollment = _get_locked(session, enrollment_id)
    offered = Completion(completed_on, _checked(score))
    recorded = Completion(enrollment.completed_on, enrollment.score) if enrollment.completed_on else None
    if evidence and enrollment.person_id == actor.person_id:
        raise DomainError("oneself")
    if standing_completion(recorded, offered) == recorded or (evidence and recorded):
        return False
    _keep_former(session, enrollment, Cause.COMPLETED, actor.at)
    enrollment.completed_on, enrollment.completed_at, enrollment.score = completed_on, completed_at, offered.score
    _sign(enrollment, evidence, actor)
    session.flush()
    detail: dict[str, object] = {"completed_on": completed_on.isoformat()}
    detail |= {"evidence": evidence.kind, "note": evidence.note} if evidence else {}
    reason = evidence.reason if evidence else None
    _note(session, actor, "enrollments.complete", enrollment, detail, reason)
    if is_door(session, enrollment.course_id):
        changes.tell(session, actor, [enrollment.person_id])
    return True


def _sign(enrollment: Enrollment, evidence: Evidence | None, actor: Actor) -> None:
    """Write beside a completion who recorded it by hand, how it is known and why; nothing where it came by itself."""
    by_hand = (actor.person_id, evidence.kind, evidence.note, evidence.reason) if evidence else (None,) * len(BY_HAND)
    for name, value in zip(BY_HAND, by_hand, strict=True):
        setattr(enrollment, name, value)


def correct_completion(
    session: Session,
    *,
    enrollment_id: int,
    completed_on: date | None,
    score: Decimal | None = None,
    reason: str,
    actor: Actor,
) -> bool:
    """Correct a recorded completion, or take it back (`completed_on` None), and tell whether anything changed.

    Raises:
        NotFoundError: there is no such enrollment.
        DomainError: no reason is given ("reason"), the score is not within 0–100 ("score"), or the completion is the
            actor's own ("oneself").
    """
    if not reason.strip():
        raise DomainError("reason")
    enrollment = _get_locked(session, enrollment_id)
    if enrollment.person_id == actor.person_id:
        raise DomainError("oneself")
    score = _checked(score) if completed_on else None
    if (enrollment.completed_on, enrollment.score) == (completed_on, score):
        return False
    before = enrollment.completed_on and enrollment.completed_on.isoformat()
    _keep_former(session, enrollment, Cause.CORRECTED, actor.at)
    enrollment.completed_on, enrollment.completed_at, enrollment.score = completed_on, None, score
    enrollment.recorded_by_id, enrollment.completion_reason = actor.person_id, reason.strip()
    session.flush()
    detail: dict[str, object] = {"before": before, "after": completed_on and completed_on.isoformat()}
    _note(session, actor, "enrollments.correct_completion", enrollment, detail, reason)
    return True


def void(session: Session, *, enrollment_id: int, voided_on: date, reason: str, actor: Actor) -> bool:
    """Take an enrollment out from a day on (ruling 7), and tell whether anything changed.

    Raises:
        NotFoundError: there is no such enrollment.
        DomainError: no reason is given ("reason").
    """
    if not reason.strip():
        raise DomainError("reason")
    enrollment = _get_locked(session, enrollment_id)
    if enrollment.voided_on is not None and enrollment.voided_on <= voided_on:
        return False
    _keep_former(session, enrollment, Cause.VOIDED, actor.at)
    enrollment.voided_on = voided_on
    session.flush()
    _note(session, actor, "enrollments.void", enrollment, {"voided_on": voided_on.isoformat()}, reason)
    return True


def _get_locked(session: Session, enrollment_id: int) -> Enrollment:
    # SQLite has taken the write lock at BEGIN; PostgreSQL makes a second writer wait for the row here.
    found = session.get(Enrollment, enrollment_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFoundError
    return found


def _keep_former(session: Session, enrollment: Enrollment, cause: Cause, at: datetime) -> None:
    """Copy the version in force aside before it changes; the enrollment itself then carries the new one."""
    former = {name: getattr(enrollment, name) for name in STATE}
    session.add(EnrollmentRevision(enrollment_id=enrollment.id, superseded_at=at, cause=cause, **former))
    enrollment.recorded_at = at


def _checked(score: Decimal | None) -> Decimal | None:
    if score is not None and not (score.is_finite() and LOWEST_SCORE <= score <= HIGHEST_SCORE):
        raise DomainError("score", score=score)
    return score


def _note(
    session: Session,
    actor: Actor,
    action: str,
    enrollment: Enrollment,
    detail: dict[str, object],
    reason: str | None = None,
) -> None:
    audit.record(
        session,
        actor,
        action,
        "enrollment",
        str(enrollment.id),
        subject_ids=[enrollment.person_id],
        reason=reason,
        detail=detail,
    )
