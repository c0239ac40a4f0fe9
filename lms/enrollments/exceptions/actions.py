"""Asking for an exemption, an extension or credit, and deciding about it. What is granted takes effect at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.courses.rules import expires_on
from lms.enrollments.actions import record_completion
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption, Extension
from lms.enrollments.exceptions.queries_requests import (
    find_by_key,
    find_waiting,
    list_courses,
    list_exemptions,
    validity_months,
)
from lms.enrollments.exceptions.rules import (
    LONGEST_TEXT,
    MOST_COURSES,
    Cycle,
    Kind,
    Role,
    State,
    Wish,
    credit_fault,
    extension_fault,
    may_ask,
    may_decide,
    overlaps,
    wish_fault,
)
from lms.enrollments.rules import Evidence, EvidenceKind
from lms.shared.errors import DomainError, NotFoundError

Roles = frozenset[Role]


def ask(
    session: Session,
    *,
    person_id: int,
    courses: Sequence[Course],
    wish: Wish,
    roles: Roles,
    on: date,
    request_key: str,
    actor: Actor,
) -> Sequence[ExceptionRequest]:
    """Ask for the same thing for some of a person's courses. The same `request_key` again answers with what was asked.

    `roles` are what `roles_toward` says of the actor and the person.

    Raises:
        NotFoundError: the actor may not ask for this.
        DomainError: no course is chosen ("no_course"), something is not sound (`rules.wish_fault`, and of the course
            `extension_fault` and `credit_fault`), the same waits already ("waiting"), or overlaps an exemption that
            was granted ("overlaps").
    """
    if before := find_by_key(session, request_key=request_key):
        return before
    if not may_ask(wish.kind, roles):
        raise NotFoundError
    if not 0 < len(courses) <= MOST_COURSES:
        raise DomainError("no_course")
    if fault := wish_fault(wish, on):
        raise DomainError(fault)
    cycles = {course.id: cycle for course, cycle in list_courses(session, person_id=person_id, on=on)}
    asked = [_requested(session, person_id, course, cycles.get(course.id), wish, on) for course in courses]
    return _keep(session, asked, request_key, actor)


def _keep(
    session: Session, asked: Sequence[ExceptionRequest], request_key: str, actor: Actor
) -> Sequence[ExceptionRequest]:
    """Add the requests; return those that are there already when the same form was sent twice at the same time."""
    for request in asked:
        request.requested_by_id, request.requested_at, request.request_key = actor.person_id, actor.at, request_key
    try:
        with session.begin_nested():
            session.add_all(asked)
    except IntegrityError:
        if before := find_by_key(session, request_key=request_key):
            return before
        raise
    for request in asked:
        _note(session, actor, "enrollments.request", request, request.reason)
    return asked


def _requested(
    session: Session, person_id: int, course: Course, cycle: Cycle | None, wish: Wish, on: date
) -> ExceptionRequest:
    fault = _course_fault(session, person_id, course, cycle, wish, on)
    if fault:
        raise DomainError(fault, course=course.code)
    return ExceptionRequest(
        kind=wish.kind, person_id=person_id, course_id=course.id, enrollment_id=cycle.id if cycle else None,
        starts_on=wish.starts_on, ends_on=wish.ends_on, due_on=wish.due_on, completed_on=wish.completed_on,
        reason_code=wish.reason_code, reason=wish.reason.strip(), evidence_note=wish.evidence_note.strip(),
        state=State.PENDING,
    )  # fmt: skip


def _course_fault(
    session: Session, person_id: int, course: Course, cycle: Cycle | None, wish: Wish, on: date
) -> str | None:
    if cycle is None:
        return "not_enrolled"
    if find_waiting(session, person_id=person_id, course_id=course.id, kind=wish.kind):
        return "waiting"
    if wish.kind is Kind.EXEMPTION and wish.starts_on and wish.ends_on:
        return _overlap(session, person_id, course.id, wish.starts_on, wish.ends_on)
    if wish.kind is Kind.EXTENSION and wish.due_on:
        return extension_fault(cycle, wish.due_on, on)
    return _credit_fault(session, cycle, wish.completed_on, on)


def _overlap(session: Session, person_id: int, course_id: int, starts_on: date, ends_on: date) -> str | None:
    granted = list_exemptions(session, person_id=person_id, course_id=course_id)
    taken = overlaps(starts_on, ends_on, [(one.starts_on, one.ends_on) for one in granted])
    return "overlaps" if taken else None


def _credit_fault(session: Session, cycle: Cycle, completed_on: date | None, on: date) -> str | None:
    months = validity_months(session, enrollment_id=cycle.id)
    ends_on = expires_on(completed_on, months) if completed_on else None
    return credit_fault(cycle._replace(validity_ends_on=ends_on), on)


def decide(
    session: Session,
    *,
    request: ExceptionRequest,
    approve: bool,
    note: str,
    roles: Roles,
    on: date,
    actor: Actor,
    due_on: date | None = None,
) -> bool:
    """Grant or decline what was asked for, and tell whether this decided it: the same decision again changes nothing.

    `due_on` grants another due date than the one asked for.

    Raises:
        NotFoundError: the actor may not decide this.
        DomainError: someone decided otherwise or it was withdrawn ("decided"), a refusal says nothing ("reason"), or
            what was asked for can no longer be granted (the codes of `ask`).
    """
    asked_it = actor.person_id is not None and request.requested_by_id == actor.person_id
    if not may_decide(Kind(request.kind), roles, asked_it=asked_it):
        raise NotFoundError
    session.refresh(request, with_for_update=True)
    state = State.APPROVED if approve else State.DECLINED
    if request.state != State.PENDING:
        if request.state == state and request.decided_by_id == actor.person_id:
            return False
        raise DomainError("decided")
    if len(note.strip()) > LONGEST_TEXT or not (approve or note.strip()):
        raise DomainError("reason")
    if approve:
        _grant(session, request, due_on, on, actor)
    _close(request, state, note, actor)
    session.flush()
    _note(session, actor, "enrollments.grant" if approve else "enrollments.decline", request, note.strip() or None)
    return True


def _close(request: ExceptionRequest, state: State, note: str, actor: Actor) -> None:
    request.state, request.decision_note = state, note.strip() or None
    request.decided_by_id, request.decided_at = actor.person_id, actor.at


def _grant(session: Session, request: ExceptionRequest, due_on: date | None, on: date, actor: Actor) -> None:
    course = session.get_one(Course, request.course_id)
    cycles = list_courses(session, person_id=request.person_id, on=on)
    cycle = next((cycle for known, cycle in cycles if known.id == course.id), None)
    if cycle is None:
        raise DomainError("not_enrolled", course=course.code)
    if request.kind == Kind.EXEMPTION:
        _exempt(session, request, actor)
    elif request.kind == Kind.EXTENSION:
        _extend(session, request, cycle, due_on or request.due_on, on, actor)
    else:
        _credit(session, request, cycle, on, actor)


def _exempt(session: Session, request: ExceptionRequest, actor: Actor) -> None:
    if request.starts_on is None or request.ends_on is None:
        raise DomainError("dates")
    if fault := _overlap(session, request.person_id, request.course_id, request.starts_on, request.ends_on):
        raise DomainError(fault)
    session.add(
        Exemption(
            person_id=request.person_id,
            course_id=request.course_id,
            starts_on=request.starts_on,
            ends_on=request.ends_on,
            reason_code=request.reason_code,
            evidence_note=request.evidence_note,
            approved_by_id=actor.person_id,
            request_id=request.id,
            recorded_at=actor.at,
        )
    )


def _extend(
    session: Session, request: ExceptionRequest, cycle: Cycle, due_on: date | None, on: date, actor: Actor
) -> None:
    if due_on is None or request.due_on is None or cycle.id != request.enrollment_id:
        raise DomainError("closed")
    if fault := extension_fault(cycle, due_on, on):
        raise DomainError(fault)
    for former in session.scalars(
        select(Extension).where(Extension.enrollment_id == cycle.id, Extension.superseded_at.is_(None))
    ):
        former.superseded_at = actor.at
    request.due_on = due_on
    session.add(
        Extension(
            enrollment_id=cycle.id,
            due_on=due_on,
            granted_by_id=actor.person_id,
            request_id=request.id,
            recorded_at=actor.at,
        )
    )
    session.flush()
    refresh_due_dates(session, [request.person_id], actor=actor)


def _credit(session: Session, request: ExceptionRequest, cycle: Cycle, on: date, actor: Actor) -> None:
    if request.completed_on is None:
        raise DomainError("dates")
    if fault := _credit_fault(session, cycle, request.completed_on, on):
        raise DomainError(fault)
    evidence = Evidence(EvidenceKind.CREDIT, request.evidence_note, request.reason)
    record_completion(
        session, enrollment_id=cycle.id, completed_on=request.completed_on, evidence=evidence, actor=actor
    )


def withdraw(session: Session, *, request: ExceptionRequest, actor: Actor) -> bool:
    """Take back what one asked for, and tell whether anything changed.

    Raises:
        NotFoundError: someone else asked for it.
        DomainError: it is decided ("decided").
    """
    if actor.person_id is None or request.requested_by_id != actor.person_id:
        raise NotFoundError
    session.refresh(request, with_for_update=True)
    if request.state == State.WITHDRAWN:
        return False
    if request.state != State.PENDING:
        raise DomainError("decided")
    request.state, request.decided_at = State.WITHDRAWN, actor.at
    session.flush()
    _note(session, actor, "enrollments.withdraw_request", request, None)
    return True


def end_exemption(
    session: Session, *, request: ExceptionRequest, ends_on: date, note: str, roles: Roles, actor: Actor
) -> bool:
    """Let an exemption end on an earlier day, the first that counts again; tell whether anything changed.

    An end before its beginning takes it back altogether.

    Raises:
        NotFoundError: the actor may not decide about it.
        DomainError: no exemption was granted ("not_granted"), no reason is given ("reason"), or the day is not
            earlier ("not_earlier").
    """
    if request.kind != Kind.EXEMPTION or not may_decide(Kind.EXEMPTION, roles, asked_it=False):
        raise NotFoundError
    session.refresh(request, with_for_update=True)
    granted = session.scalars(
        select(Exemption).where(Exemption.request_id == request.id, Exemption.superseded_at.is_(None))
    ).one_or_none()
    if granted is None:
        raise DomainError("not_granted")
    if not 0 < len(note.strip()) <= LONGEST_TEXT:
        raise DomainError("reason")
    if ends_on >= granted.ends_on:
        raise DomainError("not_earlier")
    granted.superseded_at = actor.at
    if ends_on > granted.starts_on:
        kept = ("person_id", "course_id", "starts_on", "reason_code", "evidence_note", "approved_by_id", "request_id")
        same = {name: getattr(granted, name) for name in kept}
        session.add(Exemption(**same, ends_on=ends_on, recorded_at=actor.at))
    request.state = State.ENDED
    session.flush()
    _note(session, actor, "enrollments.end_exemption", request, note.strip(), {"ends_on": ends_on.isoformat()})
    return True


def _note(
    session: Session,
    actor: Actor,
    action: str,
    request: ExceptionRequest,
    reason: str | None,
    more: dict[str, object] | None = None,
) -> None:
    dates = {
        name: day.isoformat()
        for name in ("starts_on", "ends_on", "due_on", "completed_on")
        if (day := getattr(request, name))
    }
    detail: dict[str, object] = {"kind": request.kind, "course": request.course_id, "code": request.reason_code}
    subjects = [request.person_id]
    audit.record(
        session, actor, action, "exception", request.public_id,
        subject_ids=subjects, reason=reason, detail=detail | dates | (more or {}),
    )  # fmt: skip
