"""The first sheet of an XLSX file, read within bounds: a small file must not unfold into gigabytes."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from lms.imports.cells import FileError, NumberCell

MAX_PART_BYTES = 50 * 1024 * 1024
MAX_FILE_BYTES = 150 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
# The reader lays a sheet out as a full rectangle and copies shared texts into each cell.
MAX_CELLS = 5_000_000
MAX_TEXT_BYTES = 1024 * 1024 * 1024

PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d*)([^"']*)["']""")
Cell = str | int | float | bool | date | datetime | time | timedelta


class Sheet:
    """The cells of a workbook's first sheet, as text."""

    def __init__(self, path: Path) -> None:
        _check(path)
        try:
            workbook = CalamineWorkbook.from_path(str(path))
            if not workbook.sheet_names:
                raise FileError("empty")
            self._rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise FileError("xlsx_broken") from error

    @property
    def height(self) -> int:
        """Return how many lines there are, blank ones included."""
        return len(self._rows)

    def lines(self) -> Iterator[list[str]]:
        """Yield each line's cells, from line 1 on."""
        for row in self._rows:
            yield [_text(cell) for cell in row]


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int | float):
        return NumberCell(int(cell)) if cell == int(cell) else NumberCell(repr(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _check(path: Path) -> None:
    """Refuse what would not fit, before the reader lays it out in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if max((part.file_size for part in parts), default=0) > MAX_PART_BYTES:
                raise FileError("xlsx_too_large", limit=MAX_PART_BYTES)
            if sum(part.file_size for part in parts) > MAX_FILE_BYTES:
                raise FileError("xlsx_too_large", limit=MAX_FILE_BYTES)
            if archive.testzip() is not None:  # sizes above are what the file claims; this reads it through
                raise FileError("xlsx_broken")
            longest = max(
                (_longest_text(archive.read(part)) for part in parts if "sharedStrings" in part.filename), default=0
            )
            for part in parts:
                if part.filename.lower().endswith((".xml", ".bin")) and "sheet" in part.filename.lower():
                    _check_sheet(archive.read(part), longest)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileError("xlsx_broken") from error


def _longest_text(shared: bytes) -> int:
    return max(map(len, shared.split(b"</si>")))


def _check_sheet(sheet: bytes, longest_text: int) -> None:
    if b"\0" in sheet:  # UTF-16: the places below could not be read
        raise FileError("xlsx_broken")
    rows = columns = cells = 0
    for letters, digits, rest in PLACE.findall(sheet):
        if rest or len(letters) > 3 or len(digits) > 7:
            raise FileError("xlsx_too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
        rows = max(rows, int(digits or 0))
        columns = max(columns, _column_number(letters))
        cells += 1
    cells = max(cells, sheet.count(b"<c"))
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS or cells * longest_text > MAX_TEXT_BYTES:
        raise FileError("xlsx_too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a zip archive, as every XLSX is."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"
