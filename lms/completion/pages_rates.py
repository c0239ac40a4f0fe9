"""What the pages of a unit's rates show: its rate and what it is made of, its trend, two days side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.completion.charts import Funnel, Trend, funnel_chart, trend_chart
from lms.completion.forms import BreakdownForm
from lms.completion.months.queries_trend import with_reported
from lms.completion.pages import BELOW, COUNTS_PEOPLE_AGAIN
from lms.completion.parameters import Asked
from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_exempt import exempt_share, exempt_shares
from lms.completion.queries_memory import NetworkFigures
from lms.completion.queries_mix import Grid, load_grid
from lms.completion.queries_places import LARGE_NETWORK, Unit, Units
from lms.completion.queries_trend import count_movement, list_trend
from lms.completion.rules import DEFAULT_TARGET, Dimension, RateFilter, RateLine, Tally, total
from lms.completion.rules_interval import ORDER, Certainty, Change, Interval, certainty_of, interval_of
from lms.completion.rules_suppression import (
    LEAST_PEOPLE,
    emptied,
    find_hidden,
    find_hidden_cells,
    hides_small_groups,
    without_small_groups,
)
from lms.completion.rules_trend import Movement, TrendPoint
from lms.completion.targets.queries import HeldAgainst, load_held_against
from lms.completion.targets.rules import DEFAULTS, Measure
from lms.enrollments.exceptions.rules import ExemptShare
from lms.people.rules import Scope, UnitKind

UNIT_LEVELS = frozenset({Dimension.REGION, Dimension.AREA, Dimension.CENTER})
# Which units stand in the rows of a heat map: few enough to read.
GRID_ROWS = {UnitKind.NETWORK: Dimension.AREA, UnitKind.REGION: Dimension.AREA, UnitKind.AREA: Dimension.CENTER}
NOBODY = RateLine("", "", "", None, Tally(), 0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A group as its row shows it: how sure its rate is, and the same on the other day.

    `is_hidden`: too few people for a viewer who sees no names; `line` is then empty but for its name.
    """

    line: RateLine
    target: int
    before: RateLine | None = None
    is_hidden: bool = False
    exempt: ExemptShare | None = None

    @property
    def certainty(self) -> Certainty:
        """Return what can be said of it against the target."""
        return certainty_of(self.line.tally, self.line.people_judged, self.target)

    @property
    def interval(self) -> Interval | None:
        """Return where its true rate may well lie."""
        return interval_of(self.line.tally, self.line.people_judged)

    @property
    def change(self) -> Change | None:
        """Return the difference to the other day, when one is asked for."""
        return None if self.before is None else Change(self.before.tally, self.line.tally)


@dataclass(frozen=True, slots=True)
class RatePage:
    """The rate of a unit and what it is made of; `names_closed` when its people may not be named yet."""

    total: Row
    by: Dimension
    rows: Sequence[Row]
    names_closed: bool = False
    trend: Trend | None = None
    movement: Movement | None = None
    counts: Mapping[Certainty, int] = field(default_factory=dict)
    on_time_target: int = DEFAULTS[Measure.ON_TIME]

    @property
    def hidden(self) -> int:
        """Return how many groups are too small to show."""
        return sum(1 for row in self.rows if row.is_hidden)


def rate_page(session: Session, asked: Asked[BreakdownForm], unit: Unit) -> RatePage:
    """Read a unit's rate, its trend, and the rates below it or by what the address asks for."""
    form = asked.form
    by = Dimension(form.by.data.upper()) if form.by.data else BELOW[unit.kind]
    names_closed = by is Dimension.PERSON and not asked.names_are_open(session)
    now = read_rates(session, asked, unit, by, asked.as_of, names_closed=names_closed)
    other = form.compare.data
    before = read_rates(session, asked, unit, by, other, names_closed=names_closed) if other else None
    held = load_held_against(session, on=asked.as_of, where=form.filter(unit.id))
    rows = _rows(now, before, by, held)
    is_shown = not now.is_hidden and not (before and before.is_hidden)
    shares = _shares(session, asked, unit, by, now)
    rows = [replace(row, exempt=shares.get(row.line.code)) for row in rows]
    return RatePage(
        total=Row(
            now.whole, held.whole(), before.whole if before else None, now.is_hidden, _share(session, asked, unit, now)
        ),
        by=by,
        rows=_in_order(rows, form.sort.data or ("sure" if by in UNIT_LEVELS else "code"), is_unit=by in UNIT_LEVELS),
        names_closed=names_closed,
        trend=None
        if now.is_hidden or form.by.data or asked.known_at
        else _trend(session, asked, unit, held.whole(), hides=now.hides),
        movement=_movement(session, asked, other, hides=now.hides) if is_shown and other else None,
        on_time_target=held.whole(Measure.ON_TIME),
        counts={one: sum(row.certainty is one for row in rows if not row.is_hidden) for one in ORDER},
    )


