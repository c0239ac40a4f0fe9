"""Reading a row of a catalog file: each cell by its column's reader, each fault with a code."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from lms.courses.rules import Delivery, Trigger
from lms.imports.rules import RowRefusal, read_day

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_TITLE = 200
MOST_DAYS = 3660
Reader = Callable[[str], object]


class CellFaultError(ValueError):
    """A cell that cannot be read; its message is the code of the refusal."""


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """A row as read: `values` by field, only for the columns that the file has."""

    line: int
    code: str
    values: Mapping[str, object]
    cells: Mapping[str, str]

    def refuse(self, column: str, value: str, fault: str) -> RowRefusal:
        """Return the refusal of this row because of one of its cells."""
        return RowRefusal(self.line, column, value, fault, dict(self.cells))


def _whole(least: int, most: int, fault: str = "whole_number") -> Reader:
    def read(text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise CellFaultError(fault)
        return int(text)

    return read


def _whole_or_zero(most: int, fault: str = "whole_number") -> Reader:
    read = _whole(0, most, fault)
    return lambda text: read(text) or 0


def _flag(default: bool) -> Reader:
    def read(text: str) -> bool:
        if text in {"", "0", "1"}:
            return text == "1" if text else default
        raise CellFaultError("flag")

    return read


def _word(words: type[StrEnum], fault: str, default: str | None) -> Reader:
    def read(text: str) -> str | None:
        if text and text not in words.__members__:
            raise CellFaultError(fault)
        return text or default

    return read


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError as error:
        raise CellFaultError("bad_day") from error


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split("[;,]", text) if part.strip()))


def _title(text: str) -> str:
    if len(text) > LONGEST_TITLE:
        raise CellFaultError("too_long")
    return text


def _weight(text: str) -> Decimal:
    try:
        weight = Decimal(text or "1")
    except InvalidOperation as error:
        raise CellFaultError("weight") from error
    if not (weight.is_finite() and 0 < weight < 1000 and weight == round(weight, 2)):
        raise CellFaultError("weight")
    return weight


# Column of the file → field of the course, and how its cells read. Several columns may stand for one field.
COLUMNS: dict[str, tuple[str, Reader]] = {
    "title_ko": ("title_ko", _title),
    "title": ("title_ko", _title),
    "title_en": ("title_en", _title),
    "tier": ("tier_level", _whole(0, 99, "tier")),
    "delivery": ("delivery", _word(Delivery, "delivery", Delivery.ONLINE)),
    "trigger": ("trigger", _word(Trigger, "trigger", None)),
    "due_on": ("due_on", _day),
    "due_days": ("due_days", _whole(0, MOST_DAYS)),
    "mandatory": ("mandatory", _flag(True)),
    "is_critical": ("is_critical", _flag(False)),
    "weight": ("weight", _weight),
    "field_check_required": ("field_check_required", _flag(False)),
    "fc_window_from_days": ("field_check_from_days", _whole(0, MOST_DAYS)),
    "fc_window_to_days": ("field_check_to_days", _whole(0, MOST_DAYS)),
    "recheck_days": ("recheck_days", _whole(0, MOST_DAYS)),
    "retired_on": ("retired_on", _day),
    "minutes": ("minutes", _whole(0, 100_000)),
    "chapters": ("chapters", _whole(0, 1000)),
    "pass_progress_pct": ("pass_progress_pct", _whole(0, 100, "percent")),
    "pass_score": ("pass_score", _whole_or_zero(100, "percent")),
    "max_chapters_per_day": ("max_chapters_per_day", _whole(0, 1000)),
    "validity_months": ("validity_months", _whole_or_zero(1200)),
    "renewal_window_days": ("renewal_window_days", _whole_or_zero(MOST_DAYS)),
    "target_roles": ("audience", _codes),
    "prerequisites": ("prerequisites", _codes),
    "i_care": ("competencies", _codes),
}
# Known words of the reference files that carry nothing of their own.
REMARKS = frozenset({"tier_ko", "tier_en"})
ALL_PROGRESS = 100


def read_row(line: int, cells: Mapping[str, str]) -> CatalogRow | RowRefusal:
    """Read one row; `cells` are its texts by column name. What is wrong first, from the left, refuses it."""
    code = cells["course_code"]
    if not CODE.fullmatch(code):
        return RowRefusal(line, "course_code", code, "course_code", dict(cells))
    values: dict[str, object] = {}
    for column, text in cells.items():
        if column in COLUMNS:
            field, read = COLUMNS[column]
            try:
                values[field] = read(text)
            except CellFaultError as fault:
                return RowRefusal(line, column, text, str(fault), dict(cells))
    row = CatalogRow(line, code, _completed(values), cells)
    return _contradiction(row) or row


def _completed(values: dict[str, object]) -> dict[str, object]:
    """Fill an empty title from the only one there is, and an empty progress with all of it."""
    values["title_ko"] = values.get("title_ko") or values.get("title_en") or ""
    if "title_en" in values:
        values["title_en"] = values["title_en"] or values["title_ko"]
    if "pass_progress_pct" in values and values["pass_progress_pct"] is None:
        values["pass_progress_pct"] = ALL_PROGRESS
    return values


def _contradiction(row: CatalogRow) -> RowRefusal | None:
    values = row.values
    if not values["title_ko"]:
        column = next(name for name in ("title_ko", "title", "title_en") if name in row.cells)
        return row.refuse(column, "", "title_missing")
    if values["tier_level"] is None:
        return row.refuse("tier", "", "tier")
    if values.get("due_on") is not None and values.get("due_days") is not None:
        return row.refuse("due_days", row.cells["due_days"], "two_due_rules")
    first, last = values.get("field_check_from_days"), values.get("field_check_to_days")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        return row.refuse("fc_window_to_days", str(last), "window")
    if row.code in (values.get("prerequisites") or ()):  # type: ignore[operator]
        return row.refuse("prerequisites", row.code, "own_prerequisite")
    return None
