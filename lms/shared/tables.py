"""Tables as files: CSV and XLSX that open as they are meant, and never as formulas. Knows no noun and no language."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from lms.shared.errors import DomainError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

BOM = "\ufeff"
MAX_XLSX_ROWS = 1_048_575  # the sheet's own limit, less its header
_ROWS_AT_ONCE = 500  # about 64 KB
_ROWS_MEASURED = 300
_WIDEST = 48

# A spreadsheet takes a cell that begins so for a formula, also after blanks and quotes that its import strips;
# the full-width forms are taken for the plain ones by Korean and Japanese versions.
_BLANK = r'[\s"\x00-\x20\u200b\ufeff]*'
_SIGN = r"[=+\-@＝＋－＠]"
_LIVE = re.compile(rf"{_BLANK}{_SIGN}|[\t\r\n]")
# The same in written CSV, where a cell begins after a comma, a line end or its own quote; it may find too much.
_MAYBE_LIVE = re.compile(rf'[,\n"](?:{_BLANK}{_SIGN}|\t|(?<=[,\n]")[\r\n])')


class Kind(StrEnum):
    """What the cells of a column hold.

    TEXT: str, also staff numbers and codes (leading zeros stay). NUMBER: int or float. DATE: date or ISO text.
    RATE: a percentage as text, already floored ("89.9"). None is an empty cell everywhere.
    """

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    RATE = "RATE"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, as it stands in the file, and what it holds."""

    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class NoteSheet:
    """A sheet of labels and texts beside the data. `count_label`, when given, adds a line with the number of rows."""

    name: str
    title: str
    lines: Sequence[tuple[str, str]]
    count_label: str | None = None


def neutralize(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: with an apostrophe before it when it would be a formula."""
    return "'" + text if _LIVE.match(text) else text


def write_csv(rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, bom: bool = False) -> Iterator[bytes]:
    """Yield the table as UTF-8 CSV in chunks of about 64 KB; memory does not grow with the number of rows.

    `bom` marks the file as UTF-8 for spreadsheets that would otherwise show broken Korean.
    """
    yield ((BOM if bom else "") + _csv_text([[column.heading for column in columns]])).encode()
    remaining = iter(rows)
    while block := list(islice(remaining, _ROWS_AT_ONCE)):
        yield _csv_text(block).encode()


def _csv_text(block: Sequence[Sequence[Any]]) -> str:
    """Return rows as CSV without live cells.

    Searching the written text costs a fraction of looking at each cell, and nearly no block has a live one.
    """
    text = _written(block)
    if _MAYBE_LIVE.search("\n" + text):
        return _written([[neutralize(cell) if isinstance(cell, str) else cell for cell in row] for row in block])
    return text


def _written(block: Iterable[Sequence[Any]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(block)
    return buffer.getvalue()


def write_xlsx(
    target: BinaryIO | Path,
    rows: Iterable[Sequence[Any]],
    columns: Sequence[Column],
    *,
    sheet: str = "Data",
    cover: NoteSheet | None = None,
    terms: NoteSheet | None = None,
) -> int:
    """Write a workbook of cover, data and terms; return the number of data rows.

    Rows go to disk as they come. Text is always a text cell, dates are dates, rates are percentages.

    Raises:
        DomainError: "too_many_rows", when a sheet cannot hold them.
    """
    from xlsxwriter import Workbook  # slow to load, and few commands write a workbook

    kept_as_text = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    file = str(target) if isinstance(target, Path) else target
    with Workbook(file, {"constant_memory": True, **kept_as_text}) as book:
        cover_sheet = book.add_worksheet(cover.name) if cover else None
        count = _write_data(book, book.add_worksheet(sheet), rows, columns)
        if cover and cover_sheet:
            counted = [(cover.count_label, f"{count:,}")] if cover.count_label else []
            _write_notes(book, cover_sheet, cover.title, [*cover.lines, *counted])
        if terms:
            _write_notes(book, book.add_worksheet(terms.name), terms.title, terms.lines)
    return count


Writer = Callable[[int, int, Any], object]


def _write_data(book: "Workbook", sheet: "Worksheet", rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> int:
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF1F5", "valign": "vcenter"})
    writers = _cell_writers(book, sheet, columns)
    widths = [_width(column.heading) + 4 for column in columns]  # room for the filter's arrow
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.heading, head)
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > MAX_XLSX_ROWS:
            raise DomainError("too_many_rows", limit=MAX_XLSX_ROWS)
        for at, cell in enumerate(row):
            if cell is not None:
                writers[at](count, at, cell)
        if count <= _ROWS_MEASURED:
            widths = [max(width, _width(str(cell)) + 2) for width, cell in zip(widths, row, strict=True)]
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(width, _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    return count


def _cell_writers(book: "Workbook", sheet: "Worksheet", columns: Sequence[Column]) -> list[Writer]:
    text = book.add_format({"num_format": "@"})
    number = book.add_format({"num_format": "General"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    rate = book.add_format({"num_format": "0.0%"})

    def write_text(row: int, at: int, cell: Any) -> None:
        sheet.write_string(row, at, neutralize(str(cell)), text)

    def write_number(row: int, at: int, cell: Any) -> None:
        sheet.write_number(row, at, cell, number)

    def write_day(row: int, at: int, cell: Any) -> None:
        sheet.write_datetime(row, at, cell if isinstance(cell, date) else date.fromisoformat(cell), day)

    def write_rate(row: int, at: int, cell: Any) -> None:
        sheet.write_number(row, at, round(float(cell) / 100, 4), rate)

    by_kind: dict[Kind, Writer] = {
        Kind.TEXT: write_text, Kind.NUMBER: write_number, Kind.DATE: write_day, Kind.RATE: write_rate,
    }  # fmt: skip
    return [by_kind[column.kind] for column in columns]


def _write_notes(book: "Workbook", sheet: "Worksheet", title: str, lines: Iterable[tuple[str, str]]) -> None:
    label = book.add_format({"bold": True, "valign": "top"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for row, (name, value) in enumerate(lines, start=2):
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, neutralize(value), text)


def _width(text: str) -> int:
    """Return how many columns of a fixed font `text` takes; a Hangul syllable takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
