"""Reads about duties at a unit: who may look, who holds what, and who can be appointed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from lms.people.duties.rules import LEVEL_OF, LOOKING, ONE_DAY, Place, Status, Term, grantable, may_look
from lms.people.models import Duty, JobRole, OrgPlacement, OrgUnit, Person, Posting
from lms.people.queries import covers, held_duties, is_open, on_leave, placement_on
from lms.people.rules import (
    DUTY_OF_JOB,
    DutyKind,
    HeldDuty,
    NetworkType,
    Scope,
    UnitKind,
    names_open,
)
from lms.people.search.rules import ESCAPE, terms_of
from lms.people.search.rules import Term as Word
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of

CANDIDATES_SHOWN = 30
LEVELS_ABOVE = 3
TOP_DOWN = case({str(kind): place for place, kind in enumerate(UnitKind)}, value=OrgUnit.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A unit as one viewer sees its duties. `grantable`: what they may appoint to here; `shows_names`: now, here."""

    id: int
    public_id: str
    code: str
    name_ko: str
    name_en: str
    place: Place
    is_open: bool
    grantable: frozenset[DutyKind]
    shows_names: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Who holds or held a duty, from–to. `granted_by` is None for what a file brought; `superseded_at` tells that
    the line was corrected later. Without names, `name` and `staff_no` are empty."""

    person_id: int
    person_public_id: str
    staff_no: str
    name: str
    kind: DutyKind
    starts_on: date
    ends_on: date | None
    status: Status
    by_job: bool = False
    granted_by: str | None = None
    recorded_at: datetime | None = None
    superseded_at: datetime | None = None

    @property
    def last_on(self) -> date | None:
        """Return the last day."""
        return self.ends_on - ONE_DAY if self.ends_on else None

    @property
    def ref(self) -> str:
        """Return what addresses call a duty in force at its unit."""
        return f"{self.kind}.{self.person_public_id}.{self.starts_on.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLine:
    """A unit in the list, and how many duties are in force there by appointment."""

    public_id: str
    level: str
    code: str
    name_ko: str
    name_en: str
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Someone who can be appointed: works here on the day."""

    person_id: int
    public_id: str
    staff_no: str
    name: str
    center_ko: str
    center_en: str
    role_ko: str
    role_en: str


def place_of(session: Session, unit: OrgUnit, on: date) -> Place:
    """Return a unit with what stands above it on a day; the network stands above everything."""
    lineage = {unit.id, *session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.NETWORK))}
    below: int | None = unit.id
    for _ in range(LEVELS_ABOVE):
        below = session.scalar(
            select(OrgPlacement.parent_id).where(OrgPlacement.unit_id == below, covers(OrgPlacement, on))
        )
        if below is None or below in lineage:
            break
        lineage.add(below)
    return Place(unit.id, UnitKind(unit.kind), frozenset(lineage))


def get_office(session: Session, *, scope: Scope, public_id: str) -> Office:
    """Return a unit whose duties the viewer may see.

    Raises:
        NotFoundError: out of reach or missing.
    """
    row = session.execute(select(OrgUnit, is_open(scope.on)).where(OrgUnit.public_id == public_id)).one_or_none()
    held = _held(session, scope)
    if row is None or not held:
        raise NotFoundError
    unit, opened = row
    place = place_of(session, unit, scope.on)
    if not may_look(held, place):
        raise NotFoundError
    shows_names = place.level is not UnitKind.CENTER or names_open(scope, {unit.id})
    return _office(unit, place, opened, grantable(held, place), shows_names=shows_names)


def find_office_to_command(session: Session, *, kind: DutyKind, code: str | None, on: date) -> Office | None:
    """Return the unit a command names, at which it may appoint to a duty; None when there is no such unit.

    A code is not needed where the duty is one of the network.
    """
    level = LEVEL_OF[kind]
    wanted = select(OrgUnit, is_open(on)).where(OrgUnit.kind == level)
    if level is not UnitKind.NETWORK:
        wanted = wanted.where(OrgUnit.code == code)
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    unit, opened = row
    return _office(unit, place_of(session, unit, on), opened, frozenset({kind}), shows_names=True)


