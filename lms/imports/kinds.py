"""What can be handed in on the imports page. Nouns register their kinds at set-up; this floor knows none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flask_babel import LazyString
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome

Hook = Callable[[Session, Actor, ImportRun], None]


class Check(Protocol):
    """Says what a file would do, and changes nothing."""

    def __call__(self, session: Session, run: ImportRun, table: Table) -> Outcome: ...


class Apply(Protocol):
    """Does what a file asks for, in the transaction of the session."""

    def __call__(self, session: Session, actor: Actor, run: ImportRun, table: Table) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of file: its words, its template, and what checks, applies and undoes it.

    `counted` and `changes` word the numbers and the preview's lists, in order; `takes_roster_options` shows the fields
    for a partial file, its effective day and the width of staff numbers; of a file that `is_whole`, one refused row
    keeps all others out.
    """

    code: ImportKind
    title: LazyString
    hint: LazyString
    template: Sequence[Sequence[str]]
    check: Check
    apply: Apply
    undo: Callable[[Session, Actor, ImportRun], bool] | None = None
    counted: Mapping[str, LazyString] = field(default_factory=dict)
    changes: Mapping[str, LazyString] = field(default_factory=dict)
    takes_roster_options: bool = False
    is_whole: bool = False


_kinds: dict[str, Kind] = {}
_after: dict[str, list[Hook]] = {}


def register(kind: Kind) -> None:
    """Offer a kind of file on the imports page."""
    _kinds[kind.code] = kind


def find(code: str) -> Kind | None:
    """Find a kind by its code; None when it cannot be handed in on the page."""
    return _kinds.get(code)


def offered() -> list[Kind]:
    """Return the kinds that can be handed in, in the order of `ImportKind`."""
    return [_kinds[code] for code in ImportKind if code in _kinds]


def call_after(code: ImportKind, hook: Hook) -> None:
    """Have `hook` called in the same transaction after a file of this kind was applied or undone.

    For nouns above the file's own, whose facts follow from it. A hook is known by its place, so that a second
    application in one process does not call it twice.
    """
    hooks = _after.setdefault(code, [])
    if hook not in hooks:
        hooks.append(hook)


def run_hooks(session: Session, actor: Actor, run: ImportRun) -> None:
    """Call what follows from an applied or undone file."""
    for hook in _after.get(run.kind, ()):
        hook(session, actor, run)
