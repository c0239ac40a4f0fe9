"""Files that come in, as a table of texts: CSV, gzipped CSV and XLSX; UTF-8 with or without BOM, and CP949."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from lms.imports.cells import FileError, NumberCell
from lms.imports.workbook import Sheet, is_workbook

CHUNK = 1024 * 1024
ROWS_BETWEEN_NEWS = 2_000
MAX_TEXT_BYTES = 2 * 1024 * 1024 * 1024
MAX_COLUMNS = 200
DELIMITERS = ",;\t"
GZIP_ERRORS = (gzip.BadGzipFile, EOFError, zlib.error)

__all__ = ["FileError", "NumberCell", "Table", "open_table"]


class Source(Protocol):
    """Lines of cells with their line numbers, and how much of the file has gone by."""

    def lines(self) -> Iterator[tuple[int, list[str]]]: ...

    @property
    def progress_pct(self) -> int: ...


class Table:
    """A file's rows below its header line. `header` holds the columns' names, trimmed and in lower case.

    `on_progress` is told the percentage read, now and then.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.on_progress: Callable[[int], None] | None = None
        self._lines = source.lines()
        _, first = next(self._lines, (1, []))
        self.header = [name.strip().lower() for name in first]
        while self.header and not self.header[-1]:
            self.header.pop()
        _check_header(self.header)

    @property
    def progress_pct(self) -> int:
        """Return how much of the file has been read, in percent."""
        return self._source.progress_pct

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of each row that is not blank: at least one cell for each column, trimmed.

        A cell that a spreadsheet held as a number is a `NumberCell`.
        """
        width = len(self.header)
        for number, (line, cells) in enumerate(self._lines):
            if number % ROWS_BETWEEN_NEWS == 0 and self.on_progress:
                self.on_progress(self.progress_pct)
            if len(cells) < width:
                if any(cells):
                    yield line, cells + [""] * (width - len(cells))
            elif any(cells):
                yield line, cells

    def place(self, *names: str) -> int | None:
        """Return the place of the first of these columns that the file has; None without any."""
        return next((self.header.index(name) for name in names if name in self.header), None)

    def require(self, *columns: str | Sequence[str]) -> None:
        """Check that the columns are there; of a sequence of names, one is enough.

        Raises:
            FileError: columns are missing, with code "missing_columns".
        """
        groups = [(column,) if isinstance(column, str) else tuple(column) for column in columns]
        missing = [names[0] for names in groups if self.place(*names) is None]
        if missing:
            raise FileError("missing_columns", columns=", ".join(missing))


@contextmanager
def open_table(path: Path, file_name: str) -> Iterator[Table]:
    """Open a file as a table. `file_name` is the name it came with: its end tells the format.

    Raises:
        FileError: it is not a table we can read; also raised while rows are read.
    """
    ending = file_name.lower()
    if ending.endswith((".xlsx", ".xlsm")) or is_workbook(path):
        yield Table(_Workbook(path))
        return
    if ending.endswith((".xls", ".xlsb", ".ods", ".numbers", ".pdf", ".zip")):
        raise FileError("format")
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        content = cast(IO[bytes], gzip.GzipFile(fileobj=raw) if zipped else raw)
        try:
            encoding = _encoding(content)
        except GZIP_ERRORS as error:
            raise FileError("gzip") from error
        content.seek(0)
        with io.TextIOWrapper(content, encoding=encoding, newline="") as text:
            yield Table(_Csv(raw, text, path.stat().st_size))


class _Workbook:
    def __init__(self, path: Path) -> None:
        self._sheet = Sheet(path)
        self._seen = 0

    @property
    def progress_pct(self) -> int:
        return 100 * self._seen // max(1, self._sheet.height)

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        for line, cells in enumerate(self._sheet.lines(), start=1):
            self._seen = line
            yield line, cells


class _Csv:
    def __init__(self, raw: IO[bytes], text: io.TextIOWrapper, size: int) -> None:
        self._raw, self._text, self._size = raw, text, size

    @property
    def progress_pct(self) -> int:
        return min(100, 100 * self._raw.tell() // max(1, self._size))

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        header = self._text.readline(CHUNK)
        # Excel in some countries, and "text" saved from it, separate with these; a header names, so counting is safe.
        delimiter = max(DELIMITERS, key=header.count)
        self._text.seek(0)
        reader = csv.reader(self._text, delimiter=delimiter, strict=True)
        line = 0
        try:
            for row in reader:
                yield line + 1, list(map(str.strip, row))
                line = reader.line_num
        except csv.Error as error:
            raise FileError("csv_syntax", line=line + 1, detail=str(error)) from error


def _encoding(content: IO[bytes]) -> str:
    """Return the encoding of the whole content: what cannot be read must show now, not after half the rows."""
    start = content.read(4)
    content.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileError("utf16")
    for encoding in ("utf-8-sig", "cp949"):
        if _decodes(content, encoding):
            return encoding
        content.seek(0)
    raise FileError("encoding")


def _decodes(content: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    size = 0
    try:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if b"\0" in chunk:
                raise FileError("nul_bytes")
            if size > MAX_TEXT_BYTES:
                raise FileError("too_large", limit=MAX_TEXT_BYTES)
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_header(header: list[str]) -> None:
    if not any(header):
        raise FileError("empty")
    if len(header) > MAX_COLUMNS:
        raise FileError("too_many_columns", limit=MAX_COLUMNS)
    for name in header:
        if name and header.count(name) > 1:
            raise FileError("duplicate_column", column=name)
