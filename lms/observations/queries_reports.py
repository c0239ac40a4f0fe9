"""What observations add up to: by month, by item, items repeated, and what follows a poor visit."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.observations.models import Observation, ObservationResult, StandardItem
from lms.observations.rules_reports import POOR, ItemLine, MonthLine, Rebound, RepeatLine, Where
from lms.people.models import OrgPlacement, OrgUnit
from lms.people.queries import covers
from lms.people.rules import Scope, UnitKind


def find_area_ids(session: Session, called: str, *, as_of: date) -> frozenset[int] | None:
    """Find the areas of the region that bears this code, or else this name; None when there is no such region."""
    regions = select(OrgUnit.id).where(OrgUnit.kind == UnitKind.REGION)
    by_code = session.scalars(regions.where(OrgUnit.code == called)).all()
    named = regions.where(or_(OrgUnit.name_ko == called, OrgUnit.name_en == called))
    region_ids = by_code or session.scalars(named).all()
    below = select(OrgPlacement.unit_id).where(OrgPlacement.parent_id.in_(region_ids), covers(OrgPlacement, as_of))
    return frozenset(session.scalars(below)) if region_ids else None


def counted(scope: Scope, as_of: date, where: Where) -> list[ColumnElement[bool]]:
    """Return the conditions on `Observation`: as known now, by a day, within the viewer's figures and the filter."""
    wanted = [Observation.superseded_at.is_(None), Observation.observed_on <= as_of]
    if not scope.counted_network:
        wanted.append(Observation.center_id.in_(sorted(scope.counted_center_ids)))
    if where.kind is not None:
        wanted.append(Observation.kind == where.kind)
    if where.center_id is not None:
        wanted.append(Observation.center_id == where.center_id)
    if where.area_ids is not None:
        within = select(OrgPlacement.unit_id).where(
            OrgPlacement.parent_id.in_(sorted(where.area_ids)), covers(OrgPlacement, as_of)
        )
        wanted.append(Observation.center_id.in_(within))
    return wanted


def month_of(column: Any) -> ColumnElement[str]:
    """Return the month of a day as a text: 2019-06."""
    return func.substr(cast(column, String), 1, 7)


def list_months(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[MonthLine]:
    """List the months with visits, the oldest first."""
    month = month_of(Observation.observed_on)
    rows = session.execute(
        select(month, func.count(), func.count(distinct(Observation.center_id)), func.sum(Observation.points))
        .where(*counted(scope, as_of, where))
        .group_by(month)
    )  # fmt: skip
    return sorted(MonthLine(month, visits, centers, points or 0) for month, visits, centers, points in rows)


def list_items(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[ItemLine]:
    """List the items that visits found not met, by code."""
    rows = session.execute(
        select(StandardItem.code, func.count())
        .join_from(Observation, ObservationResult, ObservationResult.observation_id == Observation.id)
        .join(StandardItem, StandardItem.id == ObservationResult.item_id)
        .where(*counted(scope, as_of, where), ObservationResult.met.is_(False))
        .group_by(StandardItem.id, StandardItem.code)
    )
    return sorted(ItemLine(*row) for row in rows)


def list_repeats(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[RepeatLine]:
    """List the items not met on two consecutive visits of a center, by the codes of both."""
    visits = _in_order(scope, as_of, where, Observation.id, "next_id").subquery("visits")
    one, other = aliased(ObservationResult), aliased(ObservationResult)
    again = and_(other.observation_id == visits.c.next_id, other.item_id == one.item_id, other.met.is_(False))
    rows = session.execute(
        select(OrgUnit.code, StandardItem.code, func.count())
        .join_from(visits, one, and_(one.observation_id == visits.c.id, one.met.is_(False)))
        .join(other, again)
        .join(OrgUnit, OrgUnit.id == visits.c.center_id)
        .join(StandardItem, StandardItem.id == one.item_id)
        .group_by(OrgUnit.id, OrgUnit.code, StandardItem.id, StandardItem.code)
    )
    return sorted(RepeatLine(*row) for row in rows)


def measure_rebound(session: Session, *, scope: Scope, as_of: date, where: Where) -> Rebound:
    """Measure poor visits and those that followed them at the same centers, whatever was done in between."""
    scored = [*counted(scope, as_of, where), Observation.points.is_not(None)]
    visits = _in_order(scope, as_of, where, Observation.points, "next_points").where(*scored).subquery("visits")
    poor = and_(100 * visits.c.points < POOR * visits.c.points_possible, visits.c.next_points.is_not(None))
    number, points, next_points = session.execute(
        select(func.count(), func.sum(visits.c.points), func.sum(visits.c.next_points)).where(poor)
    ).one()
    # Sums over nothing are null.
    return Rebound(number, int(points or 0), int(next_points or 0))


def _in_order(scope: Scope, as_of: date, where: Where, column: Any, name: str) -> Select[Any, Any, Any, Any, Any]:
    """Select visits with what `column` holds on the next visit of the same center."""
    in_order = (Observation.observed_on, Observation.id)
    following = func.lead(column).over(partition_by=Observation.center_id, order_by=in_order).label(name)
    told = (Observation.id, Observation.center_id, Observation.points, Observation.points_possible)
    return select(*told, following).where(*counted(scope, as_of, where))
