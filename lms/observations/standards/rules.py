"""A version of the standard as a list of rows, and reading such rows from a file; each fault with a code."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.imports.rules import RowRefusal, composed, has_control_characters, mended, read_day
from lms.observations.rules import ResponseType
from lms.observations.rules_standards import DIMENSIONS, I_CARE, Stage

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_TEXT, LONGEST_METHOD, LONGEST_EVIDENCE = 500, 40, 80
HEAVIEST = 9
FLAGS = {"0": False, "1": True, "": False}
NEEDED = ("item_code", ("text_ko", "text"), "stage", "effective_from")
TWIN = "checklist_twin"
# How a mystery visit is made, as the page says it.
CHANNELS = {"VISIT": "방문", "CALL": "전화"}


class CellFaultError(ValueError):
    """A cell that cannot be taken; its message is the code of the refusal."""

    def __init__(self, column: str, value: str, code: str) -> None:
        super().__init__(code)
        self.column, self.value, self.code = column, value, code


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardRow:
    """An item: what a version asks of it, and from `stage` on what its behavior is sorted by in all versions.

    `twin` is the code of the check item whose behavior it asks for, where it has none of its own.
    """

    code: str
    text_ko: str
    text_en: str
    is_critical: bool = False
    response_type: str = ResponseType.YN
    weight: int = 1
    method: str = ""
    evidence_ko: str = ""
    na_allowed: bool = False
    stage: str | None = None
    dimension_code: str | None = None
    i_care: str = ""
    courses: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    twin: str = ""


ASKED = ("text_ko", "text_en", "is_critical", "response_type", "weight", "method", "evidence_ko", "na_allowed")
SORTED = ("stage", "dimension_code", "i_care", "courses", "roles")


def asked(row: StandardRow) -> tuple[object, ...]:
    """Return what a version says of an item; other words make another version."""
    return (row.code, *(getattr(row, name) for name in ASKED))


def sorting(row: StandardRow) -> dict[str, object]:
    """Return what a behavior is sorted by."""
    return {name: getattr(row, name) for name in SORTED}


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: the items in force on its last effective day, and the rows that cannot be taken."""

    rows: Sequence[StandardRow]
    effective_from: date | None
    refused: Sequence[RowRefusal]


@dataclass(slots=True)
class StandardReader:
    """Reads a standard's file whole. `courses` and `roles` are the codes that are known.

    `twins` are the check items that every item names one of; None where items have behaviors of their own.
    """

    header: Sequence[str]
    courses: Collection[str]
    roles: Collection[str]
    twins: Collection[str] | None = None
    _rows: dict[str, tuple[StandardRow, date, date | None]] = field(default_factory=dict)
    _refused: list[RowRefusal] = field(default_factory=list)

    def read(self, lines: Sequence[tuple[int, Sequence[str]]]) -> Read:
        """Read all rows; an item that ends by the day the last one begins is asked no more."""
        for line, values in lines:
            cells = dict(zip(self.header, map(composed, map(mended, values)), strict=False))
            try:
                if len(values) > len(self.header):
                    raise CellFaultError("", "", "too_many_cells")
                row, begins, ends = self._row(cells), *_interval(cells)
                if row.code in self._rows:
                    raise CellFaultError("item_code", row.code, "repeated")
                self._rows[row.code] = row, begins, ends
            except CellFaultError as fault:
                self._refused.append(RowRefusal(line, fault.column, fault.value, fault.code, cells))
        day = max((begins for _, begins, _ in self._rows.values()), default=None)
        rows = [row for row, _, ends in self._rows.values() if ends is None or (day and ends > day)]
        return Read(rows, day, self._refused)

    def _row(self, cells: Mapping[str, str]) -> StandardRow:
        text = "text_ko" if "text_ko" in cells else "text"
        text_ko = _text(cells, text, LONGEST_TEXT, needed=True)
        return StandardRow(
            code=_matching(cells, "item_code", CODE, "item_code"),
            text_ko=text_ko,
            text_en=_text(cells, "text_en", LONGEST_TEXT) or text_ko,
            is_critical=_flag(cells, "is_critical"),
            response_type=_one_of(cells, "response_type", list(ResponseType), "bad_response_type") or ResponseType.YN,
            weight=_weight(cells),
            method=_text(cells, "method_ko", LONGEST_METHOD) or _channels(cells),
            evidence_ko=_text(cells, "evidence_ko", LONGEST_EVIDENCE),
            na_allowed=_flag(cells, "na_allowed"),
            stage=_one_of(cells, "stage", list(Stage), "bad_stage", needed=True),
            dimension_code=_one_of(cells, "dimension_code", DIMENSIONS, "bad_dimension") or None,
            i_care=_letters(cells),
            courses=_codes(cells, "course_code", self.courses, "unknown_course"),
            roles=_codes(cells, "target_roles", self.roles, "unknown_role"),
            twin="" if self.twins is None else _one_of(cells, TWIN, self.twins, "unknown_twin", needed=True),
        )


