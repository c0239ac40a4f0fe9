"""What recording completions by hand would do to each person's course, and what happened to a completion before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

LONGEST_TEXT = 300
MOST_PICKED = 3_000
EARLIEST = date(1990, 1, 1)


class Cycle(NamedTuple):
    """One enrollment of a person in a course, as far as it decides which of several cycles is meant."""

    id: int
    cycle: int
    required: bool
    assigned_on: date
    due_on: date | None
    completed_on: date | None
    voided_on: date | None


class Verdict(StrEnum):
    """What recording would do: record a completion, or why it cannot."""

    RECORDS = "RECORDS"
    DONE = "DONE"
    ONESELF = "ONESELF"
    VOIDED = "VOIDED"
    NOT_ENROLLED = "NOT_ENROLLED"


class Step(StrEnum):
    """What became of a completion."""

    RECORDED = "RECORDED"
    CORRECTED = "CORRECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Line:
    """A person and a course that were picked, the enrollment meant, and what recording would do to it."""

    person_id: int
    person_public_id: str
    staff_no: str
    name: str
    center_id: int
    course_public_id: str
    course_code: str
    title_ko: str
    title_en: str
    cycle: Cycle | None
    verdict: Verdict

    @property
    def cell(self) -> str:
        """Return how a form names it."""
        return f"{self.person_public_id}.{self.course_public_id}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that was picked."""

    lines: Sequence[Line]

    @property
    def recordable(self) -> list[Line]:
        """Return what would be recorded."""
        return [line for line in self.lines if line.verdict is Verdict.RECORDS]

    @property
    def refused(self) -> list[Line]:
        """Return what would not."""
        return [line for line in self.lines if line.verdict is not Verdict.RECORDS]

    @property
    def numbers(self) -> Counter[Verdict]:
        """Return how many of each verdict."""
        return Counter(line.verdict for line in self.lines)

    def early(self, completed_on: date) -> list[Line]:
        """Return what would be recorded as completed before it was assigned: it counts as it stands (ruling 6)."""
        return [line for line in self.recordable if line.cycle and completed_on < line.cycle.assigned_on]

    def late(self, completed_on: date) -> list[Line]:
        """Return what would be recorded as completed after it was due."""
        due = ((line, line.cycle.due_on) for line in self.recordable if line.cycle)
        return [line for line, due_on in due if due_on is not None and completed_on > due_on]


class Version(NamedTuple):
    """What was known of a completion from `recorded_at` on; `evidence_kind` is set where it was recorded by hand."""

    recorded_at: datetime
    completed_on: date | None
    recorded_by: str | None
    evidence_kind: str | None
    evidence_note: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A step in the history of a completion."""

    step: Step
    version: Version


def standing_cycle(cycles: Iterable[Cycle], on: date) -> Cycle | None:
    """Return the one cycle of a person's course that matters on a day.

    That is the latest that has fallen due, while it is open: it is the one missing in the rate. Otherwise the latest
    that is not void, or the latest at all.
    """
    known = sorted((one for one in cycles if one.assigned_on <= on), key=lambda one: one.cycle)
    alive = [one for one in known if not is_void(one, on)]
    due = [one for one in alive if one.required and one.due_on is not None and one.due_on <= on]
    if due and not is_done(due[-1], on):
        return due[-1]
    return next(reversed(alive or known), None)


def is_void(cycle: Cycle, on: date) -> bool:
    """Tell whether an enrollment is out on a day."""
    return cycle.voided_on is not None and cycle.voided_on <= on


def is_done(cycle: Cycle, on: date) -> bool:
    """Tell whether an enrollment is completed by a day."""
    return cycle.completed_on is not None and cycle.completed_on <= on


def verdict_of(cycle: Cycle | None, on: date, *, is_oneself: bool) -> Verdict:
    """Return what recording a completion on a day would do. Nobody records their own (domain §1.2, hard rule 1)."""
    if is_oneself:
        return Verdict.ONESELF
    if cycle is None:
        return Verdict.NOT_ENROLLED
    if cycle.completed_on is not None:
        return Verdict.DONE
    return Verdict.VOIDED if is_void(cycle, on) else Verdict.RECORDS


def day_fault(completed_on: date, today: date) -> str | None:
    """Return why a day cannot be one of completion: "future" or "long_ago"; None when it can."""
    if completed_on > today:
        return "future"
    return "long_ago" if completed_on < EARLIEST else None


def text_fault(*texts: str) -> bool:
    """Tell whether one of the texts that must say something is empty or too long."""
    return any(not 0 < len(text.strip()) <= LONGEST_TEXT for text in texts)


def history_of(versions: Iterable[Version]) -> list[Entry]:
    """Return what became of a completion, oldest first, from every version of its enrollment.

    Versions that differ in other things only, such as a moved due date, are no step.
    """
    entries: list[Entry] = []
    before: Version | None = None
    for version in sorted(versions, key=lambda one: one.recorded_at):
        known = version[1:]
        if known != (before[1:] if before else (None,) * len(known)):
            entries.append(Entry(_step(before, version), version))
        before = version
    return entries


def _step(before: Version | None, after: Version) -> Step:
    if after.completed_on is None:
        return Step.WITHDRAWN
    return Step.CORRECTED if before is not None and before.completed_on is not None else Step.RECORDED
