"""Reading the rows of observations made elsewhere: items, visits and findings; each fault with a code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from lms.imports.rules import RowRefusal, composed, has_control_characters, mended, read_day
from lms.observations.rules import ResponseType, VisitKind

ITEM_COLUMNS = ("item_code", "is_critical")
VISIT_COLUMNS = ("visit_id", "center_code", "visited_on", "kind", "points")
FINDING_COLUMNS = ("visit_id", "item_code")
LONGEST_CODE = 40
LONGEST_REFERENCE = 60
LONGEST_TEXT = 500
# What the points of a visit are out of.
POINTS_POSSIBLE = 100
FLAGS = {"0": False, "1": True}


class CellFaultError(ValueError):
    """A cell that cannot be taken; its message is the code of the refusal."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as an items file words it."""

    code: str
    text_ko: str
    text_en: str
    is_critical: bool
    response_type: ResponseType = ResponseType.YN
    cells: dict[str, str] = field(default_factory=dict, compare=False)


class VisitRow(NamedTuple):
    """A visit as read, with its day and points as texts: what both databases load fastest."""

    line: int
    public_id: str
    reference: str
    center_id: int
    observed_on: str
    kind: str
    points: str | None


class FindingRow(NamedTuple):
    """An item not met on a visit. Without an item it could not be read, which holds back the whole visit."""

    line: int
    reference: str
    item_id: int | None


def read_items(
    header: Sequence[str], lines: Sequence[tuple[int, Sequence[str]]]
) -> tuple[list[ItemRow], list[RowRefusal]]:
    """Read an items file whole: sound rows in their order, and those refused."""
    rows: dict[str, ItemRow] = {}
    refused: list[RowRefusal] = []
    for line, values in lines:
        cells = dict(zip(header, map(composed, map(mended, values)), strict=False))
        try:
            if len(values) > len(header):
                raise CellFaultError("", "too_many_cells")
            row = _item(cells)
            if row.code in rows:
                raise CellFaultError("item_code", "repeated")
            rows[row.code] = row
        except CellFaultError as fault:
            refused.append(RowRefusal(line, fault.column, cells.get(fault.column, ""), fault.code, cells))
    return list(rows.values()), refused


def _item(cells: Mapping[str, str]) -> ItemRow:
    text = "text_ko" if "text_ko" in cells else "text"
    flag, answered = cells["is_critical"], cells.get("response_type") or ResponseType.YN
    if flag not in FLAGS:
        raise CellFaultError("is_critical", "bad_flag" if flag else "missing")
    if answered not in set(ResponseType):
        raise CellFaultError("response_type", "bad_response_type")
    return ItemRow(
        _text("item_code", cells["item_code"], LONGEST_CODE),
        # Real lists have items that nobody worded; what was found of them counts all the same.
        _text(text, cells[text], LONGEST_TEXT) if cells[text] else "",
        _text("text_en", cells["text_en"], LONGEST_TEXT) if cells.get("text_en") else "",
        FLAGS[flag],
        ResponseType(answered),
        dict(cells),
    )


def _text(column: str, cell: str, longest: int) -> str:
    if not cell:
        raise CellFaultError(column, "missing")
    if has_control_characters(cell):
        raise CellFaultError(column, "control_characters")
    if len(cell) > longest:
        raise CellFaultError(column, "too_long")
    return cell


@lru_cache(maxsize=20_000)
def _day(cell: str, until: date) -> str:
    try:
        day = read_day(cell)
    except ValueError as error:
        raise CellFaultError("visited_on", "bad_day") from error
    if day is None:
        raise CellFaultError("visited_on", "missing")
    if day > until:
        raise CellFaultError("visited_on", "future_day")
    return day.isoformat()


@lru_cache(maxsize=1_000)
def _points(cell: str) -> str | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 3 and int(cell) <= POINTS_POSSIBLE):
        raise CellFaultError("points", "bad_points")
    return str(int(cell))


class VisitReader:
    """Reads the rows of a visits file. Nothing is observed after `until`; `new_id` makes public ids."""

    def __init__(
        self, header: Sequence[str], centers: Mapping[str, int], until: date, new_id: Callable[[], str]
    ) -> None:
        self._header, self._centers, self._until, self._new_id = header, centers, until, new_id
        self._pick = itemgetter(*(header.index(name) for name in VISIT_COLUMNS))

    def read(self, line: int, cells: Sequence[str]) -> VisitRow | RowRefusal:
        """Read one row; the first fault refuses it."""
        picked = self._pick(cells)
        try:
            return self._row(line, cells, *picked)
        except CellFaultError as fault:
            told = dict(zip(VISIT_COLUMNS, picked, strict=True))
            return RowRefusal(line, fault.column, told.get(fault.column, ""), fault.code, told)

    def _row(
        self, line: int, cells: Sequence[str], reference: str, center_code: str, day: str, kind: str, points: str
    ) -> VisitRow:
        if len(cells) > len(self._header):
            raise CellFaultError("", "too_many_cells")
        reference = _text("visit_id", reference, LONGEST_REFERENCE)
        center_id = self._centers.get(center_code) or self._centers.get(composed(center_code))
        if center_id is None:
            raise CellFaultError("center_code", "unknown_center" if center_code else "missing")
        observed_on = _day(day, self._until)
        if kind not in KINDS:
            raise CellFaultError("kind", "bad_kind" if kind else "missing")
        return VisitRow(line, self._new_id(), reference, center_id, observed_on, kind, _points(points))


KINDS = frozenset(map(str, VisitKind))


class FindingReader:
    """Reads the rows of a findings file."""

    def __init__(self, header: Sequence[str], items: Mapping[str, int]) -> None:
        self._width, self._items = len(header), items
        self._visit, self._item = (header.index(name) for name in FINDING_COLUMNS)

    def read(self, line: int, cells: Sequence[str]) -> tuple[FindingRow | None, RowRefusal | None]:
        """Read one row: what is to be loaded of it, and why it is refused; both where only its visit can be read."""
        reference, code = cells[self._visit], cells[self._item]
        item_id = self._items.get(code)
        if item_id is not None and len(cells) == self._width and reference:
            return FindingRow(line, reference, item_id), None
        column, fault = self._fault(cells, reference, code)
        told = dict(zip(FINDING_COLUMNS, (reference, code), strict=True))
        held = FindingRow(line, reference, None) if reference else None
        return held, RowRefusal(line, column, told.get(column, ""), fault, told)

    def _fault(self, cells: Sequence[str], reference: str, code: str) -> tuple[str, str]:
        if len(cells) > self._width:
            return "", "too_many_cells"
        if not reference:
            return "visit_id", "missing"
        return "item_code", "unknown_item" if code else "missing"
