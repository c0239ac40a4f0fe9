"""What putting a rule in force goes through: a rehearsal on the real roster, then doing it, undoable, in batches."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.enrollments.assignment_rules.rules_terms import RuleTerms

# A rule that ends within so many days is rehearsed on the day it ends: that is when people lose by it.
ENDS_SOON_DAYS = 31


class RunKind(StrEnum):
    """What a run does: it only looks, it applies, or it takes back what was applied."""

    REHEARSAL = "REHEARSAL"
    PUBLICATION = "PUBLICATION"
    UNDOING = "UNDOING"


class RunState(StrEnum):
    """How far a run is: WAITING to RUNNING to DONE or FAILED; a publication that is DONE may come to be UNDONE."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    UNDONE = "UNDONE"


BUSY = frozenset({RunState.WAITING, RunState.RUNNING})


class Effect(StrEnum):
    """What publishing a rule does to one person's course."""

    GAINS = "GAINS"
    LOSES = "LOSES"
    DUE_LATER = "DUE_LATER"


def rehearsal_day(terms: RuleTerms, today: date) -> date:
    """Return the day for which a draft is rehearsed: the first on which it has its effect, today at the earliest."""
    if terms.valid_to is not None and terms.valid_to <= max(today, terms.valid_from) + timedelta(days=ENDS_SOON_DAYS):
        return max(terms.valid_to, today)
    return max(terms.valid_from, today)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that publishing would do. `due_on` is the effective due date it leaves, or takes away.

    `is_due` tells that it has fallen due by the day; `is_overdue` that it would be past due at once; `is_impossible`
    that the rule's own words make it due on or before the day it is assigned. `due` and `done` are what the center's
    rate gains.
    """

    person_id: int
    center_id: int | None
    course_id: int
    effect: Effect
    due_on: date | None
    enrollment_id: int | None = None
    is_due: bool = False
    is_overdue: bool = False
    is_impossible: bool = False
    due: int = 0
    done: int = 0


Sums = dict[str, dict[str, int]]


def added(sums: Mapping[str, Mapping[str, int]], lines: Iterable[Line]) -> Sums:
    """Return sums with more lines: by center (its id as text), what its rate gains in due and in completed ones."""
    found = {name: Counter(sums.get(name, {})) for name in ("due", "done")}
    for line in lines:
        if line.center_id is not None:
            found["due"][str(line.center_id)] += line.due
            found["done"][str(line.center_id)] += line.done
    return {name: {key: number for key, number in counter.items() if number} for name, counter in found.items()}


@dataclass(frozen=True, slots=True)
class Moved:
    """How the rate of one unit moves: due and completed on the day as it is, and with the rule in force."""

    unit_id: int
    due: int
    done: int
    due_after: int
    done_after: int

    @property
    def before_text(self) -> str | None:
        """Return the rate as it is, floored to a tenth; None when nothing is due."""
        return _percent_text(self.done, self.due)

    @property
    def after_text(self) -> str | None:
        """Return the rate with the rule in force, floored to a tenth; None when nothing is due."""
        return _percent_text(self.done_after, self.due_after)

    @property
    def change_tenths(self) -> int:
        """Return by how many tenths of a point the shown rate moves; 0 where one of the two does not apply."""
        if self.due <= 0 or self.due_after <= 0:
            return 0
        return 1000 * self.done_after // self.due_after - 1000 * self.done // self.due


def _percent_text(done: int, due: int) -> str | None:
    tenths = 1000 * done // due if due > 0 else None
    return None if tenths is None else f"{tenths // 10}.{tenths % 10}"


def moves_of(
    now: Mapping[int, tuple[int, int]], sums: Mapping[str, Mapping[str, int]], above: Mapping[int, Sequence[int]]
) -> dict[int, Moved]:
    """Return by unit how its rate moves: centers that gain or lose something, and every unit above them.

    `now` holds (due, completed) by center, `sums` is from `added`, `above` names the units over each center.
    """
    changed = {int(center_id) for counter in sums.values() for center_id in counter}
    touched = changed | {unit_id for center_id in changed for unit_id in above.get(center_id, ())}
    totals = {unit_id: [0, 0, 0, 0] for unit_id in touched}
    for center_id in changed | now.keys():
        due, done = now.get(center_id, (0, 0))
        gained = [sums.get(name, {}).get(str(center_id), 0) for name in ("due", "done")]
        for unit_id in touched.intersection((center_id, *above.get(center_id, ()))):
            for index, number in enumerate((due, done, due + gained[0], done + gained[1])):
                totals[unit_id][index] += number
    return {unit_id: Moved(unit_id, *numbers) for unit_id, numbers in totals.items()}
