"""What the page of what training adds up to shows: the part that is asked for, laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from lms.completion.charts import Trend, trend_chart
from lms.completion.queries_places import Unit
from lms.completion.rules import RateFilter
from lms.completion.rules_bases import Period
from lms.completion.rules_trend import TrendPoint
from lms.courses.rules import add_months
from lms.field_checks.transfer.pages_rows import Curve, Found, Line, TopicLine, list_lines, read_counts, read_lasting
from lms.field_checks.transfer.queries import Asked
from lms.field_checks.transfer.rules import By, Counts, Show, Step
from lms.observations.practice.rules import By as Topic
from lms.people.rules import Scope
from lms.shared.paging import Page, offset_of

R = TypeVar("R")
# A phone shows each row as a card.
ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What trainings of a unit in a period added up to: the part that is shown. `is_hidden`: of too few people."""

    unit: Unit
    by: By
    counts: Counts
    lines: Page[Line] | None = None
    trend: Trend | None = None
    topics: Page[TopicLine] | None = None
    curve: Curve | None = None
    is_hidden: bool = False


def asked_for(
    scope: Scope, as_of: date, unit: Unit, *, months: int, roles: tuple[str, ...] = (), courses: tuple[str, ...] = ()
) -> Asked:
    """Return the trainings of a unit that fell due in the last months."""
    period = Period(add_months(as_of, -months) + timedelta(days=1), as_of)
    return Asked(scope, as_of, period, RateFilter(unit_id=unit.id, role_codes=roles, course_codes=courses))


def transfer_page(
    session: Session, found: Found, *, show: Show, by: By, step: Step, topic: Topic, key: str, number: int
) -> TransferPage:
    """Read one part of the page: `step` is the one its trend follows, `number` the page of behaviors."""
    by = By.MONTH if show is Show.STEPS else found.rows_by(by)
    counts = read_counts(session, found)
    if counts is None:
        return TransferPage(found.unit, by, Counts(), is_hidden=True)
    page = TransferPage(found.unit, by, counts)
    if show is Show.LASTS:
        lasting = read_lasting(session, found, topic)
        topics = list(map(lasting.line, _shown(lasting.rows, number)))
        chosen = next((row for row in lasting.rows if row.key == key), None)
        of_all = Page(topics, number, len(lasting.rows), ROWS_SHOWN)
        return replace(page, topics=of_all, curve=lasting.curve(chosen))
    lines = list_lines(session, found, by)
    if show is Show.STEPS:
        return replace(page, lines=Page(lines, 1, len(lines)), trend=_trend(lines, step))
    return replace(page, lines=Page(_shown(lines, number), number, len(lines), ROWS_SHOWN))


def _shown(rows: Sequence[R], number: int) -> Sequence[R]:
    start = offset_of(number, ROWS_SHOWN)
    return rows[start : start + ROWS_SHOWN]


def _trend(lines: Sequence[Line], step: Step) -> Trend:
    """Lay out the share of a step by the month in which trainings fell due; a month without any leaves a gap."""
    found = {date.fromisoformat(f"{line.label.code}-01"): line.counts for line in lines}
    month, points = min(found, default=None), []
    while month is not None and month <= max(found):
        counts = found.get(month, Counts())
        points.append(TrendPoint(month, counts.step(step), counts.trials(step), 0))
        month = add_months(month, 1)
    return trend_chart(points)
