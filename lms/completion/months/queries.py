"""Which months are closed, and their frozen figures, within what the viewer may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session

from lms.completion.months.models import MonthClose, MonthFigure
from lms.completion.months.queries_calendar import load_days_off
from lms.completion.months.rules import ALL_TIERS, MonthState, close_due_on, first_day, last_day, month_state
from lms.completion.queries_labels import Labels, load_organization, role_labels, tier_labels
from lms.completion.rules import Dimension, RateLine, Tally
from lms.courses.rules import add_months
from lms.people.models import OrgUnit
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError

# How many months before the present one are listed, closed or not.
MONTHS_BACK = 12
NOBODY = RateLine("TOTAL", "", "", None, Tally(), 0, 0)
KEYS: Mapping[Dimension, Any] = {
    Dimension.REGION: MonthFigure.region_id,
    Dimension.AREA: MonthFigure.area_id,
    Dimension.CENTER: MonthFigure.center_id,
    Dimension.ROLE: MonthFigure.role_id,
    Dimension.TIER: MonthFigure.tier_level,
}
FIGURES = (
    MonthFigure.due,
    MonthFigure.done,
    MonthFigure.on_time,
    MonthFigure.people,
    MonthFigure.people_short,
    MonthFigure.people_done,
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month, where it stands, and its snapshots: the close first, then each correction."""

    month: date
    state: MonthState
    due_on: date
    closes: Sequence[MonthClose] = ()

    @property
    def day(self) -> date:
        """Return the day its figures are as of."""
        return last_day(self.month)

    @property
    def name(self) -> str:
        """Return the month as addresses and commands write it: 2019-06."""
        return f"{self.month:%Y-%m}"

    @property
    def first(self) -> MonthClose | None:
        """Return the close; None while the month is open."""
        return self.closes[0] if self.closes else None

    @property
    def last(self) -> MonthClose | None:
        """Return the latest snapshot; None while the month is open."""
        return self.closes[-1] if self.closes else None


def list_months(session: Session, *, today: date) -> list[Month]:
    """List the present month, the twelve before it, and whatever was closed earlier, the latest first."""
    closes: dict[date, list[MonthClose]] = {}
    for close in session.scalars(select(MonthClose).order_by(MonthClose.month, MonthClose.number)):
        closes.setdefault(close.month, []).append(close)
    recent = {add_months(first_day(today), -back) for back in range(MONTHS_BACK + 1)}
    first = min(closes, default=None)
    months = sorted(recent | closes.keys(), reverse=True)
    return [_month(session, month, closes.get(month, []), today, first) for month in months]


def get_month(session: Session, *, month: date, today: date) -> Month:
    """Return a month with its snapshots.

    Raises:
        NotFoundError: it lies in the future.
    """
    if month > today:
        raise NotFoundError
    wanted = select(MonthClose).where(MonthClose.month == month).order_by(MonthClose.number)
    first = session.scalar(select(func.min(MonthClose.month)))
    return _month(session, month, list(session.scalars(wanted)), today, first)


def get_close(session: Session, *, month: date, number: int | None = None) -> MonthClose:
    """Return a month's snapshot of a number, the latest by default.

    Raises:
        NotFoundError: there is none.
    """
    wanted = select(MonthClose).where(MonthClose.month == month).order_by(MonthClose.number.desc()).limit(1)
    if number is not None:
        wanted = wanted.where(MonthClose.number == number)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _month(session: Session, month: date, closes: list[MonthClose], today: date, first: date | None) -> Month:
    due_on = close_due_on(month, load_days_off(session, month=month))
    state = month_state(month, closes=len(closes), due_on=due_on, today=today, first=first)
    return Month(month, state, due_on, closes)


def load_frozen_totals(session: Session, *, scope: Scope, close_ids: Collection[int]) -> dict[int, RateLine]:
    """Return the frozen rate of all that the viewer sees, by close; nothing due is a rate of nothing."""
    query = _sums(MonthFigure.close_id).where(
        MonthFigure.close_id.in_(close_ids), MonthFigure.tier_level == ALL_TIERS, within_scope(scope)
    )
    found = {row[0]: _line("TOTAL", "", "", None, row[1:]) for row in session.execute(query)}
    return {close_id: found.get(close_id, NOBODY) for close_id in close_ids}


def list_frozen_rates(
    session: Session, *, scope: Scope, close: MonthClose, by: Dimension, unit_id: int | None = None
) -> list[RateLine]:
    """List the frozen rates of a month by a dimension, ordered by code: what `list_rates` listed when it was closed.

    `unit_id` narrows them to a unit.
    """
    key, day = KEYS[by], last_day(close.month)
    tiers = MonthFigure.tier_level != ALL_TIERS if by is Dimension.TIER else MonthFigure.tier_level == ALL_TIERS
    query = _sums(key).where(MonthFigure.close_id == close.id, tiers, within_scope(scope))
    if unit_id is not None:
        query = query.where(is_under(unit_id))
    labels = _labels(session, by, day)
    rows = [(labels[row[0]], row[1:]) for row in session.execute(query)]
    if by is Dimension.TIER:
        rows.sort(key=lambda row: int(row[0].code))
    else:
        rows.sort(key=lambda row: row[0].code)
    return [_line(*label, counts) for label, counts in rows]


def _labels(session: Session, by: Dimension, day: date) -> Labels:
    if by is Dimension.ROLE:
        return role_labels(session)
    return tier_labels(session) if by is Dimension.TIER else load_organization(session, as_of=day).labels


def is_under(unit_id: int) -> ColumnElement[bool]:
    """Return the condition that a figure is of a unit, where its centers stood at the month's end."""
    is_network = exists().where(OrgUnit.id == unit_id, OrgUnit.kind == UnitKind.NETWORK)
    places = (MonthFigure.center_id, MonthFigure.area_id, MonthFigure.region_id)
    return or_(is_network, *(place == unit_id for place in places))


def within_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a figure is the viewer's to see."""
    return true() if scope.counted_network else MonthFigure.center_id.in_(scope.counted_center_ids)


def _sums(key: Any) -> Select[Any]:
    return select(key, *(func.sum(column) for column in FIGURES)).group_by(key)


def _line(code: str, name_ko: str, name_en: str, public_id: str | None, counts: Any) -> RateLine:
    # PostgreSQL's sums come as Decimal.
    due, done, on_time, judged, short, all_done = map(int, counts)
    return RateLine(code, name_ko, name_en, public_id, Tally(due, done, on_time), judged, short, all_done)
