"""Reads about people and the organization. Whoever reads people hands in the viewer's scope."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lms.people.models import (
    Duty,
    JobRole,
    JobRoleTerm,
    Leave,
    NamePurpose,
    OrgClosure,
    OrgPlacement,
    OrgUnit,
    Person,
    Posting,
    StaffNumber,
)
from lms.people.rules import (
    CENTER_DUTIES,
    NAMING_DUTIES,
    DutyKind,
    HeldDuty,
    Post,
    Scope,
    StaffNumbers,
    UnitKind,
    combine_duties,
    held_by,
    names_open,
)
from lms.shared.db import among
from lms.shared.errors import NotFoundError

Names = Literal["purpose", "open"]
Dated = type[Posting | Duty | Leave | OrgPlacement | OrgClosure | JobRoleTerm]


def covers(row: Dated, on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a dated fact is in force on a day and not superseded."""
    return and_(
        row.superseded_at.is_(None), row.starts_on <= on, or_(row.ends_on.is_(None), row.ends_on > on)
    )  # fmt: skip


def is_open(on: date) -> ColumnElement[bool]:
    """Return the condition that an org unit is open on a day."""
    return and_(
        or_(OrgUnit.opened_on.is_(None), OrgUnit.opened_on <= on),
        or_(OrgUnit.closed_on.is_(None), OrgUnit.closed_on > on),
        # Closed for a while: few ever were, so the database reads them once, not for every row.
        OrgUnit.id.not_in(select(OrgClosure.unit_id).where(covers(OrgClosure, on))),
    )


def on_leave(person_id: InstrumentedAttribute[int], on: date) -> ColumnElement[bool]:
    """Return the condition that a person is away on a day."""
    return exists().where(Leave.person_id == person_id, covers(Leave, on))


# Building a statement takes several times as long as running it. What every page asks is therefore built once a day,
# with the place of what differs, such as the person, left open.
@lru_cache(maxsize=64)
def placement_on(as_of: date) -> Subquery:
    """Return center_id, area_id, region_id of every unit of level CENTER on a day; None above a head-office one."""
    under_area = aliased(OrgPlacement)
    under_region = aliased(OrgPlacement)
    return (
        select(
            OrgUnit.id.label("center_id"),
            under_area.parent_id.label("area_id"),
            under_region.parent_id.label("region_id"),
        )
        .outerjoin(under_area, and_(under_area.unit_id == OrgUnit.id, covers(under_area, as_of)))
        .outerjoin(under_region, and_(under_region.unit_id == under_area.parent_id, covers(under_region, as_of)))
        .where(OrgUnit.kind == UnitKind.CENTER)
        .subquery("placement")
    )


