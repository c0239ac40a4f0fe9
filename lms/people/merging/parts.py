"""What belongs to a person beside postings and duties. Nouns above register theirs; this floor knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Have a noun's share merged and undone with the person."""
    _parts[part.name] = part


def registered() -> list[Part]:
    """Return the parts in the order of their registration."""
    return list(_parts.values())
