"""Making one person of two, and undoing it. What was known before stays known: facts move by new rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people.merging.parts import Merging, registered
from lms.people.merging.queries import Pair
from lms.people.models import Duty, Leave, Person, PersonMerge, Posting, StaffNumber
from lms.people.search.rules import search_text_of
from lms.shared.errors import DomainError

FACTS: tuple[type[Posting] | type[Leave] | type[Duty], ...] = (Posting, Leave, Duty)
# What a moved fact does not take along.
OWN = frozenset({"id", "person_id", "recorded_at", "superseded_at", "superseded_by_import_id"})


def merge(session: Session, actor: Actor, *, pair: Pair, reason: str) -> PersonMerge:
    """Make one person of two: the one who came first keeps everything, the other row stays as a pointer.

    Raises:
        DomainError: something stands in the way ("merge_clashes"), it is about the actor ("merge_oneself"), or no
            reason is given ("merge_reason").
    """
    merging, kept, merged = pair.merging, pair.kept.person, pair.merged.person
    if not pair.is_clear:
        raise DomainError("merge_clashes")
    if actor.person_id in {kept.id, merged.id}:
        raise DomainError("merge_oneself")
    if not reason.strip():
        raise DomainError("merge_reason")
    row = PersonMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        reason=reason,
        restore={},
        recorded_at=actor.at,
        recorded_by_id=actor.person_id,
    )
    session.add(row)
    restore: dict[str, Any] = {"people": _move_person(session, actor, merging, kept, merged)}
    for part in registered():
        restore[part.name] = part.apply(session, actor, merging)
    row.restore = restore
    session.flush()
    _note(session, actor, "people.merge", row, reason)
    return row


def undo(session: Session, actor: Actor, row: PersonMerge) -> None:
    """Make two people of one again, each with what was theirs.

    Raises:
        DomainError: something later rests on the merge ("merge_rests"), or it is about the actor ("merge_oneself").
    """
    if row.undone_at is not None:
        raise DomainError("merge_rests")
    if actor.person_id in {row.kept_id, row.merged_id}:
        raise DomainError("merge_oneself")
    restore = row.restore
    merging = Merging(row.kept_id, row.merged_id, bool(restore["people"]["later"]))
    kept, merged = session.get_one(Person, row.kept_id), session.get_one(Person, row.merged_id)
    _check_unchanged(session, row, kept, restore["people"])
    row.undone_at = actor.at
    _return_person(session, actor, kept, merged, restore["people"])
    for part in reversed(registered()):
        if part.name in restore:
            part.undo(session, actor, merging, restore[part.name])
    session.flush()
    _note(session, actor, "people.unmerge", row, None)


def _note(session: Session, actor: Actor, action: str, row: PersonMerge, reason: str | None) -> None:
    ids = [row.kept_id, row.merged_id]
    audit.record(session, actor, action, "person_merge", row.public_id, subject_ids=ids, reason=reason)


def _move_person(session: Session, actor: Actor, merging: Merging, kept: Person, merged: Person) -> dict[str, Any]:
    moved = {model.__tablename__: _hand_over(session, actor, model, merged.id, kept.id) for model in FACTS}
    numbers = list(session.scalars(select(StaffNumber.staff_no).where(StaffNumber.person_id == merged.id)))
    session.execute(update(StaffNumber).where(StaffNumber.person_id == merged.id).values(person_id=kept.id))
    in_force = [kept.staff_no, merged.staff_no]
    if merging.merged_is_later:
        _swap_numbers(session, kept, merged)
    merged.search_text = ""
    held = session.scalars(select(StaffNumber.staff_no).where(StaffNumber.person_id == kept.id)).all()
    kept.search_text = search_text_of(kept.name, sorted(held))
    session.flush()
    return {
        "moved": moved,
        "numbers": numbers,
        "all_numbers": sorted(held),
        "later": merging.merged_is_later,
        "in_force": in_force,
        "staff_no": kept.staff_no,
        "name": kept.name,
    }


def _return_person(session: Session, actor: Actor, kept: Person, merged: Person, restore: dict[str, Any]) -> None:
    for model in FACTS:
        _hand_over(session, actor, model, kept.id, merged.id, restore["moved"][model.__tablename__])
    session.execute(update(StaffNumber).where(StaffNumber.staff_no.in_(restore["numbers"])).values(person_id=merged.id))
    if restore["later"]:
        _swap_numbers(session, kept, merged)
    remaining = set(restore["all_numbers"]) - set(restore["numbers"])
    kept.search_text = search_text_of(kept.name, sorted(remaining))
    merged.search_text = search_text_of(merged.name, sorted(restore["numbers"]))
    session.flush()


def _swap_numbers(session: Session, kept: Person, merged: Person) -> None:
    """Let the two exchange the number in force; no two rows may hold one at any moment."""
    first, second = kept.staff_no, merged.staff_no
    merged.staff_no = f"\N{RIGHTWARDS ARROW}{merged.public_id}"
    session.flush()
    kept.staff_no = second
    session.flush()
    merged.staff_no = first
    session.flush()


def _hand_over(
    session: Session,
    actor: Actor,
    model: type[Posting] | type[Leave] | type[Duty],
    from_id: int,
    to_id: int,
    ids: list[int] | None = None,
) -> list[int]:
    """Give facts (None: all known now) to another person as new rows; return their ids."""
    wanted = select(model).where(model.person_id == from_id, model.superseded_at.is_(None))
    old: Sequence[Any] = session.scalars(wanted if ids is None else wanted.where(model.id.in_(ids))).all()
    columns = [column.key for column in model.__table__.columns if column.key not in OWN]
    copies = [
        model(person_id=to_id, recorded_at=actor.at, **{name: getattr(row, name) for name in columns}) for row in old
    ]
    session.execute(update(model).where(model.id.in_([row.id for row in old])).values(superseded_at=actor.at))
    session.add_all(copies)
    session.flush()
    return [copy.id for copy in copies]


def _check_unchanged(session: Session, row: PersonMerge, kept: Person, restore: dict[str, Any]) -> None:
    ids = (row.kept_id, row.merged_id)
    changed = [
        exists().where(
            model.person_id.in_(ids), or_(model.recorded_at > row.recorded_at, model.superseded_at > row.recorded_at)
        )
        for model in FACTS
    ]
    later = exists().where(
        PersonMerge.id > row.id,
        PersonMerge.undone_at.is_(None),
        or_(PersonMerge.kept_id.in_(ids), PersonMerge.merged_id.in_(ids)),
    )
    held = session.scalars(select(StaffNumber.staff_no).where(StaffNumber.person_id == row.kept_id)).all()
    is_same = (sorted(held), kept.staff_no, kept.name) == (
        restore["all_numbers"],
        restore["staff_no"],
        restore["name"],
    )
    if not is_same or session.scalar(select(or_(later, *changed))):
        raise DomainError("merge_rests")
