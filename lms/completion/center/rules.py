"""A center's people and courses as a grid: which enrollment a cell shows, what is a hole, who is in need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from lms.completion.rules import (
    EnrollmentFacts,
    EnrollmentState,
    Judgment,
    Severity,
    Standing,
    Tally,
    days_overdue,
    falls_short,
    judge,
    severity_of,
)
from lms.enrollments.recording.rules import Cycle, standing_cycle
from lms.enrollments.rules import GRACE_DAYS, Away, Change, Event

# Someone is new, or just back, for so many days.
RECENT_DAYS = 30


class Show(StrEnum):
    """Which cells a board keeps."""

    HOLES = "holes"
    OVERDUE = "overdue"
    SOON = "soon"


SHOWN: dict[Show, frozenset[EnrollmentState]] = {
    Show.HOLES: frozenset({EnrollmentState.OVERDUE, EnrollmentState.DUE_SOON, EnrollmentState.EXPIRED}),
    Show.OVERDUE: frozenset({EnrollmentState.OVERDUE}),
    Show.SOON: frozenset({EnrollmentState.DUE_SOON}),
}


class Center(NamedTuple):
    """A center that the viewer may look into."""

    id: int
    public_id: str
    code: str
    name_ko: str
    name_en: str
    is_open: bool


class BoardCourse(NamedTuple):
    """A column: a course that someone at the center has."""

    id: int
    public_id: str
    code: str
    title_ko: str
    title_en: str
    tier: int
    tier_name_ko: str
    tier_name_en: str


class BoardPerson(NamedTuple):
    """A row: someone who works at the center."""

    id: int
    public_id: str
    staff_no: str
    name: str
    role_code: str
    role_title_ko: str
    role_title_en: str
    is_frontline: bool
    standing: Standing


class CellFacts(NamedTuple):
    """An enrollment as read: which cycle of its course it is, and what decides about it."""

    id: int
    cycle: int
    facts: EnrollmentFacts


class Cell(NamedTuple):
    """How a person's course stands. `is_open` tells that a completion could be recorded."""

    course_id: int
    state: EnrollmentState
    days: int | None
    due_on: date | None
    is_open: bool


class Missing(NamedTuple):
    """A course that is due and not done."""

    course_id: int
    due_on: date
    days_overdue: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A person's cells by course, with what they add up to."""

    person: BoardPerson
    cells: Mapping[int, Cell]
    tally: Tally
    missing: Sequence[Missing] = ()

    @property
    def overdue(self) -> int:
        """Return how many are past their due date: the due day itself is still in time."""
        return sum(1 for one in self.missing if one.days_overdue)

    @property
    def days_overdue(self) -> int:
        """Return how long the oldest has waited."""
        return max((one.days_overdue for one in self.missing), default=0)

    @property
    def severity(self) -> Severity | None:
        """Return how severe that is."""
        return severity_of(self.days_overdue)

    @property
    def is_short(self) -> bool:
        """Tell whether the person falls short (ruling 9)."""
        return falls_short(self.tally, self.overdue)

    @property
    def soon(self) -> list[Cell]:
        """Return what falls due within a week, the nearest first."""
        due = [cell for cell in self.cells.values() if cell.state is EnrollmentState.DUE_SOON]
        return sorted(due, key=lambda cell: (cell.due_on or date.max, cell.course_id))


