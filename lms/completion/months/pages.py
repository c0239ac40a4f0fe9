"""What the pages of the month close show: figures within what the viewer may see, and what stands open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from lms.completion.months.models import MonthClose
from lms.completion.months.queries import Month, list_frozen_rates, load_frozen_totals
from lms.completion.months.queries_proof import delta_since
from lms.completion.months.queries_questions import Questions, count_questions
from lms.completion.months.rules import Delta, MonthState
from lms.completion.pages import BELOW
from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_places import load_units
from lms.completion.rules import Dimension, RateLine, Tally
from lms.completion.rules_suppression import LEAST_PEOPLE, hides_small_groups, without_small_groups
from lms.people.rules import DutyKind, Scope, UnitKind

DIMENSIONS = {
    UnitKind.NETWORK: (Dimension.REGION, Dimension.AREA, Dimension.CENTER, Dimension.ROLE, Dimension.TIER),
    UnitKind.REGION: (Dimension.AREA, Dimension.CENTER, Dimension.ROLE, Dimension.TIER),
    UnitKind.AREA: (Dimension.CENTER, Dimension.ROLE, Dimension.TIER),
    UnitKind.CENTER: (Dimension.ROLE, Dimension.TIER),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A center whose frozen figures a correction changed."""

    line: RateLine
    before: Tally


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month as a viewer sees it. `total` is None for one who sees nobody's figures, or too few people's.

    `shown` is the snapshot whose figures stand here; None while they are those of the facts as they are now.
    `questions` and `differs` are for those who close months; `moved` are centers between close and latest correction.
    """

    month: Month
    total: RateLine | None
    by: Dimension
    choices: Sequence[Dimension]
    lines: Sequence[RateLine]
    hidden: frozenset[str]
    shown: MonthClose | None
    first_total: RateLine | None = None
    moved: Sequence[Moved] = ()
    questions: Questions | None = None
    differs: Delta | None = None


def may_close(scope: Scope) -> bool:
    """Tell whether a viewer closes months."""
    return DutyKind.TRAINING_ADMIN in scope.duties and scope.counted_network


def sees_closers(scope: Scope) -> bool:
    """Tell whether a viewer sees who closed a month: those who do, and the auditor."""
    return may_close(scope) or DutyKind.AUDITOR in scope.duties


def month_page(
    session: Session, *, scope: Scope, month: Month, by: str, number: int | None, compare: bool, timezone: str
) -> MonthPage:
    """Read a month: its frozen figures (of a snapshot's number, the latest by default) or those as known now."""
    shown = next((one for one in month.closes if one.number == number), month.last)
    choices, chosen = _dimensions(session, scope, by)
    asks = may_close(scope)
    total, lines, hidden = _figures(session, scope, month, shown, chosen)
    first = month.first if shown is not None and shown is not month.first else None
    is_open = not month.closes and month.state is not MonthState.RUNNING
    return MonthPage(
        month=month,
        total=total,
        by=chosen,
        choices=choices,
        lines=lines,
        hidden=hidden,
        shown=shown,
        first_total=load_frozen_totals(session, scope=scope, close_ids=[first.id])[first.id] if first else None,
        moved=_moved(session, scope, first, shown) if total else (),
        questions=count_questions(session, month=month.month, timezone=timezone) if asks and is_open else None,
        differs=delta_since(session, month.last) if asks and compare and month.last else None,
    )


def _dimensions(session: Session, scope: Scope, by: str) -> tuple[Sequence[Dimension], Dimension]:
    if not scope.sees_others:
        return (), Dimension.REGION
    home = load_units(session, scope=scope).home.kind
    choices = DIMENSIONS[home]
    usual = BELOW[home] if BELOW[home] in choices else choices[0]
    return choices, next((one for one in choices if one.lower() == by), usual)


def _figures(
    session: Session, scope: Scope, month: Month, shown: MonthClose | None, by: Dimension
) -> tuple[RateLine | None, Sequence[RateLine], frozenset[str]]:
    if not scope.sees_others or month.state is MonthState.RUNNING:
        return None, (), frozenset()
    if shown is not None:
        total = load_frozen_totals(session, scope=scope, close_ids=[shown.id])[shown.id]
        lines = list_frozen_rates(session, scope=scope, close=shown, by=by)
    else:
        total = total_rate(session, scope=scope, as_of=month.day)
        lines = list_rates(session, scope=scope, as_of=month.day, by=by)
    if not hides_small_groups(scope, scope.counted_center_ids):
        return total, lines, frozenset()
    if 0 < total.people_judged < LEAST_PEOPLE:
        return None, (), frozenset()
    return total, *without_small_groups(lines)


def _moved(session: Session, scope: Scope, first: MonthClose | None, shown: MonthClose | None) -> list[Moved]:
    if first is None or shown is None or hides_small_groups(scope, scope.counted_center_ids):
        return []
    by = Dimension.CENTER
    before = {line.code: line.tally for line in list_frozen_rates(session, scope=scope, close=first, by=by)}
    now = list_frozen_rates(session, scope=scope, close=shown, by=by)
    return [Moved(line, was) for line in now if (was := before.get(line.code, Tally())) != line.tally]


def totals_of(session: Session, *, scope: Scope, months: Sequence[Month]) -> dict[date, RateLine]:
    """Return the figures of the close of each closed month, within what the viewer may see; too few people are none."""
    ids = {month.first.id: month.month for month in months if month.first is not None}
    if not scope.sees_others or not ids:
        return {}
    found = load_frozen_totals(session, scope=scope, close_ids=list(ids))
    hides = hides_small_groups(scope, scope.counted_center_ids)
    return {ids[one]: line for one, line in found.items() if not (hides and line.people_judged < LEAST_PEOPLE)}
