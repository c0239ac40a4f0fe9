"""Moving people to a new version of their course, or asking them for it again, some hundred at a time."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import CourseVersion
from lms.enrollments.dues.actions import keep_former_versions
from lms.enrollments.dues.queries import BATCH, load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.models import Assignment, Enrollment
from lms.enrollments.rules import Cause, Source
from lms.enrollments.versions.queries import list_completed, list_open


def move_to_version(session: Session, version: CourseVersion, *, actor: Actor) -> int:
    """Move up to 500 open enrollments of the course to a version; return how many. Call it until none is left.

    Each keeps its former version as a revision. What is completed stays completed as it was.
    """
    found = list_open(session, version, limit=BATCH)
    if not found:
        return 0
    ids = [one.id for one in found]
    keep_former_versions(session, ids, Cause.VERSION_MOVED, actor.at)
    session.connection().execute(
        update(Enrollment).where(Enrollment.id.in_(ids)).values(course_version_id=version.id, recorded_at=actor.at)
    )
    _note(session, actor, "enrollments.move_to_version", version, found)
    session.expire_all()
    return len(found)


def ask_for_version(session: Session, version: CourseVersion, *, on: date, assignment: Assignment, actor: Actor) -> int:
    """Give up to 500 active people who completed an earlier version a new cycle; return how many. Call it until none.

    Only those who must have the course are asked. The assignment says why, and by when.
    """
    found = list_completed(session, version, on=on, limit=BATCH)
    if not found:
        return 0
    known = load_circumstances(session, [one.person_id for one in found])
    due = assignment.due_on
    of_course = update(Enrollment).where(Enrollment.id.in_([one.id for one in found]))
    session.connection().execute(of_course.values(has_later_cycle=True))
    rows = [
        {
            "person_id": one.person_id,
            "cycle": one.cycle + 1,
            "due_on": known.get(one.person_id, NOTHING_KNOWN).due(due, on),
            "course_id": version.course_id,
            "course_version_id": version.id,
            "source": Source.ASSIGNMENT,
            "assignment_id": assignment.id,
            "required": True,
            "assigned_on": on,
            "nominal_due_on": due,
            "recorded_at": actor.at,
        }
        for one in found
    ]
    session.execute(insert(Enrollment), rows)
    assignment.enrolled += len(rows)
    _note(session, actor, "enrollments.ask_for_version", version, found)
    session.expire_all()
    return len(rows)


def begin_asking(
    session: Session, version: CourseVersion, *, on: date, due_on: date, by_id: int | None, key: str, actor: Actor
) -> Assignment:
    """Return the assignment by which someone asks for a version, begun if there is none of this key yet."""
    found = session.scalar(select(Assignment).where(Assignment.request_key == key))
    if found is None:
        reason = f"Version {version.number} of {version.course.code}"
        found = Assignment(
            course_id=version.course_id, role_codes=[], unit_codes=[], assigned_on=on, due_on=due_on, due_days=None,
            reason=reason, created_by_id=by_id, recorded_at=actor.at, enrolled=0, request_key=key,
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def _note(session: Session, actor: Actor, action: str, version: CourseVersion, found: Sequence[Enrollment]) -> None:
    detail: dict[str, object] = {"course": version.course.code, "version": version.number}
    people = sorted({one.person_id for one in found})
    audit.record(session, actor, action, "enrollment", "many", subject_ids=people, detail=detail)
    session.flush()
