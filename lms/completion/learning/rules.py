"""What someone does next: the one step, what waits behind it, and the ladder of tiers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.completion.rules import EnrollmentState, PersonLine

OPEN_STATES = frozenset({EnrollmentState.OVERDUE, EnrollmentState.DUE_SOON, EnrollmentState.NOT_DUE})
# The codes of the courses that each course opens after.
Prerequisites = Mapping[str, Sequence[str]]


class When(StrEnum):
    """How near an open enrollment is: past its due date, within a week, or later (also without a date)."""

    OVERDUE = "OVERDUE"
    THIS_WEEK = "THIS_WEEK"
    LATER = "LATER"


class Climb(StrEnum):
    """Where someone stands on a tier."""

    DONE = "DONE"
    OPEN = "OPEN"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do first. `opens` is the more urgent enrollment that waits for it; None when this one presses most."""

    line: PersonLine
    opens: PersonLine | None = None


@dataclass(frozen=True, slots=True)
class CourseOnTier:
    """A course of someone's tier as its latest cycle stands; `needs` are the ones that open it."""

    line: PersonLine
    done: bool
    needs: tuple[PersonLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier of the ladder with the required courses that someone has on it."""

    courses: tuple[CourseOnTier, ...]

    @property
    def tier(self) -> PersonLine:
        """Return a line that carries the tier's level and names."""
        return self.courses[0].line

    @property
    def total(self) -> int:
        """Return how many courses the tier has for this person."""
        return len(self.courses)

    @property
    def done(self) -> int:
        """Return how many of them are completed."""
        return sum(one.done for one in self.courses)

    @property
    def expired(self) -> int:
        """Return how many of the completed ones have expired."""
        return sum(one.done and one.line.state is EnrollmentState.EXPIRED for one in self.courses)

    @property
    def needs(self) -> tuple[PersonLine, ...]:
        """Return what opens the courses that are locked, each once, in order of urgency."""
        found = {need.course_code: need for one in self.courses if not one.done for need in one.needs}
        return tuple(sorted(found.values(), key=urgency))

    @property
    def climb(self) -> Climb:
        """Tell whether the tier is done, has something to do now, or waits for other courses altogether."""
        waiting = [one for one in self.courses if not one.done]
        if not waiting:
            return Climb.DONE
        return Climb.LOCKED if all(one.needs for one in waiting) else Climb.OPEN


def urgency(line: PersonLine) -> tuple[bool, bool, date, bool, str, int]:
    """Return the key that puts what presses most first.

    Required before optional; the earliest due date first, so the longest overdue leads; of one day, critical courses
    first; what is never due comes last.
    """
    due_on = line.due_on or date.max
    return not line.required, line.due_on is None, due_on, not line.is_critical, line.course_code, line.cycle


def open_lines(lines: Iterable[PersonLine]) -> list[PersonLine]:
    """Return what is still to be done, what presses most first."""
    return sorted((line for line in lines if not line.done and line.state in OPEN_STATES), key=urgency)


def locks(lines: Iterable[PersonLine], prerequisites: Prerequisites) -> dict[str, tuple[PersonLine, ...]]:
    """Return by course what opens it: its prerequisites that this person has still to complete.

    A prerequisite that was never assigned locks nothing, as nobody could open it; nor does one completed once and
    since expired. A course without a lock is left out.
    """
    every = list(lines)
    completed = {line.course_code for line in every if line.done and line.state is not EnrollmentState.VOID}
    waiting: dict[str, PersonLine] = {}
    for line in open_lines(every):
        waiting.setdefault(line.course_code, line)
    found = {}
    for line in every:
        codes = [code for code in prerequisites.get(line.course_code, ()) if code in waiting and code not in completed]
        if codes and not line.done:
            found[line.course_code] = tuple(sorted((waiting[code] for code in codes), key=urgency))
    return found


def next_step(lines: Iterable[PersonLine], prerequisites: Prerequisites) -> NextStep | None:
    """Return the one thing to do next: the most urgent enrollment, or what opens it; None when nothing is open.

    The due date of a locked course stands (ruling 15), so what opens it presses as much as it does.
    """
    every = list(lines)
    waiting, locked = open_lines(every), locks(every, prerequisites)
    for line in waiting:
        opener = _opener(line, locked, frozenset())
        if opener is not None:
            return NextStep(opener, opens=None if opener is line else line)
    return NextStep(waiting[0]) if waiting else None


def _opener(
    line: PersonLine, locked: Mapping[str, tuple[PersonLine, ...]], behind: frozenset[str]
) -> PersonLine | None:
    """Return the line itself when it is open, else the most urgent one that leads to it; None on a circle."""
    needs = locked.get(line.course_code, ())
    if not needs:
        return line
    behind = behind | {line.course_code}
    openers = (_opener(need, locked, behind) for need in needs if need.course_code not in behind)
    return min((opener for opener in openers if opener is not None), key=urgency, default=None)


def when(line: PersonLine) -> When:
    """Return the group an open enrollment belongs to."""
    if line.state is EnrollmentState.OVERDUE:
        return When.OVERDUE
    return When.THIS_WEEK if line.state is EnrollmentState.DUE_SOON else When.LATER


def by_when(lines: Iterable[PersonLine]) -> dict[When, list[PersonLine]]:
    """Return open enrollments by how near they are, each group in order of urgency; empty groups are left out."""
    waiting = open_lines(lines)
    groups = {group: [line for line in waiting if when(line) is group] for group in When}
    return {group: found for group, found in groups.items() if found}


def ladder(lines: Iterable[PersonLine], prerequisites: Prerequisites) -> list[Rung]:
    """Return every tier that has required courses for this person, lowest first; each course stands once.

    A course is done when its latest cycle is, or while a former completion holds and the next is not overdue yet.
    """
    every = list(lines)
    locked = locks(every, prerequisites)
    cycles: dict[str, list[PersonLine]] = {}
    for line in sorted(every, key=lambda line: line.cycle):
        if line.required and line.state is not EnrollmentState.VOID:
            cycles.setdefault(line.course_code, []).append(line)
    tiers: dict[int, list[CourseOnTier]] = {}
    for code in sorted(cycles):
        one = _on_tier(cycles[code], locked)
        tiers.setdefault(one.line.tier, []).append(one)
    return [Rung(tuple(courses)) for _, courses in sorted(tiers.items())]


def _on_tier(cycles: Sequence[PersonLine], locked: Mapping[str, tuple[PersonLine, ...]]) -> CourseOnTier:
    latest = cycles[-1]
    if latest.done:
        return CourseOnTier(latest, done=True)
    held = [one for one in cycles if one.done and one.state is not EnrollmentState.EXPIRED]
    if held and latest.state is not EnrollmentState.OVERDUE:
        return CourseOnTier(held[-1], done=True)
    return CourseOnTier(latest, done=False, needs=locked.get(latest.course_code, ()))


@dataclass(frozen=True, slots=True)
class Learning:
    """Everything the page of one's own learning shows."""

    lines: Sequence[PersonLine]
    prerequisites: Prerequisites

    @property
    def next(self) -> NextStep | None:
        """Return what to do first."""
        return next_step(self.lines, self.prerequisites)

    @property
    def locks(self) -> Mapping[str, tuple[PersonLine, ...]]:
        """Return by course what opens it."""
        return locks(self.lines, self.prerequisites)

    @property
    def ladder(self) -> list[Rung]:
        """Return the tiers."""
        return ladder(self.lines, self.prerequisites)

    @property
    def open(self) -> list[PersonLine]:
        """Return what is still to be done."""
        return open_lines(self.lines)

    @property
    def overdue(self) -> int:
        """Return how many are past their due date."""
        return sum(1 for line in self.lines if line.state is EnrollmentState.OVERDUE)

    @property
    def is_paused(self) -> bool:
        """Tell whether a leave stops the due dates."""
        return any(line.state is EnrollmentState.ON_HOLD for line in self.lines)

    @property
    def expires_next(self) -> PersonLine | None:
        """Return the completion that runs out first among those still valid."""
        held = (one.line for rung in self.ladder for one in rung.courses if one.done)
        valid = [line for line in held if line.expires_on and line.state is not EnrollmentState.EXPIRED]
        return min(valid, key=lambda line: (line.expires_on or date.max, line.course_code), default=None)
