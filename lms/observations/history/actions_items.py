"""Taking an items file in: the standard, its items, and the version that words them so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.imports.models import ImportRun
from lms.observations.history.rules import ItemRow
from lms.observations.models import Behavior, ItemSet, ItemSetItem, Standard, StandardItem
from lms.observations.rules import ResponseType


@dataclass(frozen=True, slots=True)
class TakenItems:
    """The item set that stands for a file, its items by code, and whether it is new."""

    item_set_id: int
    ids: Mapping[str, int]
    is_new: bool


def take_items(
    session: Session, actor: Actor, rows: Sequence[ItemRow], *, standard_code: str, run: ImportRun
) -> TakenItems:
    """Return the version of a standard that asks for these items, in these words; make it where there is none.

    An item whose code is known keeps its behavior through all versions; a new one gets a behavior of its own.
    """
    standard = session.scalars(select(Standard).where(Standard.code == standard_code)).one_or_none()
    if standard is None:
        standard = Standard(code=standard_code, name_ko=standard_code, name_en=standard_code, recorded_at=actor.at)
        session.add(standard)
        session.flush()
    sets = _versions(session, standard)
    for one in sets:
        if _worded(one) == list(rows):
            return TakenItems(one.id, {entry.item.code: entry.item_id for entry in one.items}, is_new=False)
    items = _items(session, actor, standard, rows)
    made = ItemSet(standard_id=standard.id, number=len(sets) + 1, import_id=run.id, recorded_at=actor.at)
    made.items = [_entry(items[row.code], row, place) for place, row in enumerate(rows, start=1)]
    session.add(made)
    session.flush()
    detail: dict[str, object] = {"number": made.number, "import": run.public_id}
    audit.record(session, actor, "standards.import", "standard", standard.public_id, detail=detail)
    return TakenItems(made.id, {code: item.id for code, item in items.items()}, is_new=True)


def _versions(session: Session, standard: Standard) -> Sequence[ItemSet]:
    whole = selectinload(ItemSet.items).options(joinedload(ItemSetItem.item))
    return session.scalars(
        select(ItemSet).where(ItemSet.standard_id == standard.id).order_by(ItemSet.number).options(whole)
    ).all()


def _worded(one: ItemSet) -> list[ItemRow]:
    return [
        ItemRow(entry.item.code, entry.text_ko, entry.text_en, entry.is_critical, ResponseType(entry.response_type))
        for entry in one.items
    ]


def _items(session: Session, actor: Actor, standard: Standard, rows: Sequence[ItemRow]) -> dict[str, StandardItem]:
    known = {
        item.code: item for item in session.scalars(select(StandardItem).where(StandardItem.standard_id == standard.id))
    }
    for row in rows:
        if row.code not in known:
            behavior = Behavior(name_ko=row.text_ko, name_en=row.text_en, recorded_at=actor.at)
            session.add(behavior)
            session.flush()
            known[row.code] = StandardItem(standard_id=standard.id, behavior_id=behavior.id, code=row.code)
            session.add(known[row.code])
    session.flush()
    return {row.code: known[row.code] for row in rows}


def _entry(item: StandardItem, row: ItemRow, place: int) -> ItemSetItem:
    return ItemSetItem(
        item_id=item.id,
        place=place,
        text_ko=row.text_ko,
        text_en=row.text_en,
        is_critical=row.is_critical,
        response_type=row.response_type,
    )
