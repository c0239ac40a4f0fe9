"""Opening, closing, reopening, moving and renaming a unit: what it is afterwards, and when that is refused."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from lms.people.rules import UnitKind
from lms.people.timeline.rules import Span, Timeline, changed_from, ended_on, span_from


class ChangeKind(StrEnum):
    """What is done to a unit."""

    OPEN = "OPEN"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"
    MOVE = "MOVE"
    RENAME = "RENAME"


# A region stands under the network always; an area stands as long as centers stand under it.
OFFERED: dict[UnitKind, frozenset[ChangeKind]] = {
    UnitKind.CENTER: frozenset(ChangeKind) - {ChangeKind.OPEN},
    UnitKind.AREA: frozenset({ChangeKind.MOVE, ChangeKind.RENAME}),
    UnitKind.REGION: frozenset({ChangeKind.RENAME}),
    UnitKind.NETWORK: frozenset(),
}
PARENT_OF = {UnitKind.CENTER: UnitKind.AREA, UnitKind.AREA: UnitKind.REGION}


class RefusedError(ValueError):
    """A change that makes no sense for the unit; `code` says why."""

    def __init__(self, code: str, day: date | None = None) -> None:
        super().__init__(code)
        self.code, self.day = code, day


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """A unit, whole: names, first and last day, where it stands (`Span.at` holds the parent's id), when it was closed
    for a while (`Span.at` is empty)."""

    name_ko: str
    name_en: str
    opened_on: date | None
    closed_on: date | None
    placements: Timeline = ()
    closures: Timeline = ()

    def is_open(self, on: date) -> bool:
        """Tell whether the unit is open on a day."""
        begun = self.opened_on is None or self.opened_on <= on
        ended = self.closed_on is not None and self.closed_on <= on
        return begun and not ended and not any(closure.covers(on) for closure in self.closures)

    def parent(self, on: date) -> int | None:
        """Return the id of the unit it stands under on a day."""
        return next((span.at[0] for span in self.placements if span.covers(on)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is asked for: from which day on, under which unit (database id), with which names."""

    kind: ChangeKind
    on: date
    parent_id: int | None = None
    name_ko: str = ""
    name_en: str = ""


def changed(state: UnitState, change: Change) -> UnitState:
    """Return what a unit is once a change is made.

    Raises:
        RefusedError: the change makes no sense for it.
    """
    how = {
        ChangeKind.CLOSE: _closed,
        ChangeKind.REOPEN: _reopened,
        ChangeKind.MOVE: _moved,
        ChangeKind.RENAME: _renamed,
    }
    return how[change.kind](state, change)


def _closed(state: UnitState, change: Change) -> UnitState:
    if state.closed_on is not None:
        raise RefusedError("unit_closes_already", state.closed_on)
    if state.opened_on is not None and change.on <= state.opened_on:
        raise RefusedError("unit_closes_before_opening", state.opened_on)
    if state.closures and change.on <= _last(state.closures):
        raise RefusedError("unit_closes_before_opening", _last(state.closures))
    if state.placements and change.on <= state.placements[-1].starts_on:
        raise RefusedError("unit_moves_later", state.placements[-1].starts_on)
    return replace(state, closed_on=change.on, placements=ended_on(state.placements, change.on))


def _reopened(state: UnitState, change: Change) -> UnitState:
    if state.closed_on is None:
        raise RefusedError("unit_is_open")
    if change.on < state.closed_on:
        raise RefusedError("unit_reopens_before_closing", state.closed_on)
    if change.parent_id is None:
        raise RefusedError("unit_needs_parent")
    gap = (Span(state.closed_on, change.on, ()),) if change.on > state.closed_on else ()
    placed = _appended(state.placements, Span(change.on, None, (change.parent_id,)))
    return replace(state, closed_on=None, closures=(*state.closures, *gap), placements=placed)


def _appended(placements: Timeline, span: Span) -> Timeline:
    """Return the placements with one more; on the heels of the same one it is that one going on."""
    if placements and placements[-1].at == span.at and placements[-1].ends_on == span.starts_on:
        return (*placements[:-1], Span(placements[-1].starts_on, span.ends_on, span.at))
    return (*placements, span)


def _moved(state: UnitState, change: Change) -> UnitState:
    if change.parent_id is None:
        raise RefusedError("unit_needs_parent")
    if not state.is_open(change.on):
        raise RefusedError("unit_not_open", change.on)
    later = [span for span in state.placements if span.starts_on > change.on]
    if later:
        raise RefusedError("unit_moves_later", later[0].starts_on)
    if state.parent(change.on) == change.parent_id:
        raise RefusedError("unit_stands_there")
    if span_from(state.placements, change.on) is None:
        placed: Timeline = (*state.placements, Span(change.on, state.closed_on, (change.parent_id,)))
    else:
        placed = changed_from(state.placements, change.on, (change.parent_id,))
    return replace(state, placements=placed)


def _renamed(state: UnitState, change: Change) -> UnitState:
    if not change.name_ko.strip():
        raise RefusedError("unit_needs_name")
    if (change.name_ko, change.name_en) == (state.name_ko, state.name_en):
        raise RefusedError("unit_named_so")
    return replace(state, name_ko=change.name_ko, name_en=change.name_en)


def _last(closures: Timeline) -> date:
    return closures[-1].ends_on or date.max


def stored(state: UnitState) -> dict[str, Any]:
    """Return a state in plain values, to keep."""
    return {
        "name_ko": state.name_ko,
        "name_en": state.name_en,
        "opened_on": _text(state.opened_on),
        "closed_on": _text(state.closed_on),
        "placements": [[_text(span.starts_on), _text(span.ends_on), span.at[0]] for span in state.placements],
        "closures": [[_text(span.starts_on), _text(span.ends_on)] for span in state.closures],
    }


def restored(kept: dict[str, Any]) -> UnitState:
    """Return a state that `stored` kept."""
    return UnitState(
        name_ko=kept["name_ko"],
        name_en=kept["name_en"],
        opened_on=_day(kept["opened_on"]),
        closed_on=_day(kept["closed_on"]),
        placements=tuple(Span(_first(start), _day(end), (at,)) for start, end, at in kept["placements"]),
        closures=tuple(Span(_first(start), _day(end), ()) for start, end in kept["closures"]),
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _first(text: str) -> date:
    return date.fromisoformat(text)
