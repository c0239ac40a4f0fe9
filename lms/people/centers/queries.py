"""Reads about units: the list, one unit with its history, and what a change would touch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.people.centers import effects
from lms.people.centers.rules_changes import PARENT_OF, ChangeKind, UnitState
from lms.people.models import Duty, OrgChange, OrgClosure, OrgPlacement, OrgUnit, Posting
from lms.people.queries import active_postings, covers, is_open
from lms.people.rules import DutyKind, NetworkType, Scope, UnitKind
from lms.people.timeline.rules import Span, timeline_of
from lms.shared.db import Base
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of

KEEPING = frozenset({DutyKind.TRAINING_ADMIN, DutyKind.SYSTEM_ADMIN})
TOP_DOWN = case({str(kind): place for place, kind in enumerate(UnitKind)}, value=OrgUnit.kind)
# What a unit of its own making has, and what its removal takes along.
OWN_TABLES = frozenset({OrgPlacement.__tablename__, OrgClosure.__tablename__, OrgChange.__tablename__})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit in the list: what it stands under on the day, and how many people are posted there."""

    public_id: str
    kind: str
    code: str
    name_ko: str
    name_en: str
    parent_ko: str
    parent_en: str
    opened_on: date | None
    closed_on: date | None
    is_open: bool
    posted: int


def _check(scope: Scope) -> None:
    if scope.person_id is not None and scope.duties.isdisjoint(KEEPING):
        raise NotFoundError