def _share(session: Session, asked: Asked[BreakdownForm], unit: Unit, now: "Reading") -> ExemptShare | None:
    """Return how many people are exempt, where the rate itself is shown."""
    if now.is_hidden:
        return None
    where = asked.form.filter(unit.id)
    return exempt_share(session, scope=asked.scope, as_of=asked.as_of, where=where, whole=now.whole)


def _shares(
    session: Session, asked: Asked[BreakdownForm], unit: Unit, by: Dimension, now: "Reading"
) -> Mapping[str, ExemptShare]:
    """Return by code how many people are exempt, without groups too small to show."""
    if now.is_hidden or not now.lines:
        return {}
    where = asked.form.filter(unit.id)
    found = exempt_shares(session, scope=asked.scope, as_of=asked.as_of, by=by, where=where, lines=now.lines)
    return {code: share for code, share in found.items() if code not in now.hidden}


@dataclass(frozen=True, slots=True)
class Reading:
    """The rates of one day. `hides` tells that the viewer may not learn about a few people: the lines with a code in
    `hidden` are then empty, and when the unit itself `is_hidden`, there are none.
    """

    whole: RateLine
    lines: Sequence[RateLine]
    hidden: frozenset[str]
    hides: bool
    is_hidden: bool = False


def read_rates(
    session: Session, asked: Asked[BreakdownForm], unit: Unit, by: Dimension, day: date, *, names_closed: bool = False
) -> Reading:
    """Read the rates of a unit on a day, without what the viewer may not learn. Page and download share it."""
    where = asked.form.filter(unit.id)
    if names_closed:
        lines = []
    elif by in UNIT_LEVELS and (figures := network_figures(asked, unit)):
        lines = figures.rates(session, scope=asked.scope, as_of=day, by=by)
    else:
        lines = list_rates(session, scope=asked.scope, as_of=day, by=by, where=where)
    if names_closed or by in COUNTS_PEOPLE_AGAIN:
        whole = total_rate(session, scope=asked.scope, as_of=day, where=where)
    else:
        whole = _added_up(lines)
    hides = hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset()))
    if not hides:
        return Reading(whole, lines, frozenset(), hides)
    if 0 < whole.people_judged < LEAST_PEOPLE or _is_hidden_above(session, asked, unit, day):
        return Reading(NOBODY, [], frozenset(), hides, is_hidden=True)
    lines, hidden = without_small_groups(lines)
    return Reading(whole, lines, hidden, hides)


def network_figures(asked: Asked[BreakdownForm], unit: Unit) -> NetworkFigures | None:
    """Return what this process remembers, for what it remembers: a large network, everyone, every course."""
    if unit.kind is not UnitKind.NETWORK or not _is_large(asked.units, unit):
        return None
    return _memory() if _is_plain(asked, unit) else None


def _is_large(units: Units, network: Unit) -> bool:
    return units.is_partial or len(units.centers[network.id]) >= LARGE_NETWORK


def _memory() -> NetworkFigures | None:
    found = current_app.extensions.setdefault("network figures", NetworkFigures())
    return found if isinstance(found, NetworkFigures) else None


def _is_plain(asked: Asked[BreakdownForm], unit: Unit) -> bool:
    return asked.known_at is None and asked.form.filter(unit.id) == RateFilter(unit_id=unit.id)


def _known_trend(session: Session, asked: Asked[BreakdownForm], unit: Unit) -> list[TrendPoint] | None:
    memory = _memory()
    if memory is None or not _is_plain(asked, unit):
        return None
    return memory.trend_of(session, scope=asked.scope, as_of=asked.as_of, where=asked.form.filter(unit.id))


def _is_hidden_above(session: Session, asked: Asked[BreakdownForm], unit: Unit, day: date) -> bool:
    """Tell whether the page above hides this unit, so that another one cannot be found by subtraction."""
    above = asked.units.path(unit)[-1:]
    if not above:
        return False
    where, by = asked.form.filter(above[0].id), BELOW[above[0].kind]
    lines = list_rates(session, scope=asked.scope, as_of=day, by=by, where=where)
    return unit.code in without_small_groups(lines)[1]


def _added_up(lines: Sequence[RateLine]) -> RateLine:
    """Return the whole of groups in which everyone stands once; adding them up spares reading everything again."""
    judged = sum(line.people_judged for line in lines)
    short = sum(line.people_short for line in lines)
    complete = sum(line.people_done for line in lines)
    return RateLine("TOTAL", "", "", None, total(line.tally for line in lines), judged, short, complete)


def _rows(now: Reading, before: Reading | None, by: Dimension, held: HeldAgainst) -> list[Row]:
    """Return a row for each group of either day, held against its target on the later one."""
    lines = {line.code: line for line in now.lines}
    then = {line.code: line for line in before.lines} if before else {}
    gone = [emptied(line) for code, line in then.items() if code not in lines]
    hidden = now.hidden | (before.hidden if before else frozenset())
    return [
        Row(
            line=line,
            target=DEFAULT_TARGET if by is Dimension.PERSON else held.group(by, line.code),
            before=then.get(line.code, NOBODY) if before else None,
            is_hidden=line.code in hidden,
        )
        for line in [*now.lines, *gone]
    ]


