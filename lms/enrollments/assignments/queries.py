"""Reading for assignments: where a viewer may assign, who is there, and what was assigned before."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.courses.models import CourseVersion
from lms.enrollments.assignments.rules import COORDINATING, COORDINATOR, Candidate, Latest
from lms.enrollments.models import Assignment, Enrollment
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, placement_on
from lms.people.rules import DutyKind, Scope, UnitKind
from lms.shared.errors import DomainError, NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of


@dataclass(frozen=True, slots=True)
class Place:
    """A unit a course may be assigned to, with the open centers under it and where it stands."""

    id: int
    public_id: str
    kind: str
    code: str
    name_ko: str
    name_en: str
    center_ids: frozenset[int]
    parent_id: int | None

    @property
    def name(self) -> str:
        """Return how an assignment keeps it."""
        return f"{self.kind}:{self.code}"


def list_places(session: Session, *, scope: Scope) -> list[Place]:
    """Return the units every open center of which the viewer may assign to on the scope's day, from the top down."""
    rows = _centers(session, scope.on)
    everywhere = {center_id for center_id, _, _ in rows}
    reached = everywhere if _may_assign_everywhere(scope) else scope.own_center_ids & everywhere
    under: dict[int, set[int]] = {}
    parents: dict[int, int | None] = {}
    for center_id, area_id, region_id in rows:
        parents |= {center_id: area_id} | ({area_id: region_id} if area_id else {})
        for unit_id in filter(None, (center_id, area_id, region_id)):
            under.setdefault(unit_id, set()).add(center_id)
    units = session.scalars(select(OrgUnit)).all()
    whole = [unit for unit in units if unit.kind == UnitKind.NETWORK]
    under |= {unit.id: {center_id for center_id, _, _ in rows} for unit in whole}
    order = list(UnitKind)
    places = [
        Place(unit.id, unit.public_id, unit.kind, unit.code, unit.name_ko, unit.name_en, frozenset(centers), parent)
        for unit in units
        if (centers := under.get(unit.id)) and centers <= reached
        for parent in [parents.get(unit.id)]
    ]
    return sorted(places, key=lambda place: (order.index(UnitKind(place.kind)), place.code))


def _centers(session: Session, on: date) -> Sequence[tuple[int, int | None, int | None]]:
    placement = placement_on(on)
    columns = (placement.c.center_id, placement.c.area_id, placement.c.region_id)
    opened = select(*columns).join(OrgUnit, OrgUnit.id == placement.c.center_id).where(is_open(on))
    return [(row[0], row[1], row[2]) for row in session.execute(opened)]


def list_writable_centers(session: Session, *, scope: Scope) -> set[int]:
    """Return the ids of the open centers whose people the viewer may assign courses to and record completions for."""
    wanted = select(OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER, is_open(scope.on))
    if not _may_assign_everywhere(scope):
        wanted = wanted.where(OrgUnit.id.in_(scope.own_center_ids))
    return set(session.scalars(wanted))


def _may_assign_everywhere(scope: Scope) -> bool:
    """Tell whether the viewer is a training administrator or the command line; others may at centers of their duty."""
    return scope.network and (scope.person_id is None or DutyKind.TRAINING_ADMIN in scope.duties)


def choose_places(places: Iterable[Place], names: Collection[str]) -> list[Place]:
    """Return the places that a command names by code or KIND:CODE.

    Raises:
        DomainError: one is missing ("unknown_unit"), or a code names units with different centers ("ambiguous_unit").
    """
    chosen = []
    for name in names:
        found = [place for place in places if name in {place.code, place.name}]
        if not found:
            raise DomainError("unknown_unit", unit=name)
        if len({place.center_ids for place in found}) > 1:
            raise DomainError("ambiguous_unit", unit=name, choose=", ".join(place.name for place in found))
        chosen.append(found[0])
    return chosen


def get_places(places: Iterable[Place], public_ids: Collection[str]) -> list[Place]:
    """Return the places that a form names.

    Raises:
        NotFoundError: one is missing or out of reach.
    """
    known = {place.public_id: place for place in places}
    if not set(public_ids) <= known.keys():
        raise NotFoundError
    return [known[public_id] for public_id in public_ids]


def list_candidates(
    session: Session, *, course_id: int, role_codes: Collection[str], center_ids: Collection[int], on: date
) -> list[Candidate]:
    """Return who holds one of the roles at one of the centers on a day, by center and staff number.

    The centers come from `list_places`, which takes the viewer's scope. People on leave are among them: their due
    dates wait for their return.
    """
    wanted: ColumnElement[bool] = JobRole.code.in_(role_codes)
    if COORDINATOR in role_codes:
        coordinating = select(Duty.person_id).where(
            Duty.kind.in_(COORDINATING), Duty.unit_id == Posting.center_id, covers(Duty, on)
        )
        wanted = or_(wanted, Person.id.in_(coordinating))
    return _candidates(session, course_id, on, and_(Posting.center_id.in_(center_ids), wanted))


def list_chosen(session: Session, *, course_id: int, person_ids: Collection[int], on: date) -> list[Candidate]:
    """Return the people chosen one by one, by center and staff number; they come from `get_picked`, within scope."""
    return _candidates(session, course_id, on, Person.id.in_(person_ids))


def _candidates(session: Session, course_id: int, on: date, wanted: ColumnElement[bool]) -> list[Candidate]:
    latest = and_(
        Enrollment.person_id == Person.id, Enrollment.course_id == course_id, Enrollment.has_later_cycle.is_(False)
    )
    rows = session.execute(
        select(
            Person.id, Person.staff_no, Person.name, Posting.center_id, JobRole.code, Enrollment.cycle,
            Enrollment.assigned_on, Enrollment.completed_on, Enrollment.voided_on, CourseVersion.validity_months,
        )
        .join(Posting, Posting.person_id == Person.id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .outerjoin(Enrollment, latest)
        .outerjoin(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .where(Posting.is_primary, covers(Posting, on), wanted)
        .order_by(Posting.center_id, Person.staff_no)
    )  # fmt: skip
    return [
        Candidate(person_id, staff_no, name, center_id, role, Latest(*rest) if rest[0] else None)
        for person_id, staff_no, name, center_id, role, *rest in rows
    ]


def list_assignments(session: Session, *, scope: Scope, page: int) -> Page[Assignment]:
    """Return past assignments, newest first: all for training administrators, else those the viewer made."""
    mine = [] if DutyKind.TRAINING_ADMIN in scope.duties else [Assignment.created_by_id == scope.person_id]
    newest = select(Assignment).options(joinedload(Assignment.course), joinedload(Assignment.created_by)).where(*mine)
    total = session.scalar(select(func.count()).select_from(Assignment).where(*mine)) or 0
    rows = session.scalars(newest.order_by(Assignment.id.desc()).limit(PER_PAGE).offset(offset_of(page))).all()
    return Page(rows, page, total)


def find_assignment(session: Session, *, request_key: str) -> Assignment | None:
    """Return the assignment a form asked for before, or None."""
    return session.scalar(select(Assignment).where(Assignment.request_key == request_key))


def unit_names(session: Session, names: Collection[str]) -> dict[str, OrgUnit]:
    """Return the units that assignments keep as KIND:CODE, by that name."""
    pairs = [name.split(":", 1) for name in names]
    same = [and_(OrgUnit.kind == kind, OrgUnit.code == code) for kind, code in pairs]
    found = session.scalars(select(OrgUnit).where(or_(*same))) if same else ()
    return {f"{unit.kind}:{unit.code}": unit for unit in found}