def list_units(
    session: Session, *, scope: Scope, search: str = "", kind: str = "", is_open_: bool | None = None, page: int = 1
) -> Page[UnitLine]:
    """List regions, areas and centers, from the top down, by code.

    Raises:
        NotFoundError: the viewer does not keep the organization.
    """
    _check(scope)
    wanted: list[ColumnElement[bool]] = [OrgUnit.kind != UnitKind.NETWORK]
    wanted += [_named_like(word) for word in search.split()]
    wanted += [OrgUnit.kind == kind] if kind else []
    wanted += [is_open(scope.on) if is_open_ else ~is_open(scope.on)] if is_open_ is not None else []
    parent = aliased(OrgUnit)
    posted = (
        select(Posting.center_id, func.count().label("number"))
        .where(covers(Posting, scope.on), Posting.is_primary)
        .group_by(Posting.center_id)
        .subquery()
    )
    rows = session.execute(
        select(OrgUnit, parent.name_ko, parent.name_en, is_open(scope.on), func.coalesce(posted.c.number, 0))
        .outerjoin(OrgPlacement, (OrgPlacement.unit_id == OrgUnit.id) & covers(OrgPlacement, scope.on))
        .outerjoin(parent, parent.id == OrgPlacement.parent_id)
        .outerjoin(posted, posted.c.center_id == OrgUnit.id)
        .where(*wanted)
        .order_by(TOP_DOWN, OrgUnit.code)
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    total = session.scalar(select(func.count()).select_from(OrgUnit).where(*wanted)) or 0
    return Page([_line(*row) for row in rows], page, total)


def _line(unit: OrgUnit, parent_ko: str | None, parent_en: str | None, opened: bool, posted: int) -> UnitLine:
    return UnitLine(
        public_id=unit.public_id,
        kind=unit.kind,
        code=unit.code,
        name_ko=unit.name_ko,
        name_en=unit.name_en,
        parent_ko=parent_ko or "",
        parent_en=parent_en or "",
        opened_on=unit.opened_on,
        closed_on=unit.closed_on,
        is_open=opened,
        posted=posted,
    )


def _named_like(word: str) -> ColumnElement[bool]:
    columns = (OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def get_unit(session: Session, *, scope: Scope, public_id: str) -> OrgUnit:
    """Return a unit for whoever keeps the organization.

    Raises:
        NotFoundError: missing, or the viewer does not keep the organization.
    """
    _check(scope)
    unit = session.scalars(select(OrgUnit).where(OrgUnit.public_id == public_id)).one_or_none()
    if unit is None or unit.kind == UnitKind.NETWORK:
        raise NotFoundError
    return unit


def state_of(session: Session, unit: OrgUnit) -> UnitState:
    """Return a unit whole, as known now."""
    placed = session.scalars(
        select(OrgPlacement).where(OrgPlacement.unit_id == unit.id, OrgPlacement.superseded_at.is_(None))
    )
    closed = session.scalars(
        select(OrgClosure).where(OrgClosure.unit_id == unit.id, OrgClosure.superseded_at.is_(None))
    )
    return UnitState(
        name_ko=unit.name_ko,
        name_en=unit.name_en,
        opened_on=unit.opened_on,
        closed_on=unit.closed_on,
        placements=timeline_of(Span(row.starts_on, row.ends_on, (row.parent_id,), row.id) for row in placed),
        closures=timeline_of(Span(row.starts_on, row.ends_on, (), row.id) for row in closed),
    )


def names_of(session: Session, unit_ids: Collection[int]) -> dict[int, OrgUnit]:
    """Return units by id, for naming them."""
    return {unit.id: unit for unit in session.scalars(select(OrgUnit).where(OrgUnit.id.in_(unit_ids)))}


def list_parents(session: Session, *, level: UnitKind) -> list[OrgUnit]:
    """List what a unit of a level may stand under."""
    above = PARENT_OF.get(level)
    if above is None:
        return []
    return list(session.scalars(select(OrgUnit).where(OrgUnit.kind == above).order_by(OrgUnit.code)))


def list_units_below(session: Session, unit: OrgUnit, on: date) -> list[OrgUnit]:
    """List the units that stand directly under a unit on a day, by code."""
    return list(session.scalars(select(OrgUnit).where(OrgUnit.id.in_(_under(unit, on))).order_by(OrgUnit.code)))


def list_changes(session: Session, unit: OrgUnit) -> Sequence[OrgChange]:
    """List what was done to a unit, newest first."""
    wanted = select(OrgChange).options(joinedload(OrgChange.recorded_by)).where(OrgChange.unit_id == unit.id)
    return session.scalars(wanted.order_by(OrgChange.id.desc())).all()


def find_unit_by_code(session: Session, *, kind: UnitKind, code: str) -> OrgUnit | None:
    """Find a unit by its code."""
    return session.scalars(select(OrgUnit).where(OrgUnit.kind == kind, OrgUnit.code == code)).one_or_none()


def centers_of(session: Session, unit: OrgUnit, on: date) -> list[int]:
    """Return the open centers of a unit on a day: itself, or those under an area."""
    if unit.kind == UnitKind.CENTER:
        return [unit.id]
    return list(session.scalars(select(OrgUnit.id).where(OrgUnit.id.in_(_under(unit, on)), is_open(on))))


def _under(unit: OrgUnit, on: date) -> Select[int]:
    return select(OrgPlacement.unit_id).where(OrgPlacement.parent_id == unit.id, covers(OrgPlacement, on))


def count_effects(session: Session, *, scope: Scope, unit: OrgUnit, kind: ChangeKind, on: date) -> dict[str, int]:
    """Count what a change touches from its day on, by code; figures of learning only for who may see figures."""
    if kind is ChangeKind.RENAME:
        return {}
    centers = centers_of(session, unit, on)
    active = active_postings(on).subquery()
    posted = select(func.count()).select_from(Posting).where(Posting.center_id.in_(centers), Posting.is_primary)
    found = {
        "centers": len(centers),
        "posted": session.scalar(posted.where(covers(Posting, on))) or 0,
        "active": session.scalar(select(func.count()).select_from(active).where(active.c.center_id.in_(centers))) or 0,
    }
    duties = select(func.count()).select_from(Duty)
    held = duties.where(Duty.unit_id.in_(centers), Duty.superseded_at.is_(None))
    if kind is ChangeKind.CLOSE:
        found["duties"] = session.scalar(held.where(or_(Duty.ends_on.is_(None), Duty.ends_on > on))) or 0
    if scope.counted_network:
        found |= effects.count(session, centers, on)
    return found


def is_used(session: Session, unit: OrgUnit) -> bool:
    """Tell whether anything but its own making points at a unit."""
    pointing = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "org_unit.id" and (table.name not in OWN_TABLES or key.parent.name == "parent_id")
    ]
    return any(session.scalar(select(exists().where(column == unit.id))) for column in pointing)


def has_people_since(session: Session, unit: OrgUnit, change: OrgChange) -> bool:
    """Tell whether someone was posted or appointed at a unit after a change was recorded."""
    posted = exists().where(Posting.center_id == unit.id, Posting.recorded_at > change.recorded_at)
    appointed = exists().where(Duty.unit_id == unit.id, Duty.recorded_at > change.recorded_at)
    return bool(session.scalar(select(or_(posted, appointed))))


def list_network_types() -> list[NetworkType]:
    """List the kinds of center."""
    return [kind for kind in NetworkType if kind is not NetworkType.HEAD_OFFICE]