def _office(unit: OrgUnit, place: Place, opened: bool, kinds: frozenset[DutyKind], *, shows_names: bool) -> Office:
    return Office(
        id=unit.id,
        public_id=unit.public_id,
        code=unit.code,
        name_ko=unit.name_ko,
        name_en=unit.name_en,
        place=place,
        is_open=opened,
        grantable=kinds,
        shows_names=shows_names,
    )


def _held(session: Session, scope: Scope) -> list[HeldDuty]:
    if scope.person_id is None:
        return []
    return held_duties(session, person_id=scope.person_id, on=scope.on)


def list_offices(session: Session, *, scope: Scope, search: str, page: int) -> Page[OfficeLine]:
    """List the units whose duties the viewer may see, from the top down, by code."""
    reached = [_reached(session, scope)]
    reached += [_named_like(word) for word in search.split()]
    in_force = (
        select(Duty.unit_id, func.count().label("held")).where(covers(Duty, scope.on)).group_by(Duty.unit_id).subquery()
    )
    rows = session.execute(
        select(OrgUnit, func.coalesce(in_force.c.held, 0))
        .outerjoin(in_force, in_force.c.unit_id == OrgUnit.id)
        .where(*reached)
        .order_by(TOP_DOWN, OrgUnit.code)
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    total = session.scalar(select(func.count()).select_from(OrgUnit).where(*reached)) or 0
    lines = [
        OfficeLine(
            public_id=unit.public_id,
            level=unit.kind,
            code=unit.code,
            name_ko=unit.name_ko,
            name_en=unit.name_en,
            held=held,
        )
        for unit, held in rows
    ]
    return Page(lines, page, total)


def _named_like(word: str) -> ColumnElement[bool]:
    columns = (OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _reached(session: Session, scope: Scope) -> ColumnElement[bool]:
    held = [duty for duty in _held(session, scope) if duty.kind in LOOKING]
    if any(duty.network and duty.kind is not DutyKind.SYSTEM_ADMIN for duty in held):
        return true()
    ids = {duty.unit_id for duty in held}
    placed = session.execute(
        select(placement_on(scope.on)).where(or_(*(column.in_(ids) for column in placement_on(scope.on).c)))
    )
    for center_id, area_id, region_id in placed:
        ids |= {center_id} | ({area_id} if area_id and region_id in ids else set())
    reached: ColumnElement[bool] = OrgUnit.id.in_(ids)
    if any(duty.kind is DutyKind.SYSTEM_ADMIN for duty in held):
        reached = or_(reached, OrgUnit.kind.in_([UnitKind.NETWORK, UnitKind.REGION]))
    return reached


def list_holdings(session: Session, *, office: Office, on: date, corrected: bool = False) -> list[Holding]:
    """List who holds and held the duties of a unit, those in force first; names only where the office shows them.

    `corrected` lists instead the lines that later ones took the place of.
    """
    granter = aliased(Person)
    known = Duty.superseded_at.is_not(None) if corrected else Duty.superseded_at.is_(None)
    rows = session.execute(
        select(Duty, Person, granter.name)
        .join(Person, Person.id == Duty.person_id)
        .outerjoin(granter, granter.id == Duty.granted_by_id)
        .where(Duty.unit_id == office.id, known)
    ).all()
    found = [_appointed(office, duty, person, by, on) for duty, person, by in rows]
    if not corrected and office.place.level is UnitKind.CENTER:
        found += _by_job(session, office, on)
    order = (Status.IN_FORCE, Status.TO_COME, Status.ENDED)
    kinds = list(DutyKind)
    found.sort(key=lambda one: (-one.starts_on.toordinal(), one.name))
    return sorted(found, key=lambda one: (order.index(one.status), kinds.index(one.kind)))


def _appointed(office: Office, duty: Duty, person: Person, granted_by: str | None, on: date) -> Holding:
    return Holding(
        person_id=person.id,
        person_public_id=person.public_id,
        staff_no=person.staff_no if office.shows_names else "",
        name=person.name if office.shows_names else "",
        kind=DutyKind(duty.kind),
        starts_on=duty.starts_on,
        ends_on=duty.ends_on,
        status=term_of(duty).status(on),
        granted_by=granted_by if office.shows_names else None,
        recorded_at=duty.recorded_at,
        superseded_at=duty.superseded_at,
    )


def _by_job(session: Session, office: Office, on: date) -> Iterable[Holding]:
    rows = session.execute(
        select(Person, JobRole.code, Posting.starts_on, Posting.ends_on)
        .join(Posting, Posting.person_id == Person.id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.center_id == office.id, Posting.superseded_at.is_(None), JobRole.code.in_(DUTY_OF_JOB))
    )
    for person, code, starts_on, ends_on in rows:
        kind = DUTY_OF_JOB[code]
        yield Holding(
            person_id=person.id,
            person_public_id=person.public_id,
            staff_no=person.staff_no if office.shows_names else "",
            name=person.name if office.shows_names else "",
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            status=Term(kind, office.id, starts_on, ends_on).status(on),
            by_job=True,
        )


def term_of(duty: Duty) -> Term:
    """Return a duty as the rules know it."""
    return Term(DutyKind(duty.kind), duty.unit_id, duty.starts_on, duty.ends_on)


def get_duty(session: Session, *, office: Office, ref: str) -> tuple[Duty, Person]:
    """Return the duty that `ref` names at a unit (see `Holding.ref`), with its holder.

    Raises:
        NotFoundError: there is no such duty now.
    """
    kind, _, rest = ref.partition(".")
    person, _, day = rest.partition(".")
    try:
        starts_on = date.fromisoformat(day)
    except ValueError:
        raise NotFoundError from None
    row = session.execute(
        select(Duty, Person)
        .join(Person, Person.id == Duty.person_id)
        .where(
            Duty.unit_id == office.id,
            Duty.kind == kind,
            Duty.starts_on == starts_on,
            Duty.superseded_at.is_(None),
            Person.public_id == person,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def list_candidates(session: Session, *, scope: Scope, office: Office, search: str) -> list[Candidate]:
    """List people who work here on the scope's day and may be appointed at a unit, by name.

    For a center those of the centers whose names are open to the viewer, and without a search those of the center
    itself; for an area, region or the network those of the head office.
    """
    reached = candidates_of(scope, office)
    if not search and office.place.level is UnitKind.CENTER:
        reached.append(Posting.center_id == office.id)
    reached += [_called(term) for term in terms_of(search)]
    rows = session.execute(
        select(Person, OrgUnit, JobRole)
        .select_from(Person)
        .join(Posting, Posting.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(*reached)
        .order_by(Person.name, Person.staff_no)
        .limit(CANDIDATES_SHOWN)
    )
    return [
        Candidate(
            person_id=person.id,
            public_id=person.public_id,
            staff_no=person.staff_no,
            name=person.name,
            center_ko=center.name_ko,
            center_en=center.name_en,
            role_ko=role.title_ko,
            role_en=role.title_en,
        )
        for person, center, role in rows
    ]


def _called(term: Word) -> ColumnElement[bool]:
    """Return the condition that a staff number holds a word, or a name is spelled so."""
    numbered = Person.search_text.contains(term.plain, autoescape=True)
    return numbered if term.pattern is None else or_(numbered, Person.search_text.like(term.pattern, escape=ESCAPE))


def candidates_of(scope: Scope, office: Office) -> list[ColumnElement[bool]]:
    """Return the conditions on Person, Posting and OrgUnit of whom the viewer may appoint at a unit."""
    active: list[ColumnElement[bool]] = [covers(Posting, scope.on)]
    active += [Posting.is_primary.is_(True), is_open(scope.on), ~on_leave(Posting.person_id, scope.on)]
    if scope.person_id is None:
        return active
    if office.place.level is not UnitKind.CENTER:
        return [*active, OrgUnit.network_type == NetworkType.HEAD_OFFICE]
    if scope.network and not scope.purpose_needed:
        return active
    return [*active, Posting.center_id.in_(sorted(scope.open_center_ids))]