@dataclass(frozen=True, slots=True)
class Board:
    """A center's people × courses on a day."""

    rows: Sequence[BoardRow]
    courses: Sequence[BoardCourse]
    shown: frozenset[EnrollmentState] | None = field(default=None)

    @property
    def tiers(self) -> list[tuple[BoardCourse, int]]:
        """Return each tier, by its first course, with how many columns it has."""
        found: list[tuple[BoardCourse, int]] = []
        for course in self.courses:
            if found and found[-1][0].tier == course.tier:
                found[-1] = (found[-1][0], found[-1][1] + 1)
            else:
                found.append((course, 1))
        return found

    def narrowed(self, *, role: str = "", tier: int | None = None, show: Show | None = None) -> "Board":
        """Return the rows of a role, the columns of a tier and the cells asked for; empty rows and columns go."""
        rows = [row for row in self.rows if not role or row.person.role_code == role]
        courses = [course for course in self.courses if tier is None or course.tier == tier]
        if show is None:
            return Board(rows, courses)
        wanted, ids = SHOWN[show], [course.id for course in courses]
        rows = [row for row in rows if any(_state(row, course_id) in wanted for course_id in ids)]
        courses = [course for course in courses if any(_state(row, course.id) in wanted for row in rows)]
        return Board(rows, courses, wanted)

    def line(self, row: BoardRow) -> list[tuple[BoardCourse, Cell | None]]:
        """Return each column with what stands in it; None for nothing, or nothing that was asked for."""
        found = [(course, row.cells.get(course.id)) for course in self.courses]
        if self.shown is None:
            return found
        return [(course, cell if cell and cell.state in self.shown else None) for course, cell in found]

    def number(self, row: BoardRow, state: EnrollmentState) -> int:
        """Return how many cells of a row are in a state."""
        return sum(1 for _, cell in self.line(row) if cell and cell.state == state)


def _state(row: BoardRow, course_id: int) -> EnrollmentState | None:
    cell = row.cells.get(course_id)
    return cell.state if cell else None


def row_of(person: BoardPerson, courses: Mapping[int, Sequence[CellFacts]], as_of: date) -> BoardRow:
    """Judge everything a person has, by course, as their own page does."""
    cells: dict[int, Cell] = {}
    missing: list[Missing] = []
    due = done = on_time = 0
    for course_id, cycles in courses.items():
        chosen = cycles[0] if len(cycles) == 1 else _chosen(cycles, as_of)
        for one in cycles:
            facts = one.facts
            judgment = judge(facts, person.standing, as_of)
            if one is chosen:
                cells[course_id] = _cell(course_id, facts, judgment)
            if judgment.counted:
                due += 1
                done += judgment.done
                on_time += judgment.done and _in_time(facts)
                if not judgment.done and facts.due_on:
                    missing.append(Missing(course_id, facts.due_on, days_overdue(facts.due_on, as_of)))
    missing.sort(key=lambda one: (one.due_on, one.course_id))
    return BoardRow(person, cells, Tally(due, done, on_time), missing)


def _chosen(cycles: Sequence[CellFacts], as_of: date) -> CellFacts | None:
    # The first five facts are those that a cycle is made of.
    standing = standing_cycle((Cycle(one.id, one.cycle, *one.facts[:5]) for one in cycles), as_of)
    return next((one for one in cycles if standing and one.id == standing.id), None)


def _in_time(facts: EnrollmentFacts) -> bool:
    return facts.completed_on is not None and facts.due_on is not None and facts.completed_on <= facts.due_on


def _cell(course_id: int, facts: EnrollmentFacts, judgment: Judgment) -> Cell:
    is_open = facts.completed_on is None and judgment.state is not EnrollmentState.VOID
    return Cell(course_id, judgment.state, judgment.days, facts.due_on, is_open)


class Arrival(NamedTuple):
    """Someone came (back) to the center on a day; what fell due meanwhile waits until `grace_until` (ruling 8)."""

    person_id: int
    kind: Change | None
    on: date
    grace_until: date


def arrivals_of(person_id: int, events: Iterable[Event], aways: Iterable[Away], as_of: date) -> list[Arrival]:
    """Return who came within the last 30 days: hired, transferred, in a new role, or back from leave (kind None)."""
    grace = timedelta(days=GRACE_DAYS)
    days = [(event.kind, event.on) for event in events] + [(None, away.ends_on) for away in aways if away.ends_on]
    recent = [(kind, on) for kind, on in days if as_of - timedelta(days=RECENT_DAYS) < on <= as_of]
    return [Arrival(person_id, kind, on, on + grace) for kind, on in sorted(recent, key=lambda one: one[1])]
