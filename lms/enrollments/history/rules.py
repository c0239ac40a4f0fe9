"""Reading a row of a training history: each cell checked, each fault with a code; and listing what was refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from lms.imports.rules import RowRefusal, read_day
from lms.people.rules import StaffNumbers

REQUIRED_COLUMNS = ("staff_no", "course_code", "assigned_on")
COLUMNS = (*REQUIRED_COLUMNS, "due_on", "completed_on", "voided_on", "score")
HIGHEST_SCORE = Decimal(100)
HUNDREDTH = Decimal("0.01")
LONGEST_NUMBER = 20
LISTED_ONE_BY_ONE = 1_000
MOST_LISTED = 10_000
TIMES = "times"


class HistoryRow(NamedTuple):
    """A row as read, with days as ISO texts and the score as text: what both databases load fastest."""

    line: int
    person_id: int
    course_id: int
    course_version_id: int
    required: bool
    assigned_on: str
    due_on: str | None
    completed_on: str | None
    score: str | None
    voided_on: str | None


@dataclass(frozen=True, slots=True)
class KnownCourse:
    """A course that rows may name: `versions` are (in force from or None, id), oldest first."""

    id: int
    required: bool
    versions: Sequence[tuple[date | None, int]]

    def version_on(self, day: str) -> int:
        """Return the id of the version in force on a day."""
        if len(self.versions) == 1:
            return self.versions[0][1]
        on = date.fromisoformat(day)
        return [version for since, version in self.versions if since is None or since <= on][-1]


class CellFaultError(ValueError):
    """A cell that cannot be read; its message is the code of the refusal."""


@lru_cache(maxsize=50_000)
def day_text(cell: str) -> str | None:
    """Return the day a cell means as an ISO text; None when it is empty.

    Raises:
        CellFaultError: it is no day ("bad_day").
    """
    try:
        day = read_day(cell)
    except ValueError as error:
        raise CellFaultError("bad_day") from error
    return day.isoformat() if day else None


@lru_cache(maxsize=50_000)
def score_text(cell: str) -> str | None:
    """Return the score a cell means, to hundredths, as a text; None when it is empty. Scores are 0–100.

    Raises:
        CellFaultError: it is no number ("score"), or out of range ("score_range").
    """
    if not cell:
        return None
    try:
        score = Decimal(cell) if cell.isascii() and "_" not in cell and len(cell) <= LONGEST_NUMBER else None
    except InvalidOperation as error:
        raise CellFaultError("score") from error
    if score is None or not score.is_finite():
        raise CellFaultError("score")
    if not 0 <= score <= HIGHEST_SCORE:
        raise CellFaultError("score_range")
    return str(abs(score.quantize(HUNDREDTH, ROUND_HALF_UP)))


class HistoryReader:
    """Reads the rows of one file. People are found by every number they ever held, courses by their code."""

    def __init__(
        self,
        header: Sequence[str],
        staff_numbers: StaffNumbers,
        courses: Mapping[str, KnownCourse],
        was_number: Callable[[str], bool],
    ) -> None:
        self._header = header
        self._staff_numbers, self._courses, self._was_number = staff_numbers, courses, was_number
        self._people: dict[str, int] = {}
        self._missing = [name for name in COLUMNS if name not in header]
        # A column that the file does not have is read from an empty cell put behind each row.
        self._pick = itemgetter(*(header.index(name) if name in header else len(header) for name in COLUMNS))

    def read(self, line: int, cells: Sequence[str]) -> HistoryRow | RowRefusal:
        """Read one row; the first fault refuses it."""
        picked = self._pick([*cells[: len(self._header)], ""] if self._missing else cells)
        staff_no, code, assigned_on, due_on, completed_on, voided_on, score = picked
        person_id = self._people.get(staff_no) or self._find_person(staff_no)
        course = self._courses.get(code)
        if person_id is None or course is None or not assigned_on:
            return self._refusal(line, cells, picked)
        try:
            assigned = day_text(assigned_on)
            if assigned is None:
                raise CellFaultError("missing")
            return HistoryRow(
                line, person_id, course.id, course.version_on(assigned), course.required, assigned,
                day_text(due_on), day_text(completed_on), score_text(score), day_text(voided_on),
            )  # fmt: skip
        except ValueError:
            return self._refusal(line, cells, picked)

    def _find_person(self, staff_no: str) -> int | None:
        number = self._staff_numbers.read(staff_no, was_number=self._was_number(staff_no))
        person_id = self._staff_numbers.owners.get(number) if number else None
        if person_id is not None:
            self._people[staff_no] = person_id
        return person_id

    def _refusal(self, line: int, cells: Sequence[str], picked: Sequence[str]) -> RowRefusal:
        """Find what is wrong, from the left."""
        column, code = next(
            (column, code)
            for column, cell in zip(COLUMNS, picked, strict=True)
            if (code := self._fault(column, cell)) is not None
        )
        texts = dict(zip(self._header, map(str, cells), strict=False))
        return RowRefusal(line, column, texts.get(column, ""), code, texts)

    def _fault(self, column: str, cell: str) -> str | None:
        if column == "staff_no":
            if self._find_person(cell) is not None:
                return None
            unclear = self._staff_numbers.read(cell, was_number=self._was_number(cell)) is None
            return "staff_no_width" if unclear else "unknown_person"
        if column == "course_code":
            return None if cell in self._courses else "unknown_course"
        try:
            text = score_text(cell) if column == "score" else day_text(cell)
        except CellFaultError as fault:
            return str(fault)
        return "missing" if column == "assigned_on" and text is None else None


@dataclass(slots=True)
class Refusals:
    """What was refused, listed within bounds: the first 1,000 rows one by one, after them each fault of a value once.

    At most 10,000 are listed; `total` counts them all. A listed fault that came again tells how often, in `times`.
    """

    total: int = 0
    _listed: list[RowRefusal] = field(default_factory=list)
    _places: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _again: dict[int, int] = field(default_factory=dict)

    def add(self, refusal: RowRefusal) -> None:
        """Count a refused row, and list it within the bounds."""
        self.total += 1
        fault = (refusal.column, refusal.value, refusal.code)
        if len(self._listed) >= LISTED_ONE_BY_ONE and fault in self._places:
            place = self._places[fault]
            self._again[place] = self._again.get(place, 0) + 1
        elif len(self._listed) < MOST_LISTED:
            self._places[fault] = len(self._listed)
            self._listed.append(refusal)

    def listed(self) -> list[RowRefusal]:
        """Return the list by line."""
        for place, again in self._again.items():
            refusal = self._listed[place]
            self._listed[place] = replace(refusal, cells={**refusal.cells, TIMES: str(again + 1)})
        self._again.clear()
        return sorted(self._listed, key=lambda refusal: refusal.line)
