"""Reads of a center's page: its visits and what each found, and its items over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.observations.models import ItemSetItem, Observation, ObservationResult, StandardItem
from lms.observations.queries_reports import counted, list_repeats
from lms.observations.rules_reports import Where
from lms.observations.rules_scores import Score
from lms.people.rules import Scope

MOST_VISITS = 500


@dataclass(frozen=True, slots=True)
class Cited:
    """An item as the visit's own item set words it."""

    code: str
    text_ko: str
    text_en: str
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with the items that were not met."""

    observed_on: date
    kind: str
    occasion: str
    observer_kind: str
    score: Score
    items: Score
    cited: Sequence[Cited]


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """An item that some visit found not met: how often, when last, and how often twice running."""

    item: Cited
    times: int
    last_on: date
    repeated: int


def list_visits(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[Visit]:
    """List the latest visits, 500 at most, the oldest of them first."""
    latest = (
        select(Observation)
        .where(*counted(scope, as_of, where))
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
        .limit(MOST_VISITS)
    )
    found = session.scalars(latest).all()[::-1]
    cited = _cited(session, [one.id for one in found])
    return [_visit(one, cited.get(one.id, [])) for one in found]


def _visit(one: Observation, cited: Sequence[Cited]) -> Visit:
    score = Score(1, one.points, one.points_possible or 0) if one.points is not None else Score(0, 0, 0)
    items = Score(1, one.items_met, one.items_applicable)
    return Visit(one.observed_on, one.kind, one.occasion, one.observer_kind, score, items, cited)


WORDED = (StandardItem.code, ItemSetItem.text_ko, ItemSetItem.text_en, ItemSetItem.is_critical)


def _cited(session: Session, ids: Sequence[int]) -> dict[int, list[Cited]]:
    found: dict[int, list[Cited]] = {}
    rows = session.execute(_results().add_columns(Observation.id).where(Observation.id.in_(ids)))
    for *words, observation_id in rows:
        found.setdefault(observation_id, []).append(Cited(*words))
    return found


def _results() -> Any:
    """Select the items not met on visits, as each visit's set words them, in the set's order."""
    return (
        select(*WORDED)
        .join_from(Observation, ObservationResult, ObservationResult.observation_id == Observation.id)
        .join(StandardItem, StandardItem.id == ObservationResult.item_id)
        .join(
            ItemSetItem,
            (ItemSetItem.item_set_id == Observation.item_set_id) & (ItemSetItem.item_id == StandardItem.id),
        )
        .where(ObservationResult.met.is_(False))
        .order_by(ItemSetItem.place)
    )


def list_item_histories(session: Session, *, scope: Scope, as_of: date, where: Where) -> list[ItemHistory]:
    """List the items that visits to one center found not met, the most frequent first."""
    rows = session.execute(
        select(StandardItem.id, func.count(), func.max(Observation.observed_on))
        .join_from(Observation, ObservationResult, ObservationResult.observation_id == Observation.id)
        .join(StandardItem, StandardItem.id == ObservationResult.item_id)
        .where(*counted(scope, as_of, where), ObservationResult.met.is_(False))
        .group_by(StandardItem.id)
    ).all()
    repeats = {line.item_code: line.times for line in list_repeats(session, scope=scope, as_of=as_of, where=where)}
    words = _words(session, [row[0] for row in rows])
    found = [
        ItemHistory(words[item_id], times, last_on, repeats.get(words[item_id].code, 0))
        for item_id, times, last_on in rows
    ]
    return sorted(found, key=lambda one: (-one.times, one.item.code))


def _words(session: Session, item_ids: Sequence[int]) -> dict[int, Cited]:
    """Return items as their latest version words them."""
    wanted = (
        select(StandardItem.id, *WORDED)
        .join(ItemSetItem, ItemSetItem.item_id == StandardItem.id)
        .where(StandardItem.id.in_(item_ids))
        .order_by(ItemSetItem.item_set_id)
    )
    return {row[0]: Cited(*row[1:]) for row in session.execute(wanted)}
