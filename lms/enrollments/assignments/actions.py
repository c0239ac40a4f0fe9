"""Assigning a course to job roles at centers."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.courses.queries import versions_in_force
from lms.enrollments.assignments.queries import Place, find_assignment, list_candidates, list_chosen
from lms.enrollments.assignments.rules import (
    LONGEST_REASON,
    Candidate,
    DueRule,
    Preview,
    due_fault,
    due_of,
    preview_of,
)
from lms.enrollments.dues.queries import BATCH, load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.models import Assignment, Enrollment
from lms.enrollments.rules import Source
from lms.shared.errors import DomainError


def preview_assignment(
    session: Session,
    *,
    course: Course,
    role_codes: Collection[str],
    places: Sequence[Place],
    due: DueRule,
    on: date,
    person_ids: Collection[int] = (),
) -> Preview:
    """Return who would gain an enrollment. `places` come from `list_places`, so that they are within reach.

    With `person_ids`, from `get_picked`, these people are meant, whatever their role; `places` then say where they are.

    Raises:
        DomainError: the course is retired ("course_retired"), no role or place is chosen ("no_role", "no_unit"), or
            the due rule is not sound (`rules.due_fault`).
    """
    if course.retired_on is not None and course.retired_on <= on:
        raise DomainError("course_retired", course=course.code, retired_on=course.retired_on)
    if not role_codes and not person_ids:
        raise DomainError("no_role")
    if not places:
        raise DomainError("no_unit")
    if fault := due_fault(due, on):
        raise DomainError(fault)
    if person_ids:
        return preview_of(list_chosen(session, course_id=course.id, person_ids=person_ids, on=on), on)
    centers = frozenset[int]().union(*(place.center_ids for place in places))
    found = list_candidates(session, course_id=course.id, role_codes=role_codes, center_ids=centers, on=on)
    return preview_of(found, on)


def assign(
    session: Session,
    *,
    course: Course,
    role_codes: Sequence[str],
    places: Sequence[Place],
    due: DueRule,
    on: date,
    reason: str,
    request_key: str,
    actor: Actor,
    person_ids: Collection[int] = (),
) -> Assignment:
    """Enroll everyone the preview names. The same `request_key` again answers with what was done the first time.

    Raises:
        DomainError: as for the preview, or no reason is given ("reason").
    """
    if before := find_assignment(session, request_key=request_key):
        return before
    reason = _sound(reason)
    preview = preview_assignment(
        session, course=course, role_codes=role_codes, places=places, due=due, on=on, person_ids=person_ids
    )
    assignment = Assignment(
        course_id=course.id, role_codes=list(role_codes), unit_codes=[place.name for place in places],
        assigned_on=on, due_on=due.on, due_days=due.days, reason=reason, created_by_id=actor.person_id,
        recorded_at=actor.at, enrolled=len(preview.gaining), request_key=request_key,
    )  # fmt: skip
    if before := _keep(session, assignment):
        return before
    _enroll_all(session, assignment, course, preview.gaining, due)
    _note(session, actor, assignment, course, preview)
    return assignment


def _sound(reason: str) -> str:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise DomainError("reason")
    return reason.strip()


def _keep(session: Session, assignment: Assignment) -> Assignment | None:
    """Add the assignment; return the one that is there already when the same form was sent twice at the same time."""
    try:
        with session.begin_nested():
            session.add(assignment)
    except IntegrityError:
        if before := find_assignment(session, request_key=assignment.request_key):
            return before
        raise
    return None


def _enroll_all(
    session: Session, assignment: Assignment, course: Course, gaining: Sequence[Candidate], due: DueRule
) -> None:
    for start in range(0, len(gaining), BATCH):
        _enroll(session, assignment, course, gaining[start : start + BATCH], due)


def _enroll(
    session: Session, assignment: Assignment, course: Course, gaining: Sequence[Candidate], due: DueRule
) -> None:
    known = load_circumstances(session, [one.person_id for one in gaining])
    on = assignment.assigned_on
    nominal = due_of(due, DueRule(course.due_on, course.due_days), on)
    shared: dict[str, Any] = {
        "course_id": course.id,
        "source": Source.ASSIGNMENT,
        "assignment_id": assignment.id,
        "required": course.mandatory,
        "assigned_on": on,
        "nominal_due_on": nominal,
        "course_version_id": versions_in_force(session, on, [course.id])[course.id],
        "recorded_at": assignment.recorded_at,
    }
    again = [one.person_id for one in gaining if one.latest]
    if again:
        session.execute(
            update(Enrollment)
            .where(Enrollment.person_id.in_(again), Enrollment.course_id == course.id)
            .values(has_later_cycle=True)
        )
    rows = [
        {
            **shared,
            "person_id": one.person_id,
            "cycle": one.latest.cycle + 1 if one.latest else 1,
            "due_on": known.get(one.person_id, NOTHING_KNOWN).due(nominal, on),
        }
        for one in gaining
    ]
    session.execute(insert(Enrollment), rows)


def _note(session: Session, actor: Actor, assignment: Assignment, course: Course, preview: Preview) -> None:
    audit.record(
        session,
        actor,
        "enrollments.assign",
        "assignment",
        assignment.public_id,
        subject_ids=[one.person_id for one in preview.gaining],
        reason=assignment.reason,
        detail={"course": course.code, "roles": assignment.role_codes, "units": assignment.unit_codes},
    )