def _text(cells: Mapping[str, str], column: str, longest: int, *, needed: bool = False) -> str:
    cell = cells.get(column, "")
    if needed and not cell:
        raise CellFaultError(column, cell, "missing")
    if has_control_characters(cell):
        raise CellFaultError(column, cell, "control_characters")
    if len(cell) > longest:
        raise CellFaultError(column, cell, "too_long")
    return cell


def _matching(cells: Mapping[str, str], column: str, pattern: "re.Pattern[str]", code: str) -> str:
    cell = cells[column]
    if not pattern.fullmatch(cell):
        raise CellFaultError(column, cell, code if cell else "missing")
    return cell


def _one_of(
    cells: Mapping[str, str], column: str, words: Collection[str], code: str, *, needed: bool = False
) -> str:  # fmt: skip
    cell = cells.get(column, "")
    if cell not in set(words) and (cell or needed):
        raise CellFaultError(column, cell, code if cell else "missing")
    return cell


def _flag(cells: Mapping[str, str], column: str) -> bool:
    cell = cells.get(column, "")
    if cell not in FLAGS:
        raise CellFaultError(column, cell, "flag")
    return FLAGS[cell]


def _weight(cells: Mapping[str, str]) -> int:
    column = "points" if "points" in cells else "weight"
    cell = cells.get(column, "") or "1"
    if not (cell.isascii() and cell.isdigit() and len(cell) == 1 and int(cell) > 0):
        raise CellFaultError(column, cell, "item_weight")
    return int(cell)


def _channels(cells: Mapping[str, str]) -> str:
    channels = [part for part in cells.get("channel", "").split(";") if part]
    for one in channels:
        if one not in CHANNELS:
            raise CellFaultError("channel", one, "bad_channel")
    return "·".join(CHANNELS[one] for one in channels)


def _codes(cells: Mapping[str, str], column: str, known: Collection[str], code: str) -> frozenset[str]:
    codes = frozenset(part.strip() for part in re.split("[;,]", cells.get(column, "")) if part.strip())
    for one in sorted(codes):
        if one not in known:
            raise CellFaultError(column, one, code)
    return codes


def _letters(cells: Mapping[str, str]) -> str:
    letters = re.sub("[;, ]", "", cells.get("i_care", ""))
    if not set(letters) <= set(I_CARE):
        raise CellFaultError("i_care", cells["i_care"], "bad_i_care")
    return "".join(letter for letter in I_CARE if letter in letters)


def _interval(cells: Mapping[str, str]) -> tuple[date, date | None]:
    begins = _day(cells, "effective_from")
    if begins is None:
        raise CellFaultError("effective_from", "", "missing")
    ends = _day(cells, "effective_to")
    if ends is not None and ends <= begins:
        raise CellFaultError("effective_to", cells["effective_to"], "ends_first")
    return begins, ends


def _day(cells: Mapping[str, str], column: str) -> date | None:
    try:
        return read_day(cells.get(column, ""))
    except ValueError as error:
        raise CellFaultError(column, cells[column], "bad_day") from error
