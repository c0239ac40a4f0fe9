"""Reads of what observations add up to: two counts for any split, so that their number does not grow with the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import Session

from lms.observations.models import Behavior, ItemSetItem, Observation, ObservationResult, StandardItem
from lms.observations.practice.campaigns import was_made_for
from lms.observations.practice.rules import Seen, Told, unfold
from lms.observations.queries_reports import counted, month_of
from lms.observations.rules import ObserverKind, Occasion
from lms.observations.rules_reports import Where
from lms.people.models import OrgPlacement, Posting
from lms.people.queries import covers
from lms.people.rules import Scope

# Who saw it, and what the group stands for: nothing, a unit's id, a role's id, or a month.
Group = tuple[bool, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which observations count: those of `where` in a period, perhaps of one occasion, or for one campaign."""

    scope: Scope
    as_of: date
    since: date
    where: Where
    occasion: Occasion | None = None
    campaign: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on `Observation`."""
        wanted = [*counted(self.scope, self.as_of, self.where), Observation.observed_on >= self.since]
        if self.occasion is not None:
            wanted.append(Observation.occasion == self.occasion)
        return [*wanted, *was_made_for(self.campaign)] if self.campaign else wanted


def count_seen(session: Session, asked: Asked, *, split: str = "") -> dict[tuple[Group, int], Seen]:
    """Return what was seen of each item, by who saw it (True: independent) and by `split`.

    `split` is "" for all together, "center", "area" (as placed on the day asked for), "role" (of the person seen, on
    the day they were seen; observations of no person are left out) or "month".
    """
    group = _GROUPS[split]
    asked_times: dict[tuple[Group, int], int] = {}
    for key, observer, item_set_id, number in session.execute(_joined(_counts(asked, group), split, asked.as_of)):
        place = ((ObserverKind(observer).is_independent, key), item_set_id)
        asked_times[place] = asked_times.get(place, 0) + number
    told = [
        Told((ObserverKind(observer).is_independent, key), *rest)
        for key, observer, *rest in session.execute(_joined(_exceptions(asked, group), split, asked.as_of))
    ]
    return unfold(asked_times, _items_of(session, {item_set_id for _, item_set_id in asked_times}), told)


_GROUPS: Mapping[str, ColumnElement[Any]] = {
    "": literal(0),
    "center": Observation.center_id.expression,
    "area": OrgPlacement.parent_id.expression,
    "role": Posting.role_id.expression,
    "month": month_of(Observation.observed_on),
}


def _counts(asked: Asked, group: ColumnElement[Any]) -> Select[Any]:
    of = (group.label("of"), Observation.observer_kind, Observation.item_set_id)
    return select(*of, func.count()).select_from(Observation).where(*asked.conditions).group_by(*of)


def _exceptions(asked: Asked, group: ColumnElement[Any]) -> Select[Any]:
    result = ObservationResult
    of = (group.label("of"), Observation.observer_kind, result.item_id, result.answer, result.met)
    told = select(*of, func.count()).select_from(Observation)
    return told.join(result, result.observation_id == Observation.id).where(*asked.conditions).group_by(*of)


def _joined(statement: Select[Any], split: str, as_of: date) -> Select[Any]:
    if split == "area":
        placed = and_(OrgPlacement.unit_id == Observation.center_id, covers(OrgPlacement, as_of))
        return statement.join(OrgPlacement, placed)
    if split == "role":
        worked = and_(
            Posting.person_id == Observation.subject_id,
            Posting.superseded_at.is_(None),
            Posting.is_primary,
            Posting.starts_on <= Observation.observed_on,
            (Posting.ends_on.is_(None)) | (Posting.ends_on > Observation.observed_on),
        )
        return statement.join(Posting, worked)
    return statement


def _items_of(session: Session, item_set_ids: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {one: [] for one in item_set_ids}
    asked = (ItemSetItem.item_set_id, ItemSetItem.item_id)
    for item_set_id, item_id in session.execute(select(*asked).where(ItemSetItem.item_set_id.in_(item_set_ids))):
        found[item_set_id].append(item_id)
    return found


def list_behaviors(session: Session, item_ids: set[int]) -> list[tuple[int, str, Behavior]]:
    """List items with their codes and behaviors, by code."""
    rows = session.execute(
        select(StandardItem.id, StandardItem.code, Behavior)
        .join(Behavior, Behavior.id == StandardItem.behavior_id)
        .where(StandardItem.id.in_(item_ids))
        .order_by(StandardItem.code, StandardItem.id)
    )
    return [(item_id, code, behavior) for item_id, code, behavior in rows]
