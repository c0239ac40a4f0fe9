"""Vacancies: a center without coordinator or representative, an area or region without its manager."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.people.duties.rules import vacant_since
from lms.people.models import Duty, JobRole, OrgUnit, Posting
from lms.people.queries import covers, is_open, placement_on
from lms.people.rules import DUTY_OF_JOB, DutyKind, NetworkType, Scope, UnitKind
from lms.shared.db import among

MANAGING = frozenset({DutyKind.AREA_MANAGER, DutyKind.REGION_MANAGER, DutyKind.TRAINING_ADMIN})
WANTED = {
    UnitKind.CENTER: (DutyKind.COORDINATOR, DutyKind.REPRESENTATIVE),
    UnitKind.AREA: (DutyKind.AREA_MANAGER,),
    UnitKind.REGION: (DutyKind.REGION_MANAGER,),
}
TOP_DOWN = tuple(UnitKind)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A duty that nobody holds at a unit on a day. `since` is None when nobody ever did and no opening day is known."""

    unit_id: int
    public_id: str
    level: UnitKind
    code: str
    name_ko: str
    name_en: str
    kind: DutyKind
    since: date | None
    days: int | None


def list_vacancies(
    session: Session, *, scope: Scope, as_of: date, center_ids: Collection[int] | None = None
) -> list[Vacancy]:
    """List what stands vacant on a day at the open units within the viewer's scope, from the top down, oldest first.

    A coordinator counts who works somewhere in the network that day; the representative may be one by job. `center_ids`
    narrows the list to some centers, without areas and regions.
    """
    units = {unit.id: unit for unit in _units(session, scope, as_of, center_ids)}
    if not units:
        return []
    filled = _filled(session, as_of, units)
    vacant = [
        (unit, kind) for unit in units.values() for kind in WANTED[UnitKind(unit.kind)] if (unit.id, kind) not in filled
    ]
    ends = _ends(session, {unit.id for unit, _ in vacant}) if vacant else {}
    found = [_vacancy(unit, kind, ends.get((unit.id, kind), ()), as_of) for unit, kind in vacant]
    return sorted(found, key=lambda one: (TOP_DOWN.index(one.level), one.since or date.min, one.code, one.kind))


def count_vacancies(session: Session, *, scope: Scope, as_of: date, center_ids: Collection[int] | None = None) -> int:
    """Count what `list_vacancies` lists."""
    return len(list_vacancies(session, scope=scope, as_of=as_of, center_ids=center_ids))


def _vacancy(unit: OrgUnit, kind: DutyKind, ends: Iterable[date], as_of: date) -> Vacancy:
    since = vacant_since(ends, unit.opened_on, as_of)
    return Vacancy(
        unit_id=unit.id,
        public_id=unit.public_id,
        level=UnitKind(unit.kind),
        code=unit.code,
        name_ko=unit.name_ko,
        name_en=unit.name_en,
        kind=kind,
        since=since,
        days=(as_of - since).days if since else None,
    )


def _units(session: Session, scope: Scope, as_of: date, center_ids: Collection[int] | None) -> list[OrgUnit]:
    all_centers, some_centers = _open_centers(as_of)
    if center_ids is None:
        placed = session.execute(all_centers).all()
    else:
        placed = session.execute(some_centers, {"unit_ids": list(center_ids)}).all()
    under: dict[int, set[int]] = defaultdict(set)
    for center_id, *above in placed:
        for unit_id in (center_id, *filter(None, above)):
            under[unit_id].add(center_id)
    centers = {center_id for center_id, _, _ in placed}
    wanted = {unit_id for unit_id in centers if scope.counted_network or unit_id in scope.counted_center_ids}
    if center_ids is None:
        wanted |= {unit_id for unit_id in set(under) - centers if _oversees(scope, under[unit_id])}
    units = session.scalars(select(OrgUnit).where(OrgUnit.id.in_(wanted)))
    return [unit for unit in units if scope.counted_network or _is_for(scope, UnitKind(unit.kind))]


# Built once a day: see `people.queries.placement_on`.
@lru_cache(maxsize=8)
def _open_centers(as_of: date) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Return the statements that read where the open centers stand: of all of them, and of those given."""
    centers = (
        select(placement_on(as_of))
        .join(OrgUnit, OrgUnit.id == placement_on(as_of).c.center_id)
        .where(is_open(as_of), or_(OrgUnit.network_type.is_(None), OrgUnit.network_type != NetworkType.HEAD_OFFICE))
    )
    return centers, centers.where(among(OrgUnit.id, "unit_ids"))


def _oversees(scope: Scope, centers: set[int]) -> bool:
    """Tell whether an area or region lies wholly within what the viewer looks after."""
    if scope.counted_network or DutyKind.SYSTEM_ADMIN in scope.duties:
        return True
    return not scope.duties.isdisjoint(MANAGING) and centers <= scope.counted_center_ids


def _is_for(scope: Scope, level: UnitKind) -> bool:
    """A system administrator appoints region managers, and no area managers."""
    return level is not UnitKind.AREA or not scope.duties.isdisjoint(MANAGING)


def _filled(session: Session, as_of: date, units: Collection[int]) -> set[tuple[int, DutyKind]]:
    """Return which duties someone who works in the network holds on the day, appointed or by job."""
    appointed, by_job = _held(as_of)
    asked = {"unit_ids": list(units)}
    return {(unit_id, DutyKind(kind)) for unit_id, kind in session.execute(appointed, asked)} | {
        (center_id, DUTY_OF_JOB[code]) for center_id, code in session.execute(by_job, asked)
    }


@lru_cache(maxsize=8)
def _held(as_of: date) -> tuple[Select[int, str], Select[int, str]]:
    employed = exists().where(Posting.person_id == Duty.person_id, covers(Posting, as_of))
    appointed = select(Duty.unit_id, Duty.kind).where(covers(Duty, as_of), among(Duty.unit_id, "unit_ids"), employed)
    by_job = (
        select(Posting.center_id, JobRole.code)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(covers(Posting, as_of), JobRole.code.in_(DUTY_OF_JOB), among(Posting.center_id, "unit_ids"))
    )
    return appointed, by_job


def _ends(session: Session, unit_ids: Collection[int]) -> dict[tuple[int, DutyKind], list[date]]:
    """Return when those who held a duty ceased to: at its end, or on the first day they no longer worked here."""
    ends: dict[tuple[int, DutyKind], list[date]] = defaultdict(list)
    left = (
        select(Posting.person_id, func.max(func.coalesce(Posting.ends_on, date.max)).label("on"))
        .where(
            Posting.superseded_at.is_(None),
            Posting.person_id.in_(select(Duty.person_id).where(Duty.unit_id.in_(unit_ids))),
        )
        .group_by(Posting.person_id)
        .subquery()
    )
    appointed = select(Duty.unit_id, Duty.kind, Duty.ends_on, left.c.on).join(left, left.c.person_id == Duty.person_id)
    for unit_id, kind, ends_on, left_on in session.execute(
        appointed.where(Duty.superseded_at.is_(None), Duty.unit_id.in_(unit_ids))
    ):
        ends[unit_id, DutyKind(kind)].append(min(ends_on or date.max, left_on))
    by_job = (
        select(Posting.center_id, JobRole.code, Posting.ends_on)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.superseded_at.is_(None), Posting.center_id.in_(unit_ids), JobRole.code.in_(DUTY_OF_JOB))
    )
    for center_id, code, ends_on in session.execute(by_job):
        ends[center_id, DUTY_OF_JOB[code]].append(ends_on or date.max)
    return ends
