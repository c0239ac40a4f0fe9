"""What the pages show: asked once, and laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.charts import Tick, Trend, trend_chart
from lms.completion.rules import Tally
from lms.completion.rules_trend import TrendPoint
from lms.observations.queries_center import ItemHistory, Visit, list_item_histories, list_visits
from lms.observations.queries_pages import AreaSums, CenterLine, list_areas, list_centers, list_days
from lms.observations.rules_reports import POOR, Where
from lms.observations.rules_scores import DayScore, Score, Sums, added, by_month, rolling, total
from lms.people.models import OrgUnit
from lms.people.rules import Scope
from lms.shared.paging import Page, page_of

MONTHS_BETWEEN_NAMES = 6
VISITS_SHOWN = 24
# A visit is a card on a phone, and a center of 60 is seen some 200 times a year.
VISITS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A region or area with what its visits add up to."""

    unit: OrgUnit
    sums: Sums


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """Visits of the network or of one unit of it; `below` are its regions or areas, `units` those to choose from.

    `months` are scores, or items met where no visit has points; so are `scores` of a center.
    """

    unit: OrgUnit | None
    units: Sequence[OrgUnit]
    sums: Sums
    below: Sequence[UnitLine]
    trend: Trend
    months: Sequence[DayScore]
    centers: Page[CenterLine]


def network_page(
    session: Session, *, scope: Scope, as_of: date, where: Where, unit_id: str | None, search: str, sort: str, page: int
) -> NetworkPage | None:
    """Read the network page; None when the viewer sees no visits in a unit of this public id."""
    areas = list_areas(session, scope=scope, as_of=as_of, where=where)
    regions = {line.region.public_id: line.region for line in areas if line.region}
    units = regions | {line.area.public_id: line.area for line in areas if line.area}
    if unit_id and unit_id not in units:
        return None
    within = [line for line in areas if not unit_id or unit_id in _ids(line)]
    if unit_id:
        where = replace(where, area_ids=frozenset(line.area.id for line in within if line.area))
    sums = total(line.sums for line in within)
    months = by_month(list_days(session, scope=scope, as_of=as_of, where=where, by_items=not sums.scored))
    return NetworkPage(
        unit=units[unit_id] if unit_id else None,
        units=list(units.values()),
        sums=sums,
        below=_below(within, by_area=bool(unit_id)),
        trend=score_trend(months, every=MONTHS_BETWEEN_NAMES, by_items=not sums.scored),
        months=months,
        centers=list_centers(session, scope=scope, as_of=as_of, where=where, search=search, sort=sort, page=page),
    )


def _ids(line: AreaSums) -> set[str]:
    return {unit.public_id for unit in (line.area, line.region) if unit}


def _below(lines: Sequence[AreaSums], *, by_area: bool) -> list[UnitLine]:
    found: dict[int, tuple[OrgUnit, list[Sums]]] = {}
    for line in lines:
        unit = line.area if by_area else line.region
        if unit:
            found.setdefault(unit.id, (unit, []))[1].append(line.sums)
    return [UnitLine(unit, total(sums)) for unit, sums in found.values()]


def score_trend(scores: Sequence[DayScore], *, every: int, by_items: bool) -> Trend:
    """Lay out scores over time, with the line below which a visit is a poor one; or items met, in percent."""
    points = [TrendPoint(one.day, Tally(one.score.possible, one.score.points), one.score.visits, 0) for one in scores]
    if by_items:
        return trend_chart(points, every=every)
    chart = trend_chart(points, POOR, every=every)
    # Points of 100 are no percentage.
    return replace(chart, ticks=[Tick(tick.at, tick.text.removesuffix("%")) for tick in chart.ticks])


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit with the scores of it and those right before it."""

    visit: Visit
    of_three: Score | None
    of_six: Score | None


@dataclass(frozen=True, slots=True)
class CenterPage:
    """A center: all its visits together, a page of them, the latest first, and its items.

    `scores` are those of the latest visits; where no visit has points, items met by month: a check by itself asks for
    few items, and would be drawn as all or nothing.
    """

    score: Score
    items: Score
    last_on: date | None
    visits: Page[VisitLine]
    trend: Trend
    scores: Sequence[DayScore]
    histories: Sequence[ItemHistory]


def center_page(session: Session, *, scope: Scope, as_of: date, center: OrgUnit, where: Where, page: int) -> CenterPage:
    """Read a center's page. The center was found within the viewer's scope."""
    asked: dict[str, Any] = {"scope": scope, "as_of": as_of, "where": replace(where, center_id=center.id)}
    visits = list_visits(session, **asked)
    scored = [visit for visit in visits if visit.score.visits]
    means = {
        id(visit): (three, six)
        for visit, three, six in zip(
            scored, *(rolling([one.score for one in scored], width) for width in (3, 6)), strict=True
        )
    }
    lines = [VisitLine(visit, *means.get(id(visit), (None, None))) for visit in reversed(visits)]
    if scored:
        shown = [DayScore(visit.observed_on, visit.score) for visit in scored[-VISITS_SHOWN:]]
    else:
        shown = by_month(DayScore(visit.observed_on, visit.items) for visit in visits)
    return CenterPage(
        score=added(visit.score for visit in visits),
        items=added(visit.items for visit in visits),
        last_on=visits[-1].observed_on if visits else None,
        visits=page_of(lines, page, VISITS_PER_PAGE),
        trend=score_trend(shown, every=max(1, len(shown) // 3), by_items=not scored),
        scores=shown,
        histories=list_item_histories(session, **asked),
    )
