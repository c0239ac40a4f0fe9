"""What a trend shows of closed months: the value that was reported at the close, and whether it was corrected since."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from lms.completion.months.models import MonthClose, MonthFigure
from lms.completion.months.queries import FIGURES, is_under, within_scope
from lms.completion.months.rules import ALL_TIERS, first_day, is_month_end
from lms.completion.rules import RateFilter, Tally
from lms.completion.rules_trend import TrendPoint
from lms.people.models import JobRole
from lms.people.rules import Scope


def with_reported(
    session: Session,
    points: Sequence[TrendPoint],
    *,
    scope: Scope,
    where: RateFilter,
    known_at: datetime | None = None,
) -> list[TrendPoint]:
    """Return the points of a trend, those of closed months with the value of their close.

    A correction that moved it stands beside. Where `where` asks for courses, several tiers or centers by code, which
    a close keeps no figures of, the points stay as known now. With `known_at`, what was closed later is open.
    """
    months = [first_day(point.day) for point in points if is_month_end(point.day)]
    if not months or not is_kept(where):
        return list(points)
    found: dict[date, list[tuple[int, ...]]] = {}
    for month, _number, *counts in session.execute(_frozen(scope, where, tuple(months), known_at)):
        # Sums over nothing are null; PostgreSQL's come as Decimal.
        found.setdefault(month, []).append(tuple(int(count or 0) for count in counts))
    return [
        _reported(point, found.get(first_day(point.day), ())) if is_month_end(point.day) else point for point in points
    ]


def is_kept(where: RateFilter) -> bool:
    """Tell whether a close keeps the figures that a filter asks for."""
    return not where.course_codes and not where.center_codes and len(where.tiers) <= 1


def _reported(point: TrendPoint, snapshots: Sequence[tuple[int, ...]]) -> TrendPoint:
    if not snapshots:
        return point
    due, done, on_time, judged, short, _all_done = snapshots[0]
    first, last = Tally(due, done, on_time), Tally(*snapshots[-1][:3])
    return TrendPoint(point.day, first, judged, short, is_reported=True, corrected=last if last != first else None)


# Built once for the same question: see `people.queries.placement_on`.
@lru_cache(maxsize=64)
def _frozen(
    scope: Scope, where: RateFilter, months: tuple[date, ...], known_at: datetime | None
) -> Select[Any]:  # fmt: skip
    """Select month, number and sums of every snapshot of these months, the close first; null sums where nothing is."""
    of_close = and_(MonthFigure.close_id == MonthClose.id, within_scope(scope), *_narrowed(where))
    sums: list[Any] = [func.sum(column) for column in FIGURES]
    query = (
        select(MonthClose.month, MonthClose.number, *sums)
        .outerjoin(MonthFigure, of_close)
        .where(MonthClose.month.in_(months))
        .group_by(MonthClose.month, MonthClose.number)
        .order_by(MonthClose.month, MonthClose.number)
    )
    return query if known_at is None else query.where(MonthClose.recorded_at <= known_at)


def _narrowed(where: RateFilter) -> list[ColumnElement[bool]]:
    conditions = [MonthFigure.tier_level == (where.tiers[0] if where.tiers else ALL_TIERS)]
    if where.unit_id is not None:
        conditions.append(is_under(where.unit_id))
    if where.role_codes:
        conditions.append(MonthFigure.role_id.in_(select(JobRole.id).where(JobRole.code.in_(where.role_codes))))
    if where.frontline is not None:
        conditions.append(MonthFigure.is_frontline.is_(where.frontline))
    return conditions