def _in_order(rows: Iterable[Row], sort: str, *, is_unit: bool) -> list[Row]:
    """Order rows by one of `forms.RATE_SORTS`, "-" before it from the greatest down; ties by code.

    Units are never ranked by the rate alone: first what is sure, then the end of the interval that decides it.
    """
    keys: dict[str, Callable[[Row], Any]] = {
        "code": lambda row: row.line.code,
        "sure": _surely,
        "rate": _surely if is_unit else lambda row: row.line.tally.percent_tenths or 0,
        "missing": lambda row: row.line.tally.missing,
        "short": lambda row: row.line.people_short,
        "change": lambda row: (row.change.tenths if row.change else None) or 0,
    }
    by_code = sorted(rows, key=lambda row: row.line.code)
    ordered = sorted(by_code, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return sorted(ordered, key=lambda row: row.is_hidden)


def _surely(row: Row) -> tuple[int, float]:
    return ORDER.index(row.certainty), row.interval.high if row.interval else 0.0


def _trend(session: Session, asked: Asked[BreakdownForm], unit: Unit, target: int, *, hides: bool) -> Trend:
    if figures := network_figures(asked, unit):
        points = figures.trend(session, scope=asked.scope, as_of=asked.as_of)
    else:
        points = _known_trend(session, asked, unit) or list_trend(
            session, scope=asked.scope, as_of=asked.as_of, where=asked.form.filter(unit.id)
        )
    where = asked.form.filter(unit.id)
    points = with_reported(session, points, scope=asked.scope, where=where, known_at=asked.known_at)
    if hides:
        points = [_large_enough(point) for point in points]
    return trend_chart(points, target)


def center_trend(session: Session, *, scope: Scope, as_of: date, center_id: int, target: int) -> Trend:
    """Return the trend of a center's rate for a viewer who may name its people."""
    where, memory = RateFilter(unit_id=center_id), _memory()
    if memory:
        points = memory.trend_of_center(session, scope=scope, as_of=as_of, center_id=center_id)
    else:
        points = list_trend(session, scope=scope, as_of=as_of, where=where)
    return trend_chart(with_reported(session, points, scope=scope, where=where), target)


def _large_enough(point: TrendPoint) -> TrendPoint:
    return point if point.people_judged >= LEAST_PEOPLE else TrendPoint(point.day, Tally(), 0, 0)


def _movement(session: Session, asked: Asked[BreakdownForm], before: date, *, hides: bool) -> Movement | None:
    """Count who moved; not for a viewer without names where only a few did."""
    where = asked.form.filter((asked.unit or asked.units.home).id)
    found = count_movement(session, scope=asked.scope, before=before, now=asked.as_of, where=where)
    return None if hides and find_hidden(found[:3]) else found


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rates of units across job roles or tiers; `hidden` cells are about too few people for the viewer."""

    grid: Grid
    rows_by: Dimension
    columns_by: Dimension
    hidden: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SpreadPage:
    """How the centers of a unit differ: by size and rate, and across job roles and tiers."""

    whole: RateLine
    funnel: Funnel | None
    map: HeatMap
    target: int


def spread_page(session: Session, asked: Asked[BreakdownForm], unit: Unit) -> SpreadPage:
    """Read how the centers of a unit differ."""
    where = asked.form.filter(unit.id)
    if figures := network_figures(asked, unit):
        lines = figures.rates(session, scope=asked.scope, as_of=asked.as_of, by=Dimension.CENTER)
    else:
        lines = list_rates(session, scope=asked.scope, as_of=asked.as_of, by=Dimension.CENTER, where=where)
    whole = _added_up(lines)
    hides = hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset()))
    if hides:
        lines = without_small_groups(lines)[0]
    columns = Dimension.ROLE if asked.form.by.data == "role" else Dimension.TIER
    target = load_held_against(session, on=asked.as_of, where=where).whole()
    return SpreadPage(whole, funnel_chart(lines, whole.tally), _map(session, asked, unit, columns, hides=hides), target)


def _map(session: Session, asked: Asked[BreakdownForm], unit: Unit, columns: Dimension, *, hides: bool) -> HeatMap:
    rows = GRID_ROWS.get(unit.kind, Dimension.CENTER)
    grid = load_grid(
        session, scope=asked.scope, as_of=asked.as_of, rows=rows, columns=columns, where=asked.form.filter(unit.id)
    )
    hidden = find_hidden_cells({key: cell.people for key, cell in grid.cells.items()}) if hides else frozenset[Any]()
    return HeatMap(grid, rows, columns, hidden)
