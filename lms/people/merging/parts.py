"""What belongs to a person beside postings and duties. Nouns above register theirs; this floor knows none of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor


@dataclass(frozen=True, slots=True)
class Merging:
    """Who stays and who becomes a pointer (database ids); `merged_is_later` tells whose latest posting began later."""

    kept_id: int
    merged_id: int
    merged_is_later: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the preview: a number for each of the two, or for both together (`kept` None)."""

    code: str
    kept: int | None
    merged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One noun's share. `apply` returns what `undo` needs, in plain values.

    `undo` refuses with DomainError("merge_rests") when something later rests on the merge; `check` says so beforehand.
    """

    name: str
    preview: Callable[[Session, Merging], list[Figure]]
    apply: Callable[[Session, Actor, Merging], dict[str, Any]]
    undo: Callable[[Session, Actor, Merging, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Named:
    """A column that names a person, in rows known by `key`; `unless` are columns that may not name the same person."""

    column: Any
    key: Any
    unless: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """Return what its rows are called in `restore`."""
        return str(self.column)

    def hand_over(self, session: Session, merging: Merging, *conditions: Any) -> list[Any]:
        """Let rows name the one who stays instead of the merged; return their keys.

        Rows in which another column names the one who stays keep what they say: it was said of two rows of one human.
        """
        stays = merging.kept_id
        apart = [or_(other.is_(None), other != stays) for other in self.unless]
        theirs = select(self.key).where(self.column == merging.merged_id, *apart, *conditions).order_by(self.key)
        moved = list(session.scalars(theirs))
        self._name(session, stays, moved, merging.merged_id)
        return moved

    def hand_back(self, session: Session, merging: Merging, moved: Collection[Any]) -> None:
        """Let the rows name the merged again."""
        self._name(session, merging.merged_id, moved, merging.kept_id)

    def _name(self, session: Session, person_id: int, keys: Collection[Any], instead_of: int) -> None:
        rows = update(self.column.class_).where(self.key.in_(keys), self.column == instead_of)
        session.execute(rows.values({self.column: person_id}))


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Have a noun's share merged and undone with the person."""
    _parts[part.name] = part


def registered() -> list[Part]:
    """Return the parts in the order of their registration."""
    return list(_parts.values())
