"""What a roster changes: rows of a file against what stands, as a plan that changes nothing yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from lms.imports.rules import RowRefusal
from lms.people.timeline.rules import (
    Span,
    Timeline,
    changed_from,
    ended_on,
    ending_on,
    span_from,
    spell_of,
    starting_on,
    timeline_of,
)

# A file that would send away or change more of the people already there is more likely a wrong file (ruling 19).
MOST_LEAVING_PCT = 5
MOST_CHANGING_PCT = 10


class ChangeKind(StrEnum):
    """What a roster does to one person. CORRECTION: name, staff number, first or last day; LEAVE: only an absence."""

    JOINER = "joiners"
    MOVER = "movers"
    ROLE_CHANGE = "role_changes"
    RETURNER = "returners"
    LEAVER = "leavers"
    CORRECTION = "corrections"
    LEAVE = "leaves"


# What counts against the limit of changes; leaving has a limit of its own.
CHANGING = (ChangeKind.MOVER, ChangeKind.ROLE_CHANGE, ChangeKind.CORRECTION)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A sound row: who (`person_id` None: nobody yet), at which center in which job role, since and until when.

    `is_new_number` tells that nobody ever held the staff number, so that someone known gets it (rehire).
    """

    line: int
    staff_no: str
    name: str
    at: tuple[int, int]
    hired_on: date | None = None
    left_on: date | None = None
    leave_from: date | None = None
    leave_to: date | None = None
    person_id: int | None = None
    is_new_number: bool = False
    cells: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person: primary postings, other postings and leaves, as timelines without superseded rows."""

    person_id: int
    staff_no: str
    name: str
    postings: Timeline = ()
    others: Timeline = ()
    leaves: Timeline = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one person. `new_number`: a further staff number; `duties_end_on`: duties elsewhere end then."""

    kind: ChangeKind
    line: int | None
    staff_no: str
    name: str
    person_id: int | None
    before: tuple[int, ...] | None
    after: tuple[int, ...] | None
    on: date
    postings: Timeline
    standing: Standing | None = None
    others: Timeline = ()
    leaves: Timeline = ()
    duties_end_on: date | None = None
    new_number: bool = False

    @property
    def new_center(self) -> int | None:
        """Return the center the person is at afterwards; None when they leave."""
        return self.after[0] if self.after else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of a file. `mentioned` holds the people of refused rows, `unreadable` tells that some are unknown.

    `has_left_on` tells that the file speaks of last days, so that a blank one means: stays.
    """

    rows: Sequence[RosterRow]
    refusals: list[RowRefusal]
    mentioned: frozenset[int] = frozenset()
    unreadable: bool = False
    has_left_on: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change of a roster, rows refused, and numbers: `there` people were employed on the day before it."""

    changes: list[Change]
    refusals: list[RowRefusal]
    there: int
    unchanged: int
    leavers_held: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind, and how many rows change nothing or are refused."""
        kinds = Counter(change.kind for change in self.changes)
        numbers = {kind.value: kinds[kind] for kind in ChangeKind}
        return numbers | {
            "unchanged": self.unchanged,
            "refused": len({refusal.line for refusal in self.refusals}),
            "leavers_held": self.leavers_held,
            "there": self.there,
        }

    @property
    def stop(self) -> str | None:
        """Return the code of what is unusually large, against the people already there."""
        counts = self.counts
        if 100 * counts[ChangeKind.LEAVER] > MOST_LEAVING_PCT * self.there:
            return "too_many_leave"
        if 100 * sum(counts[kind] for kind in CHANGING) > MOST_CHANGING_PCT * self.there:
            return "too_many_change"
        return None


def plan_roster(snapshot: Snapshot, standings: Mapping[int, Standing], *, on: date, partial: bool) -> Plan:
    """Return what a roster changes as of a day.

    A full roster lets everyone leave who is employed that day and not in it. Someone whose row was refused stays as
    they are; when a refused row does not tell whose it is, nobody leaves by being absent.
    """
    changes: list[Change] = []
    refusals = list(snapshot.refusals)
    unchanged = 0
    seen = set(snapshot.mentioned)
    for row in snapshot.rows:
        standing = standings.get(row.person_id) if row.person_id is not None else None
        seen.update(() if row.person_id is None else (row.person_id,))
        try:
            change = _joined(row, on) if standing is None else _changed(row, standing, on, snapshot.has_left_on)
        except _RefusedError as refused:
            refusals.append(RowRefusal(row.line, refused.column, refused.value, refused.code, row.cells))
            continue
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    there = [standing for standing in standings.values() if _employed(standing, on)]
    absent = [] if partial else [standing for standing in there if standing.person_id not in seen]
    if not snapshot.unreadable:
        changes += [_left(standing, on) for standing in absent]
    held = len(absent) if snapshot.unreadable else 0
    return Plan(changes, sorted(refusals, key=lambda refusal: refusal.line), len(there), unchanged, held)


class _RefusedError(Exception):
    def __init__(self, column: str, value: object, code: str) -> None:
        super().__init__(code)
        self.column, self.value, self.code = column, str(value), code


def _employed(standing: Standing, on: date) -> bool:
    return any(span.covers(on) for span in standing.postings)


def _joined(row: RosterRow, on: date) -> Change:
    spell = _spell(row, row.hired_on or on)
    return Change(
        ChangeKind.JOINER, row.line, row.staff_no, row.name, None, None, row.at, spell.starts_on, (spell,),
        leaves=_with_leave((), row),
    )  # fmt: skip


def _spell(row: RosterRow, starts_on: date) -> Span:
    if row.left_on is not None and row.left_on <= starts_on:
        raise _RefusedError("left_on", row.left_on, "left_before_hired")
    return Span(starts_on, row.left_on, row.at)


def _changed(row: RosterRow, standing: Standing, on: date, has_left_on: bool) -> Change | None:
    before = standing.postings
    current = span_from(before, on)
    postings = _after(row, before, on, has_left_on) if current else _back(row, before, on)
    leaves = _with_leave(standing.leaves, row)
    renamed = row.name != standing.name or row.is_new_number
    if postings == before and leaves == standing.leaves and not renamed:
        return None
    kind = _kind_of(before, postings, on, renamed=renamed)
    gone = row.left_on if kind is ChangeKind.LEAVER else None
    now = span_from(postings, on) or postings[-1]
    moved = current is not None and current.at[0] != now.at[0]
    return Change(
        kind, row.line, row.staff_no, row.name, standing.person_id,
        before=current.at if current else before[-1].at if before else None,
        after=None if gone else now.at,
        on=gone or (now.starts_on if kind is ChangeKind.RETURNER else on),
        postings=postings,
        standing=standing,
        others=ended_on(standing.others, gone) if gone else standing.others,
        leaves=leaves,
        duties_end_on=on if moved else gone,
        new_number=row.is_new_number,
    )  # fmt: skip


def _kind_of(before: Timeline, after: Timeline, on: date, *, renamed: bool) -> ChangeKind:
    """Return what the difference is called; an end of employment weighs more than a move, a move more than a detail."""
    was, now = span_from(before, on), span_from(after, on)
    last_day = before[-1].ends_on if before else None
    if after != before and after and after[-1].ends_on is not None and after[-1].ends_on != last_day:
        returned = was is None and len(after) > len(before)
        return ChangeKind.RETURNER if returned else ChangeKind.LEAVER
    if was is None and len(after) > len(before):
        return ChangeKind.RETURNER
    if was and now and was.at[0] != now.at[0]:
        return ChangeKind.MOVER
    if was and now and was.at != now.at:
        return ChangeKind.ROLE_CHANGE
    return ChangeKind.CORRECTION if renamed or after != before else ChangeKind.LEAVE


def _after(row: RosterRow, timeline: Timeline, on: date, has_left_on: bool) -> Timeline:
    """Return the postings of someone employed that day or later: a move, another first or last day."""
    timeline = _hired(timeline, row, on)
    if row.left_on is not None and row.left_on <= spell_of(timeline, on)[0].starts_on:
        raise _RefusedError("left_on", row.left_on, "left_before_hired")
    if row.left_on is None or row.left_on > on:
        timeline = changed_from(timeline, on, row.at)
    if row.left_on is not None or has_left_on:
        timeline = ending_on(timeline, row.left_on)
    return timeline


def _hired(timeline: Timeline, row: RosterRow, on: date) -> Timeline:
    """Return the postings with the row's first day, where it is another one."""
    if row.hired_on is None:
        return timeline
    try:
        return starting_on(timeline, spell_of(timeline, on), row.hired_on)
    except ValueError:
        raise _RefusedError("hired_on", row.hired_on, "hired_after_move") from None


