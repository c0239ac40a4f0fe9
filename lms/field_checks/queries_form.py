"""Reads of a check's form: what it asks, what was answered so far, what was found, and photos announced with it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck, FieldCheckAnswer
from lms.field_checks.rules import CheckKind
from lms.field_checks.rules_form import Given, items_asked
from lms.observations.models import ItemSetItem, ObservationResult, StandardItem
from lms.observations.queries_standards import list_set_items, service_items
from lms.observations.rules import Answer
from lms.observations.rules_standards import CheckItem

PhotoKeys = Callable[[Session, FieldCheck], Collection[str]]
SettlePhotos = Callable[[Session, Actor, FieldCheck, Collection[str]], None]
_photos: dict[str, tuple[PhotoKeys, SettlePhotos]] = {}


def register_photos(keys: PhotoKeys, settle: SettlePhotos) -> None:
    """Have `keys` tell which photos of a check have arrived, and `settle` keep those that were submitted with it."""
    _photos["photos"] = (keys, settle)


def photo_keys(session: Session, check: FieldCheck) -> set[str]:
    """Return the keys of the photos of a check that have arrived."""
    return {key for keys, _ in _photos.values() for key in keys(session, check)}


def settlers() -> Collection[SettlePhotos]:
    """Return who is told which photos were submitted."""
    return [settle for _, settle in _photos.values()]


def list_items(session: Session, check: FieldCheck) -> list[CheckItem]:
    """List what the form of a check asks."""
    if check.kind == CheckKind.MONITORING:
        return list_set_items(session, check.item_set_id)
    version_day: date = check.item_set.effective_from or check.opens_on
    items = service_items(session, on=version_day, course_id=check.course_id, role_id=check.role_id)
    if check.kind == CheckKind.CHECK or check.follows is None or check.follows.observation_id is None:
        return items_asked(items)
    return items_asked(items, failed_items(session, check.follows.observation_id))


def failed_items(session: Session, observation_id: int) -> set[int]:
    """Return the items that an observation found not met."""
    return set(
        session.scalars(
            select(ObservationResult.item_id).where(
                ObservationResult.observation_id == observation_id, ObservationResult.met.is_(False)
            )
        )
    )


def find_answer(session: Session, check: FieldCheck, key: str) -> FieldCheckAnswer | None:
    """Find what a form sent under a key."""
    return session.scalars(
        select(FieldCheckAnswer).where(FieldCheckAnswer.check_id == check.id, FieldCheckAnswer.key == key)
    ).one_or_none()


def list_given(session: Session, check: FieldCheck) -> dict[str, list[tuple[str, Given]]]:
    """List what was answered so far by item, each with its key, the latest last."""
    rows = session.execute(
        select(FieldCheckAnswer, StandardItem.code)
        .join(StandardItem, StandardItem.id == FieldCheckAnswer.item_id)
        .where(FieldCheckAnswer.check_id == check.id)
        .order_by(FieldCheckAnswer.id)
    )
    found: dict[str, list[tuple[str, Given]]] = {}
    for row, code in rows:
        found.setdefault(code, []).append((row.key, Given(code, Answer(row.answer), row.value, row.note or "")))
    return found


def latest(given: Mapping[str, Sequence[tuple[str, Given]]]) -> dict[str, Given]:
    """Return the answer that counts of each item."""
    return {code: answers[-1][1] for code, answers in given.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """What was seen of an item. `met` is None when it counts neither way."""

    code: str
    text_ko: str
    text_en: str
    is_critical: bool
    answer: str
    value: int | None
    met: bool | None
    note: str


def list_found(session: Session, check: FieldCheck) -> list[Found]:
    """List what a check found of each item it asked, what was not met first."""
    if check.observation is None:
        return []
    results = {
        row.item_id: row
        for row in session.scalars(
            select(ObservationResult).where(ObservationResult.observation_id == check.observation_id)
        )
    }
    asked = session.execute(
        select(ItemSetItem, StandardItem.code)
        .join(StandardItem, StandardItem.id == ItemSetItem.item_id)
        .where(ItemSetItem.item_set_id == check.observation.item_set_id)
        .order_by(ItemSetItem.place)
    )
    found = [_found(item, code, results.get(item.item_id)) for item, code in asked]
    return sorted(found, key=lambda one: one.met is not False)


def _found(item: ItemSetItem, code: str, result: ObservationResult | None) -> Found:
    names = (code, item.text_ko, item.text_en, item.is_critical)
    if result is None:
        return Found(*names, answer=Answer.YES, value=None, met=True, note="")
    return Found(*names, answer=result.answer, value=result.value, met=result.met, note=result.note or "")
