"""Answers that are files: written while they are sent, after the access record is safe."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms.reports.exports import Rows
from lms.reports.queries import Words
from lms.shared.tables import Column, NoteSheet, write_csv, write_xlsx

CHUNK = 64 * 1024
UNSAFE_IN_NAMES = re.compile(r"[^\w.-]", re.ASCII)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIME_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX_TYPE}


@dataclass(frozen=True, slots=True)
class TableFile:
    """What a file is made of, with every text already in the reader's language."""

    columns: tuple[Column, ...]
    rows: Rows
    words: Words
    sheet: str
    cover: NoteSheet
    terms: NoteSheet


def csv_chunks(engine: Engine, table: TableFile) -> Iterator[bytes]:
    """Yield a CSV file for spreadsheets, reading rows as they are sent."""
    with Session(engine) as session:
        yield from write_csv(table.rows(session, table.words), table.columns, bom=True)


def xlsx_chunks(engine: Engine, table: TableFile) -> Iterator[bytes]:
    """Yield a workbook, written to a temporary file first; its parts can only be joined at the end."""
    with tempfile.TemporaryFile() as file:
        with Session(engine) as session:
            rows = table.rows(session, table.words)
            write_xlsx(file, rows, table.columns, sheet=table.sheet, cover=table.cover, terms=table.terms)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


CHUNKS = {"csv": csv_chunks, "xlsx": xlsx_chunks}


def file_answer(engine: Engine, table: TableFile, *, suffix: str, name: str, plain_name: str) -> Response:
    """Return the answer that sends `table` as a file. `plain_name` is for clients that know no other letters.

    The rows are read after the request's own transaction has ended: its record is on disk before the first byte.
    """
    response = Response(CHUNKS[suffix](engine, table), content_type=MIME_TYPES[suffix])
    plain = UNSAFE_IN_NAMES.sub("_", plain_name)  # a unit's code may hold anything
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Accel-Buffering"] = "no"
    return response
