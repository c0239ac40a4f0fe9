"""Reads of the network page: visits by area, by day, and center by center, within the viewer's figures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.observations.models import Observation
from lms.observations.queries_reports import counted
from lms.observations.rules_reports import Where
from lms.observations.rules_scores import DayScore, Score, Sums
from lms.people.models import OrgPlacement, OrgUnit
from lms.people.queries import covers
from lms.people.rules import Scope, UnitKind
from lms.shared.paging import PER_PAGE, Page, offset_of

SCORED = func.count(Observation.points)
POINTS = func.coalesce(func.sum(Observation.points), 0)
# What points are out of counts where there are points.
POSSIBLE = func.coalesce(func.sum(case((Observation.points.is_not(None), Observation.points_possible))), 0)
MET, APPLICABLE = func.sum(Observation.items_met), func.sum(Observation.items_applicable)


@dataclass(frozen=True, slots=True)
class AreaSums:
    """What visits to an area add up to. Units are None where centers stand under none."""

    area: OrgUnit | None
    region: OrgUnit | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class CenterLine:
    """A center in the list."""

    center: OrgUnit
    sums: Sums


def list_areas(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[AreaSums]:
    """List the areas with visits, by the codes of region and area."""
    by_center = _sums(scope, as_of, where).group_by(Observation.center_id).subquery("by_center")
    seen = by_center.c
    placed = and_(OrgPlacement.unit_id == seen.center_id, covers(OrgPlacement, as_of))
    sums = (func.sum(column) for column in (seen.scored, seen.points, seen.possible, seen.met, seen.applicable))
    rows = session.execute(
        select(OrgPlacement.parent_id, func.sum(seen.visits), func.count(), func.max(seen.last_on), *sums)
        .join_from(by_center, OrgPlacement, placed, isouter=True)
        .group_by(OrgPlacement.parent_id)
    ).all()
    units, parents = _above(session, [row[0] for row in rows if row[0] is not None], as_of)
    found = [AreaSums(units.get(row[0]), units.get(parents.get(row[0], 0)), _read(*row[1:])) for row in rows]
    return sorted(found, key=lambda line: tuple(unit.code if unit else "" for unit in (line.region, line.area)))


def _sums(scope: Scope, as_of: date, where: Where) -> Select[Any]:
    return select(
        Observation.center_id,
        func.count().label("visits"),
        func.max(Observation.observed_on).label("last_on"),
        SCORED.label("scored"),
        POINTS.label("points"),
        POSSIBLE.label("possible"),
        MET.label("met"),
        APPLICABLE.label("applicable"),
    ).where(*counted(scope, as_of, where))


def _read(visits: int, centers: int, last_on: date | None, *numbers: int) -> Sums:
    # PostgreSQL's sums of counts come as Decimal.
    return Sums(int(visits), int(centers), last_on, *map(int, numbers))


def _above(session: Session, area_ids: Collection[int], as_of: date) -> tuple[dict[int, OrgUnit], dict[int, int]]:
    """Return areas and their regions by id, and each area's region."""
    above = select(OrgPlacement.unit_id, OrgPlacement.parent_id).where(
        OrgPlacement.unit_id.in_(area_ids), covers(OrgPlacement, as_of)
    )
    parents = {row.unit_id: row.parent_id for row in session.execute(above)}
    units = session.scalars(select(OrgUnit).where(OrgUnit.id.in_({*area_ids, *parents.values()})))
    return {unit.id: unit for unit in units}, parents


def list_days(session: Session, *, scope: Scope, as_of: date, where: Where, by_items: bool = False) -> list[DayScore]:
    """List the days with visits that have points, the oldest first; with `by_items`, all days by items met."""
    sums = (func.count(), MET, APPLICABLE) if by_items else (SCORED, POINTS, POSSIBLE)
    counts = () if by_items else (Observation.points.is_not(None),)
    rows = session.execute(
        select(Observation.observed_on, *sums)
        .where(*counted(scope, as_of, where), *counts)
        .group_by(Observation.observed_on)
        .order_by(Observation.observed_on)
    )
    return [DayScore(day, Score(*map(int, numbers))) for day, *numbers in rows]


def list_centers(
    session: Session, *, scope: Scope, as_of: date, where: Where, search: str = "", sort: str = "code", page: int = 1
) -> Page[CenterLine]:
    """List the centers with visits: by code, by "visits" or by "last", each also backwards with a sign before it."""
    conditions = counted(scope, as_of, where)
    named = [OrgUnit.kind == UnitKind.CENTER, *map(_named_like, search.split())]
    visited = exists().where(Observation.center_id == OrgUnit.id, *conditions)
    total = session.scalar(select(func.count()).select_from(OrgUnit).where(*named, visited)) or 0
    ordered: Select[OrgUnit] = select(OrgUnit).where(*named)
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "code":
        ordered = ordered.where(visited).order_by(OrgUnit.code.desc() if descending else OrgUnit.code)
    else:
        by_center = _sums(scope, as_of, where).group_by(Observation.center_id).subquery("by_center")
        column = by_center.c.visits if key == "visits" else by_center.c.last_on
        ordered = ordered.join(by_center, by_center.c.center_id == OrgUnit.id)
        ordered = ordered.order_by(column.desc() if descending else column, OrgUnit.code)
    centers = session.scalars(ordered.limit(PER_PAGE).offset(offset_of(page))).all()
    sums = _sums(scope, as_of, where).where(Observation.center_id.in_([center.id for center in centers]))
    found = {
        center_id: _read(visits, 1, *rest)
        for center_id, visits, *rest in session.execute(sums.group_by(Observation.center_id))
    }
    return Page([CenterLine(center, found[center.id]) for center in centers], page, total)


def _named_like(word: str) -> ColumnElement[bool]:
    columns = (OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