def _back(row: RosterRow, timeline: Timeline, on: date) -> Timeline:
    """Return the postings of someone who had left by that day: still gone, or back."""
    last = timeline[-1].ends_on if timeline else None
    again = row.hired_on if row.hired_on is not None and (last is None or row.hired_on >= last) else None
    if row.left_on is None or row.left_on > on or (again is not None and again != last):
        return _hired((*timeline, _spell(row, again or on)), row, on)
    if last is None or row.left_on == last:
        return timeline
    if row.left_on <= spell_of(timeline, on)[0].starts_on:
        raise _RefusedError("left_on", row.left_on, "left_before_hired")
    return ending_on(timeline, row.left_on)


def _with_leave(leaves: Timeline, row: RosterRow) -> Timeline:
    """Return the leaves with the row's among them, in place of those it overlaps."""
    if row.leave_from is None:
        return leaves
    new = Span(row.leave_from, row.leave_to, ())
    apart = [leave for leave in leaves if _before(leave, new) or _before(new, leave)]
    return timeline_of([*apart, new])


def _before(first: Span, second: Span) -> bool:
    return first.ends_on is not None and first.ends_on <= second.starts_on


def _left(standing: Standing, on: date) -> Change:
    current = span_from(standing.postings, on)
    return Change(
        ChangeKind.LEAVER, None, standing.staff_no, standing.name, standing.person_id,
        before=current.at if current else None,
        after=None,
        on=on,
        postings=ended_on(standing.postings, on),
        standing=standing,
        others=ended_on(standing.others, on),
        leaves=standing.leaves,
        duties_end_on=on,
    )  # fmt: skip


def shown(
    changes: Iterable[Change], names: Mapping[int, dict[str, Any]], limit: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the first changes of each kind as plain values. `names` holds code and names of centers (by id) and roles
    (by negative id)."""
    lists: dict[str, list[dict[str, Any]]] = {kind.value: [] for kind in ChangeKind}
    for change in changes:
        rows = lists[change.kind.value]
        if len(rows) < limit:
            rows.append(
                {
                    "line": change.line,
                    "staff_no": change.staff_no,
                    "name": change.name,
                    "on": change.on.isoformat(),
                    "before": _place(change.before, names),
                    "after": _place(change.after, names),
                }
            )
    return lists


def _place(at: tuple[int, ...] | None, names: Mapping[int, dict[str, Any]]) -> dict[str, Any] | None:
    return {"center": names[at[0]], "role": names[-at[1]]} if at else None
