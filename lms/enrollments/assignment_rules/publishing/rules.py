"""What putting a rule in force goes through: a rehearsal on the real roster, then doing it, undoable, in batches."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

# A line is one person's one course; more of them than this are counted and not listed.
MOST_LINES = 20_000


class RunKind(StrEnum):
    """What a run does: it only looks, or it applies."""

    REHEARSAL = "REHEARSAL"
    PUBLICATION = "PUBLICATION"


class RunState(StrEnum):
    """How far a run is. WAITING to RUNNING to DONE or FAILED; a publication may go on to UNDOING and UNDONE."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


BUSY = frozenset({RunState.WAITING, RunState.RUNNING, RunState.UNDOING})


class Effect(StrEnum):
    """What a rule's publication does to one person's course."""

    GAINS = "GAINS"
    LOSES = "LOSES"
    DUE_LATER = "DUE_LATER"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that publishing would do. `due_on` is the due date it would leave; of what is lost, the one it has.

    `is_due` tells that it stands in (or falls out of) the rate of the day; `is_overdue` that it is past due at once;
    `is_impossible` that the due date lies on or before the day the person would get it.
    """

    person_id: int
    center_id: int | None
    course_id: int
    effect: Effect
    due_on: date | None
    is_due: bool = False
    is_overdue: bool = False
    is_impossible: bool = False


@dataclass(slots=True)
class Sums:
    """What a rehearsal found so far, in numbers; kept as plain JSON between batches."""

    people: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    due_by_center: Counter[int] = field(default_factory=Counter)

    def add(self, lines: Iterable[Line]) -> None:
        """Count more lines. Due figures count what the rate of the day gains (+) or loses (−)."""
        gaining: set[int] = set()
        for line in lines:
            self.counts[line.effect] += 1
            self.counts["overdue"] += line.is_overdue and line.effect is not Effect.LOSES
            self.counts["impossible"] += line.is_impossible
            gaining.add(line.person_id)
            if line.is_due and line.center_id is not None:
                self.due_by_center[line.center_id] += -1 if line.effect is Effect.LOSES else 1
        self.people += len(gaining)


@dataclass(frozen=True, slots=True)
class Moved:
    """How the rate of one unit moves: due and completed today, and due with the rule in force."""

    unit_id: int
    due: int
    done: int
    due_after: int

    @property
    def change_tenths(self) -> int | None:
        """Return by how many tenths of a point the rate moves, both floored; None where one of them does not apply."""
        if not (self.due and self.due_after > 0):
            return None
        return 1000 * self.done // self.due_after - 1000 * self.done // self.due


def moves_of(
    now: Iterable[tuple[int, int, int]], change: dict[int, int], above: dict[int, Sequence[int]]
) -> dict[int, Moved]:
    """Return by unit how its rate moves, for centers and the units above them; only what changes.

    `now` holds (center id, due, done) of today; `change` the due a center gains or loses; `above` the units over each
    center. What publishing adds is never done on that day, and it takes out only what is open: done stays.
    """
    due: Counter[int] = Counter()
    done: Counter[int] = Counter()
    after: Counter[int] = Counter()
    for center_id, center_due, center_done in now:
        for unit_id in (center_id, *above.get(center_id, ())):
            due[unit_id] += center_due
            done[unit_id] += center_done
    touched: set[int] = set()
    for center_id, number in change.items():
        for unit_id in (center_id, *above.get(center_id, ())):
            after[unit_id] += number
            touched.add(unit_id)
    return {
        unit_id: Moved(unit_id, due[unit_id], done[unit_id], due[unit_id] + after[unit_id])
        for unit_id in touched
        if after[unit_id]
    }
