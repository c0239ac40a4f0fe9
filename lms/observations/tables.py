"""The reports of the command line: plain English headings that scripts may rely on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lms.observations.queries_reports import list_items, list_months, list_repeats, measure_rebound
from lms.observations.rules_reports import Where
from lms.people.rules import Scope
from lms.shared.tables import Column, Kind


@dataclass(frozen=True, slots=True)
class Report:
    """A report's columns, and what reads its rows in their order."""

    columns: Sequence[Column]
    rows: Callable[..., Iterable[Sequence[Any]]]


def _rebound(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[tuple[Any, ...]]:
    found = measure_rebound(session, scope=scope, as_of=as_of, where=where)
    means = (None if mean is None else float(mean) for mean in (found.mean, found.next_mean))
    return [(found.visits, *means)]


def _numbers(*names: str) -> list[Column]:
    return [Column(name, Kind.NUMBER) for name in names]


REPORTS = {
    "month": Report([Column("month"), *_numbers("visits", "centers", "points_sum")], list_months),
    "item": Report([Column("item_code"), *_numbers("visits_cited")], list_items),
    "repeat": Report([Column("center_code"), Column("item_code"), *_numbers("times")], list_repeats),
    "rebound": Report(_numbers("low_visits", "mean_low", "mean_next"), _rebound),
}
