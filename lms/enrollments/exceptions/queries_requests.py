"""Reading requests: as what a viewer faces someone, what waits for their decision, and what a request is about."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from lms.courses.models import Course, CourseVersion
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption
from lms.enrollments.exceptions.rules import Cycle, Kind, Role, State
from lms.enrollments.models import Enrollment
from lms.enrollments.recording import rules as recording
from lms.people.models import OrgUnit, Posting
from lms.people.queries import covers
from lms.people.rules import DutyKind, Scope
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of


class Pile(StrEnum):
    """Which requests a list holds."""

    WAITING = "waiting"
    MINE = "mine"
    DECIDED = "decided"


class Line(NamedTuple):
    """A request with where its person works today; None for someone who works nowhere."""

    request: ExceptionRequest
    center: OrgUnit | None


def roles_toward(session: Session, *, scope: Scope, person_id: int) -> frozenset[Role]:
    """Return as what the viewer faces a person today; nothing for someone out of reach."""
    found = {Role.SUBJECT} if scope.person_id == person_id else set()
    if _administers(scope):
        found.add(Role.TRAINING)
    here = select(Posting.center_id).where(
        Posting.person_id == person_id, Posting.is_primary, covers(Posting, scope.on)
    )
    if scope.own_center_ids.intersection(session.scalars(here)):
        found.add(Role.CENTER)
    return frozenset(found)


def _administers(scope: Scope) -> bool:
    return scope.network and (scope.person_id is None or DutyKind.TRAINING_ADMIN in scope.duties)


def list_requests(session: Session, *, scope: Scope, pile: Pile, page: int) -> Page[Line]:
    """List one page of requests: those that wait for the viewer, the viewer's own, or what was decided in reach."""
    found = _lines(scope).where(_in_pile(scope, pile))
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(ExceptionRequest.id).subquery()))
    order = ExceptionRequest.id.asc() if pile is Pile.WAITING else ExceptionRequest.id.desc()
    rows = session.execute(
        found.options(
            joinedload(ExceptionRequest.person),
            joinedload(ExceptionRequest.course),
            joinedload(ExceptionRequest.requested_by),
            joinedload(ExceptionRequest.decided_by),
        )
        .order_by(order)
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    return Page([Line(*row) for row in rows], max(1, page), total or 0)


def count_waiting(session: Session, *, scope: Scope) -> int:
    """Count the requests that wait for the viewer's decision."""
    return session.connection().scalar(_number_waiting(scope)) or 0


# Every page asks: see `people.queries.placement_on`.
@lru_cache(maxsize=64)
def _number_waiting(scope: Scope) -> Select[int]:
    waiting = _lines(scope).where(_in_pile(scope, Pile.WAITING)).with_only_columns(ExceptionRequest.id)
    return select(func.count()).select_from(waiting.subquery())


def _lines(scope: Scope) -> Select[ExceptionRequest, OrgUnit]:
    here = (Posting.person_id == ExceptionRequest.person_id) & Posting.is_primary & covers(Posting, scope.on)
    return (
        select(ExceptionRequest, OrgUnit)
        .outerjoin(Posting, here)
        .outerjoin(OrgUnit, OrgUnit.id == Posting.center_id)
    )  # fmt: skip


def _in_pile(scope: Scope, pile: Pile) -> ColumnElement[bool]:
    asked = ExceptionRequest.requested_by_id == scope.person_id
    if pile is Pile.MINE:
        return asked | (ExceptionRequest.person_id == scope.person_id)
    if pile is Pile.DECIDED:
        return (ExceptionRequest.state != State.PENDING) & _in_reach(scope, list(Kind))
    kinds = list(Kind) if _administers(scope) else [Kind.EXTENSION]
    others = or_(ExceptionRequest.requested_by_id.is_(None), ~asked) & (ExceptionRequest.person_id != scope.person_id)
    return (ExceptionRequest.state == State.PENDING) & _in_reach(scope, kinds) & others


def _in_reach(scope: Scope, kinds: Collection[Kind]) -> ColumnElement[bool]:
    wanted = ExceptionRequest.kind.in_(kinds)
    if _administers(scope):
        return wanted & true()
    return wanted & Posting.center_id.in_(scope.own_center_ids) if scope.own_center_ids else false()


def get_request(session: Session, *, scope: Scope, public_id: str) -> tuple[ExceptionRequest, frozenset[Role]]:
    """Return a request and as what the viewer faces its person.

    Raises:
        NotFoundError: missing, or the viewer neither asked, nor is it about them or someone in their charge.
    """
    wanted = select(ExceptionRequest).where(ExceptionRequest.public_id == public_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    roles = roles_toward(session, scope=scope, person_id=found.person_id)
    if not roles and (scope.person_id is None or found.requested_by_id != scope.person_id):
        raise NotFoundError
    return found, roles


def list_of_person(session: Session, *, scope: Scope, person_id: int) -> Sequence[ExceptionRequest]:
    """List what was asked for someone, newest first; nothing for a viewer who does not face them."""
    if not roles_toward(session, scope=scope, person_id=person_id):
        return []
    wanted = select(ExceptionRequest).where(ExceptionRequest.person_id == person_id)
    wanted = wanted.options(joinedload(ExceptionRequest.course), joinedload(ExceptionRequest.decided_by))
    return session.scalars(wanted.order_by(ExceptionRequest.id.desc())).all()


def find_by_key(session: Session, *, request_key: str) -> Sequence[ExceptionRequest]:
    """Return what a form asked for before."""
    return session.scalars(select(ExceptionRequest).where(ExceptionRequest.request_key == request_key)).all()


def find_waiting(session: Session, *, person_id: int, course_id: int, kind: Kind) -> ExceptionRequest | None:
    """Return a request of the same kind that waits already, or None."""
    wanted = select(ExceptionRequest).where(
        ExceptionRequest.person_id == person_id,
        ExceptionRequest.course_id == course_id,
        ExceptionRequest.kind == kind,
        ExceptionRequest.state == State.PENDING,
    )
    return session.scalars(wanted.limit(1)).one_or_none()


def list_exemptions(session: Session, *, person_id: int, course_id: int) -> Sequence[Exemption]:
    """List the exemptions of a person from a course, as known now."""
    wanted = select(Exemption).where(
        Exemption.person_id == person_id, Exemption.course_id == course_id, Exemption.superseded_at.is_(None)
    )
    return session.scalars(wanted.order_by(Exemption.starts_on)).all()


def list_courses(session: Session, *, person_id: int, on: date) -> list[tuple[Course, Cycle]]:
    """List the courses that a person must take as of a day, by code, each with the enrollment that matters."""
    rows = session.execute(
        select(Enrollment, Course, CourseVersion.validity_months)
        .join(Course, Course.id == Enrollment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .where(Enrollment.person_id == person_id, Enrollment.assigned_on <= on)
        .order_by(Course.code, Enrollment.cycle)
    ).all()
    courses: dict[int, Course] = {}
    cycles: dict[int, list[recording.Cycle]] = {}
    for enrollment, course, _months in rows:
        courses[course.id] = course
        cycles.setdefault(course.id, []).append(_as_recorded(enrollment))
    found = []
    for course_id, of_course in cycles.items():
        standing = recording.standing_cycle(of_course, on)
        if standing and standing.required and not recording.is_void(standing, on):
            cycle = Cycle(standing.id, standing.due_on, standing.completed_on, standing.voided_on)
            found.append((courses[course_id], cycle))
    return found


def _as_recorded(one: Enrollment) -> recording.Cycle:
    return recording.Cycle(
        one.id, one.cycle, one.required, one.assigned_on, one.due_on, one.completed_on, one.voided_on
    )  # fmt: skip


def validity_months(session: Session, *, enrollment_id: int) -> int:
    """Return how long a completion of an enrollment is valid, in months; 0 means for good."""
    months = (
        select(CourseVersion.validity_months)
        .join(Enrollment, Enrollment.course_version_id == CourseVersion.id)
        .where(Enrollment.id == enrollment_id)
    )
    return session.scalar(months) or 0
