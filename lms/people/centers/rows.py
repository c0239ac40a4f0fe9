"""Reading the rows of a centers file, with the reference headers or the plain ones (ruling 20)."""

from collections.abc import Mapping
from datetime import date

from lms.imports.files import Table
from lms.imports.rules import RowRefusal, composed, has_control_characters, mended, read_day
from lms.people.centers.rules import CenterRow, Named, without_contradictions
from lms.people.rules import NetworkType, is_digits

LONGEST_CODE = 40
LONGEST_NAME = 120
LONGEST = {"ownership": 20, "city_ko": 60}


class _FaultError(Exception):
    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def read_centers(table: Table) -> tuple[list[CenterRow], list[RowRefusal]]:
    """Read a centers file whole: sound rows, and those refused.

    Raises:
        FileError: it cannot be read, or columns are missing.
    """
    table.require(("name_ko", "name"), ("region_code", "region", "region_ko"))
    rows: list[CenterRow] = []
    refused: list[RowRefusal] = []
    for line, values in table.rows():
        cells = dict(zip(table.header, map(composed, map(mended, values)), strict=False))
        try:
            rows.append(_row(line, cells))
        except _FaultError as fault:
            refused.append(RowRefusal(line, fault.column, cells.get(fault.column, ""), fault.code, cells))
    kept, contradicting = without_contradictions(rows)
    return kept, sorted([*refused, *contradicting], key=lambda refusal: refusal.line)


def _row(line: int, cells: Mapping[str, str]) -> CenterRow:
    name = _text(cells, "name_ko", "name")
    region = _named(cells, "region")
    opened_on, closed_on = _day(cells, "opened_on"), _day(cells, "closed_on")
    if opened_on and closed_on and closed_on <= opened_on:
        raise _FaultError("closed_on", "closed_before_opened")
    return CenterRow(
        line,
        code=_code(cells, "center_code") or _checked("name", name, LONGEST_CODE),
        name_ko=name,
        name_en=_optional(cells, "name_en", LONGEST_NAME) or "",
        # Without an area, the region has one area of its own.
        area=_named(cells, "area") if _any(cells, "area_code", "area_ko", "area") else region,
        region=region,
        network_type=_network_type(cells),
        ownership=_optional(cells, "ownership", LONGEST["ownership"]),
        city_ko=_optional(cells, "city_ko", LONGEST["city_ko"]),
        opened_on=opened_on,
        closed_on=closed_on,
        headcount_plan=_whole(cells, "headcount_plan"),
        cells=dict(cells),
    )


def _named(cells: Mapping[str, str], level: str) -> Named:
    """Return an area or region; where only its name or only its code is given, it serves as both."""
    code = _code(cells, f"{level}_code") or ""
    name = _any(cells, f"{level}_ko", level) or code
    if not name:
        raise _FaultError(level if level in cells else f"{level}_code", "missing")
    _checked(level, name, LONGEST_NAME if code else LONGEST_CODE)
    return Named(code or name, name, _optional(cells, f"{level}_en", LONGEST_NAME) or "")


def _network_type(cells: Mapping[str, str]) -> str | None:
    cell = cells.get("network_type", "")
    if cell and cell not in set(NetworkType):
        raise _FaultError("network_type", "bad_network_type")
    return cell or None


def _any(cells: Mapping[str, str], *columns: str) -> str:
    return next((cells[column] for column in columns if cells.get(column)), "")


def _text(cells: Mapping[str, str], *columns: str) -> str:
    column = next((column for column in columns if column in cells), columns[0])
    text = _any(cells, *columns)
    if not text:
        raise _FaultError(column, "missing")
    return _checked(column, text, LONGEST_NAME)


def _code(cells: Mapping[str, str], column: str) -> str | None:
    return _optional(cells, column, LONGEST_CODE)


def _optional(cells: Mapping[str, str], column: str, longest: int) -> str | None:
    return _checked(column, cells.get(column, ""), longest) or None


def _checked(column: str, text: str, longest: int) -> str:
    if has_control_characters(text):
        raise _FaultError(column, "control_characters")
    if len(text) > longest:
        raise _FaultError(column, "too_long")
    return text


def _day(cells: Mapping[str, str], column: str) -> date | None:
    try:
        return read_day(cells.get(column, ""))
    except ValueError:
        raise _FaultError(column, "bad_day") from None


def _whole(cells: Mapping[str, str], column: str) -> int | None:
    cell = cells.get(column, "")
    if cell and not (is_digits(cell) and len(cell) < 7):
        raise _FaultError(column, "bad_number")
    return int(cell) if cell else None