@lru_cache(maxsize=64)
def active_postings(as_of: date) -> Select[int, int, int]:
    """Select person_id, center_id, role_id of everyone active on a day, once each.

    Active: the primary posting covers the day, its center is open, and the person is not on leave.
    """
    return (
        select(Posting.person_id, Posting.center_id, Posting.role_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(covers(Posting, as_of), Posting.is_primary, is_open(as_of), ~on_leave(Posting.person_id, as_of))
    )


def frontline_roles(as_of: date) -> Select[int]:
    """Select role_id of the job roles that are front line on a day."""
    return select(JobRoleTerm.role_id).where(covers(JobRoleTerm, as_of), JobRoleTerm.is_frontline)


def visible_people(
    scope: Scope, person_id: ColumnElement[int] | InstrumentedAttribute[int] = Person.id
) -> ColumnElement[bool]:
    """Return the condition that the viewer may see a person by name: themselves, and their people.

    `person_id` is the column that few rows are chosen by, where a statement reads everyone's names otherwise.
    """
    if scope.network:
        return true()
    reached = [person_id == scope.person_id] if scope.person_id is not None else []
    if scope.center_ids:
        posted = select(Posting.person_id).where(
            Posting.center_id.in_(sorted(scope.center_ids)), covers(Posting, scope.on)
        )
        reached.append(person_id.in_(posted))
    return or_(*reached) if reached else false()


def scope_of(session: Session, *, person_id: int, on: date, names: Names) -> Scope:
    """Return whom a person may see on a day (domain §1.2, rulings 4 and 16).

    Whoever has no posting on the day, or is on leave, sees themselves only: a transfer, leave or the end of a duty
    cuts access the same day. `names` is the house's setting: "purpose", or "open" for networks where managers see
    names at once.
    """
    return scope_of_posts(session, list_posts(session, person_id=person_id, on=on), person_id, on=on, names=names)


def scope_of_posts(session: Session, posts: Sequence[Post], person_id: int, *, on: date, names: Names) -> Scope:
    """Return what `scope_of` does, for someone whose posts on the day were read already."""
    held = held_by(posts)
    if not held:
        return Scope(person_id=person_id, on=on)
    opened = _stated(session, person_id, on) if names == "purpose" else {}
    # No center is looked up under the network: whose duty or purpose is the network's reaches all of them as it is.
    units = {duty.unit_id for duty in held if not duty.network} | {
        one for one, network in opened.items() if not network
    }
    return combine_duties(
        held, opened, _centers_under(session, units, on), person_id=person_id, on=on, names_open=names == "open"
    )


def held_duties(session: Session, *, person_id: int, on: date) -> list[HeldDuty]:
    """Return the duties a person holds on a day, by job and by appointment; none without a posting or on leave."""
    return held_by(list_posts(session, person_id=person_id, on=on))


def list_posts(session: Session, *, person_id: int, on: date) -> list[Post]:
    """List what a person holds on a day, by appointment and by job, at closed units too."""
    rows = session.execute(_posts_of_person(on), {"person_id": person_id})
    return [Post(DutyKind(row[0]) if row[0] else None, row[1], UnitKind(row[2]), *row[3:]) for row in rows]


@lru_cache(maxsize=8)
def _posts_of_person(on: date) -> CompoundSelect[*tuple[Any, ...]]:
    # One statement, as every page waits for it.
    unit = (OrgUnit.kind, is_open(on).label("is_open"), OrgUnit.name_ko, OrgUnit.name_en)
    person_id: BindParameter[int] = bindparam("person_id")
    appointed = (
        select(Duty.kind, Duty.unit_id, *unit, literal(""), literal(""), literal(""), false())
        .join(OrgUnit, OrgUnit.id == Duty.unit_id)
        .where(Duty.person_id == person_id, covers(Duty, on))
    )
    posted = (
        select(
            literal(""), Posting.center_id, *unit,
            JobRole.code, JobRole.title_ko, JobRole.title_en, on_leave(Posting.person_id, on),
        )
        .join(JobRole, JobRole.id == Posting.role_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Posting.person_id == person_id, covers(Posting, on))
    )  # fmt: skip
    return appointed.union_all(posted)


@lru_cache(maxsize=8)
def _centers_of_units(on: date) -> Select[int, int | None, int | None]:
    placement = placement_on(on)
    there = placement.c.center_id.in_(units_from("unit_ids", on))
    return select(placement).join(OrgUnit, OrgUnit.id == placement.c.center_id).where(there, is_open(on))


def units_from(given: str, on: date) -> CompoundSelect[int]:
    """Select the ids of the units given under a name, and of all that stand under them on a day.

    From the top down, by index: asked of each center's place, they would be looked for among all centers there are.
    """
    under, below = aliased(OrgPlacement), aliased(OrgPlacement)
    children = select(under.unit_id).where(among(under.parent_id, given), covers(under, on))
    grandchildren = (
        select(below.unit_id)
        .join(under, under.unit_id == below.parent_id)
        .where(among(under.parent_id, given), covers(under, on), covers(below, on))
    )
    return union(select(OrgUnit.id).where(among(OrgUnit.id, given)), children, grandchildren)


STATED = (
    select(NamePurpose.unit_id, OrgUnit.kind)
    .join(OrgUnit, OrgUnit.id == NamePurpose.unit_id)
    .where(NamePurpose.person_id == bindparam("person_id"), NamePurpose.stated_on == bindparam("on"))
)


def _stated(session: Session, person_id: int, on: date) -> dict[int, bool]:
    """Return the units a purpose was stated for that day, each with whether it is the network."""
    rows = session.execute(STATED, {"person_id": person_id, "on": on})
    return {unit_id: kind == UnitKind.NETWORK for unit_id, kind in rows}


def _centers_under(session: Session, unit_ids: set[int], on: date) -> dict[int, frozenset[int]]:
    """Return the open centers under each unit on a day; a center stands under itself."""
    if not unit_ids:
        return {}
    rows = session.execute(_centers_of_units(on), {"unit_ids": list(unit_ids)})
    under: dict[int, set[int]] = {}
    for center_id, area_id, region_id in rows:
        for unit_id in (center_id, area_id, region_id):
            if unit_id in unit_ids:
                under.setdefault(unit_id, set()).add(center_id)
    return {unit_id: frozenset(centers) for unit_id, centers in under.items()}


def find_person_by_public_id(session: Session, *, scope: Scope, public_id: str) -> Person | None:
    """Find a person the viewer may see; None when out of scope or missing."""
    return session.scalars(select(Person).where(Person.public_id == public_id, visible_people(scope))).one_or_none()


def get_person_by_public_id(session: Session, *, scope: Scope, public_id: str) -> Person:
    """Return a person the viewer may see.

    Raises:
        NotFoundError: out of scope or missing.
    """
    found = find_person_by_public_id(session, scope=scope, public_id=public_id)
    if found is None:
        raise NotFoundError
    return found


def get_viewer(session: Session, *, scope: Scope) -> Person:
    """Return the one who is looking.

    Raises:
        NotFoundError: nobody in person is, as on the command line.
    """
    found = session.get(Person, scope.person_id) if scope.person_id is not None else None
    if found is None:
        raise NotFoundError
    return found


def find_person_by_staff_no(session: Session, *, scope: Scope, staff_no: str) -> Person | None:
    """Find the person who holds or once held a staff number."""
    held = select(StaffNumber.person_id).where(StaffNumber.staff_no == staff_no)
    return session.scalars(select(Person).where(Person.id.in_(held), visible_people(scope))).one_or_none()


def load_staff_numbers(session: Session, *, scope: Scope) -> StaffNumbers:
    """Load whose every staff number is or was, for files that name people by them.

    Raises:
        NotFoundError: the viewer's scope is not the whole network.
    """
    if not scope.network:
        raise NotFoundError
    rows = session.execute(select(StaffNumber.staff_no, StaffNumber.person_id))
    return StaffNumbers({row.staff_no: row.person_id for row in rows})


def get_unit_with_names(session: Session, *, scope: Scope, public_id: str) -> OrgUnit:
    """Return a unit at which the viewer may see names, at least of some of its centers.

    Raises:
        NotFoundError: out of scope or missing.
    """
    unit = session.scalars(select(OrgUnit).where(OrgUnit.public_id == public_id)).one_or_none()
    if unit is None:
        raise NotFoundError
    if unit.kind == UnitKind.NETWORK:
        reached = scope.network or bool(scope.center_ids)
    else:
        under = _centers_under(session, {unit.id}, scope.on).get(unit.id, frozenset())
        reached = bool(under) if scope.network else not under.isdisjoint(scope.center_ids)
    if not reached:
        raise NotFoundError
    return unit


def find_unit_to_open(session: Session, *, scope: Scope, person: Person) -> OrgUnit | None:
    """Return the unit that the viewer states a purpose for before they see who this person is; None: they may now.

    Whoever works nowhere today, or in a closed center, is opened with the whole network.
    """
    if person.id == scope.person_id:
        return None
    centers = session.scalars(
        select(OrgUnit)
        .join(Posting, Posting.center_id == OrgUnit.id)
        .where(Posting.person_id == person.id, covers(Posting, scope.on), is_open(scope.on))
        .order_by(Posting.is_primary.desc())
    ).all()
    reached = [center for center in centers if scope.network or center.id in scope.center_ids]
    if names_open(scope) or any(names_open(scope, {center.id}) for center in reached):
        return None
    return reached[0] if reached else get_network(session)


def find_unit_opening_all(session: Session, *, scope: Scope) -> OrgUnit | None:
    """Return the unit for which a stated purpose opens all names that the viewer may see; None where they see none.

    It is the one they are appointed to, or the network where they are appointed to several. Names at their own center
    are open to them anyway.
    """
    if not (scope.network or scope.center_ids):
        return None
    appointed = select(Duty.unit_id).where(
        Duty.person_id == scope.person_id, covers(Duty, scope.on), Duty.kind.in_(NAMING_DUTIES - CENTER_DUTIES)
    )
    units = session.scalars(select(OrgUnit).where(OrgUnit.id.in_(appointed), is_open(scope.on))).all()
    return units[0] if len(units) == 1 else get_network(session)


def get_network(session: Session) -> OrgUnit:
    """Return the unit that is the whole network."""
    return session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.NETWORK)).one()


def find_posting(session: Session, *, scope: Scope, person_id: int, on: date) -> Posting | None:
    """Find the primary posting of a person on a day."""
    wanted = (
        select(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.person_id == person_id, Posting.is_primary, covers(Posting, on), visible_people(scope))
    )
    return session.scalars(wanted).one_or_none()


def list_job_roles(session: Session) -> list[JobRole]:
    """List the job roles that people are posted to, in catalog order; mystery shoppers never are (ruling 4)."""
    return list(session.scalars(select(JobRole).where(JobRole.scope != "EXTERNAL").order_by(JobRole.id)))
