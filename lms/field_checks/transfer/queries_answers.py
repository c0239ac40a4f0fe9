"""Reads of what checks of trainings found, answer by answer: two statements, whatever they are added up by."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, null, select, true
from sqlalchemy.orm import Session, aliased

from lms.completion.queries_counting import Reach, enrollment
from lms.field_checks.transfer.queries import Asked, reseen, seen, trainings
from lms.field_checks.transfer.rules import Pairs, paired
from lms.observations.models import ItemSetItem, ObservationResult
from lms.people.queries import active_postings

item, item_again = aliased(ItemSetItem, name="item"), aliased(ItemSetItem, name="item_again")
told, told_again = aliased(ObservationResult, name="told"), aliased(ObservationResult, name="told_again")


class Answered(NamedTuple):
    """How often an item was answered so many days after training, and met; what counts neither way is left out."""

    item_id: int
    day: int
    number: int
    met: int


def count_pairs(session: Session, asked: Asked, reach: Reach) -> dict[int, Pairs]:
    """Count what first checks found of each item, beside what re-checks found of it."""
    again = case((item_again.item_id.is_(None), null()), else_=_met(told_again))
    query = _answers(asked, reach, seen, item, told, item.item_id, _met(told).label("met"), again.label("again"))
    query = query.outerjoin(
        item_again, and_(item_again.item_set_id == reseen.item_set_id, item_again.item_id == item.item_id)
    ).outerjoin(told_again, _told_of(told_again, reseen, item_again))
    rows = query.subquery("answers").c
    of = (rows.item_id, rows.met, rows.again)
    found: dict[int, list[tuple[bool | None, bool | None, int]]] = {}
    for item_id, met, met_again, number in session.execute(select(*of, func.count()).group_by(*of)):
        found.setdefault(item_id, []).append((_bool(met), _bool(met_again), number))
    return {item_id: paired(counts) for item_id, counts in found.items()}


def list_answered(session: Session, asked: Asked, reach: Reach) -> list[Answered]:
    """List how critical items were answered, by days since the training was completed.

    A re-check asks again what is critical, and beside it what the first check found not met. The latter would make
    what is asked late look weaker than it is, so that only what is asked whatever was found before is listed.
    """
    found: dict[tuple[int, int], list[int]] = {}
    first = _dated(_answers(asked, reach, seen, item, told, *_days_of(seen, item, told)))
    again = _dated(_answers(asked, reach, reseen, item_again, told_again, *_days_of(reseen, item_again, told_again)))
    for statement in (first, again):
        for item_id, completed_on, observed_on, met, number in session.execute(statement):
            counts = found.setdefault((item_id, (observed_on - completed_on).days), [0, 0])
            counts[0] += number
            counts[1] += number * bool(met)
    return [Answered(*key, *counts) for key, counts in sorted(found.items())]


def _days_of(observation: Any, of: Any, result: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        of.item_id.label("item_id"), enrollment.c.completed_on.label("completed_on"),
        observation.observed_on.label("observed_on"), _met(result).label("met"), of.is_critical.label("is_critical"),
    )  # fmt: skip


def _dated(query: Select[Any]) -> Select[Any]:
    rows = query.subquery("answers").c
    of = (rows.item_id, rows.completed_on, rows.observed_on, rows.met)
    return select(*of, func.count()).where(rows.is_critical, rows.met.is_not(None)).group_by(*of)


def _answers(asked: Asked, reach: Reach, observation: Any, of: Any, result: Any, *columns: Any) -> Select[Any]:
    """Select from every item that a check asked, with what was told of it where it was not simply met."""
    active = active_postings(asked.as_of).subquery("active")
    return (
        trainings(asked, reach, active, *columns)
        .join(of, of.item_set_id == observation.item_set_id)
        .outerjoin(result, _told_of(result, observation, of))
    )


def _told_of(result: Any, observation: Any, of: Any) -> ColumnElement[bool]:
    return and_(result.observation_id == observation.id, result.item_id == of.item_id)


def _met(result: Any) -> ColumnElement[bool | None]:
    """Return whether an item was met: one without a result of its own was."""
    return case((result.item_id.is_(None), true()), else_=result.met)


def _bool(value: Any) -> bool | None:
    """Return a truth value, which SQLite gives as a number where it was reckoned."""
    return None if value is None else bool(value)
