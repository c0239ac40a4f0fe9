"""Reading the rows of a roster: each is sound, or refused with the cell at fault."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lms.imports.files import FileError, NumberCell, Table
from lms.imports.rules import RowRefusal, composed, has_control_characters, read_day
from lms.people.roster.rules import RosterRow, Snapshot
from lms.people.rules import StaffNumbers, is_digits

REQUIRED = ("staff_no", "name", "center_code", "role_code")
OPTIONAL = ("hired_on", "left_on", "previous_staff_no", "leave_from", "leave_to")
DAYS = ("hired_on", "left_on", "leave_from", "leave_to")
LONGEST = {"staff_no": 40, "previous_staff_no": 40, "name": 120}
MAX_ROWS = 500_000
# A mystery shopper is never posted anywhere (ruling 4).
NEVER_POSTED = "MS"


@dataclass(frozen=True, slots=True)
class Directory:
    """What codes mean: centers (id, last day), job roles (id), staff numbers (whose they are)."""

    centers: Mapping[str, tuple[int, date | None]]
    roles: Mapping[str, int]
    numbers: StaffNumbers


class _FaultError(Exception):
    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def read_roster(table: Table, directory: Directory, *, on: date) -> Snapshot:
    """Read a roster file whole; its changes are dated `on`.

    Raises:
        FileError: it cannot be read, or columns are missing.
    """
    table.require(*REQUIRED)
    raw = [_Raw(line, cells, table) for line, cells in _bounded(table)]
    numbers = _knowing_widths(directory.numbers, (row.cells["staff_no"] for row in raw))
    reader = _Reader(replace(directory, numbers=numbers), on)
    read = [(row, reader.read(row)) for row in raw]
    return _without_repeats(read, numbers, has_left_on="left_on" in table.header)


class _Raw:
    __slots__ = ("cells", "excess", "line")

    def __init__(self, line: int, cells: list[str], table: Table) -> None:
        self.line = line
        self.cells = dict(zip(table.header, cells, strict=False))
        self.excess = any(cells[len(table.header) :])


def _bounded(table: Table) -> Iterable[tuple[int, list[str]]]:
    for number, row in enumerate(table.rows()):
        if number >= MAX_ROWS:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        yield row


def _knowing_widths(numbers: StaffNumbers, cells: Iterable[str]) -> StaffNumbers:
    """Learn from the file how long staff numbers are, when nobody told and none are known yet."""
    if numbers.width is not None or numbers.widths:
        return numbers
    cells = [cell for cell in cells if is_digits(cell)]
    with_zeros = {len(cell) for cell in cells if cell.startswith("0")}
    if len(with_zeros) == 1:
        return replace(numbers, width=with_zeros.pop())
    return replace(numbers, seen=frozenset(len(cell) for cell in cells if isinstance(cell, NumberCell)))


class _Reader:
    def __init__(self, directory: Directory, on: date) -> None:
        self.directory, self.on = directory, on

    def read(self, raw: _Raw) -> RosterRow | RowRefusal:
        try:
            return self._row(raw)
        except _FaultError as fault:
            return RowRefusal(raw.line, fault.column, raw.cells.get(fault.column, ""), fault.code, raw.cells)

    def _row(self, raw: _Raw) -> RosterRow:
        cells = raw.cells
        if raw.excess:
            raise _FaultError("", "too_many_cells")
        _check_texts(cells)
        days = {column: _day(cells, column) for column in DAYS}
        staff_no = self._staff_no(cells, "staff_no")
        row = RosterRow(
            raw.line,
            staff_no,
            composed(cells["name"]),
            (self._center(cells, days), self._role(cells)),
            person_id=self._person(cells, staff_no),
            is_new_number=staff_no not in self.directory.numbers.owners,
            cells=cells,
            **days,
        )
        _check_days(row)
        return row

    def _staff_no(self, cells: Mapping[str, str], column: str) -> str:
        cell = cells[column]
        if not cell:
            raise _FaultError(column, "missing")
        found = self.directory.numbers.read(cell, was_number=isinstance(cell, NumberCell))
        if found is None:
            raise _FaultError(column, "staff_no_width")
        return found

    def _person(self, cells: Mapping[str, str], staff_no: str) -> int | None:
        owners = self.directory.numbers.owners
        person_id = owners.get(staff_no)
        if not cells.get("previous_staff_no"):
            return person_id
        former = owners.get(self._staff_no(cells, "previous_staff_no"))
        if former is None:
            raise _FaultError("previous_staff_no", "previous_unknown")
        if person_id is not None and person_id != former:
            raise _FaultError("previous_staff_no", "previous_of_another")
        return former

    def _center(self, cells: Mapping[str, str], days: Mapping[str, date | None]) -> int:
        found = self.directory.centers.get(composed(cells["center_code"]))
        if found is None:
            raise _FaultError("center_code", "missing" if not cells["center_code"] else "center_unknown")
        center_id, closed_on = found
        left_on = days["left_on"]
        if closed_on is not None and closed_on <= self.on and (left_on is None or left_on > closed_on):
            raise _FaultError("center_code", "center_closed")
        return center_id

    def _role(self, cells: Mapping[str, str]) -> int:
        code = cells["role_code"]
        if code == NEVER_POSTED:
            raise _FaultError("role_code", "role_never_posted")
        if code not in self.directory.roles:
            raise _FaultError("role_code", "role_unknown" if code else "missing")
        return self.directory.roles[code]


def _check_texts(cells: Mapping[str, str]) -> None:
    for column in ("staff_no", "name", "previous_staff_no"):
        cell = cells.get(column, "")
        if not cell.isprintable() and has_control_characters(cell):
            raise _FaultError(column, "control_characters")
        if len(cell) > LONGEST[column]:
            raise _FaultError(column, "too_long")
    if not cells["name"]:
        raise _FaultError("name", "missing")


def _day(cells: Mapping[str, str], column: str) -> date | None:
    try:
        return read_day(cells.get(column, ""))
    except ValueError:
        raise _FaultError(column, "bad_day") from None


def _check_days(row: RosterRow) -> None:
    if row.hired_on and row.left_on and row.left_on <= row.hired_on:
        raise _FaultError("left_on", "left_before_hired")
    if row.leave_to and not row.leave_from:
        raise _FaultError("leave_from", "leave_without_start")
    if row.leave_from and row.leave_to and row.leave_to <= row.leave_from:
        raise _FaultError("leave_to", "leave_ends_before_start")


def _without_repeats(
    read: list[tuple[_Raw, RosterRow | RowRefusal]], numbers: StaffNumbers, *, has_left_on: bool
) -> Snapshot:
    """Refuse every row of a person that the file names more than once: which one is meant cannot be known."""
    times = Counter(_who(result) for _, result in read if isinstance(result, RosterRow))
    rows: list[RosterRow] = []
    refusals: list[RowRefusal] = []
    mentioned: set[int] = set()
    unreadable = False
    for raw, result in read:
        if isinstance(result, RosterRow) and times[_who(result)] == 1:
            rows.append(result)
            continue
        repeated = RowRefusal(raw.line, "staff_no", raw.cells["staff_no"], "repeated", raw.cells)
        refusals.append(repeated if isinstance(result, RosterRow) else result)
        people = _people_of(raw.cells, numbers)
        mentioned |= people
        unreadable = unreadable or (not people and not _is_new(raw.cells, numbers))
    return Snapshot(rows, refusals, frozenset(mentioned), unreadable, has_left_on)


def _who(row: RosterRow) -> Any:
    return row.person_id if row.person_id is not None else row.staff_no


def _people_of(cells: Mapping[str, str], numbers: StaffNumbers) -> set[int]:
    """Return whom a refused row may speak of."""
    people = set()
    for column in ("staff_no", "previous_staff_no"):
        cell = cells.get(column, "")
        widths = {len(cell), *numbers.widths, *([numbers.width] if numbers.width else [])}
        spellings = {cell.zfill(width) for width in widths} if is_digits(cell) else {cell}
        people |= {numbers.owners[spelling] for spelling in spellings if spelling in numbers.owners}
    return people


def _is_new(cells: Mapping[str, str], numbers: StaffNumbers) -> bool:
    """Tell whether a refused row that fits nobody known plainly speaks of someone new."""
    cell = cells.get("staff_no", "")
    return bool(cell) and not has_control_characters(cell) and numbers.read(cell) is not None
