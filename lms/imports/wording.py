"""What is wrong with a file or a row, and what to do about it, in the reader's language.

Nouns add the codes of their own rows with `add`.
"""

from collections.abc import Mapping

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from lms.imports.rules import ImportKind, RowRefusal
from lms.shared.errors import DomainError

Words = tuple[LazyString, LazyString]

# What comes in by a command alone, and stands in the list of imports beside what the page offers.
BY_COMMAND = {ImportKind.OBSERVATIONS: _l("Observations")}

_WORDS: dict[str, Words] = {
    "format": (
        _l("This kind of file cannot be read."),
        _l("Save it as CSV or XLSX and hand it in again."),
    ),
    "empty": (_l("The file holds no header line."), _l("Take the template file and fill it in.")),
    "encoding": (
        _l("The letters of this file cannot be read: it is neither UTF-8 nor CP949."),
        _l("Save it as XLSX, or as CSV in UTF-8."),
    ),
    "utf16": (_l("This text file is saved as UTF-16."), _l("Save it as XLSX, or as CSV in UTF-8.")),
    "nul_bytes": (_l("This is not a text file."), _l("Save it as CSV or XLSX and hand it in again.")),
    "gzip": (_l("The compressed file is damaged."), _l("Compress it again, or hand it in uncompressed.")),
    "too_large": (_l("The file is too large."), _l("Hand it in as several files.")),
    "csv_syntax": (
        _l("Line %(line)s cannot be split into cells: a quotation mark is not closed or stands in the wrong place."),
        _l("Correct that line, or save the table as XLSX."),
    ),
    "xlsx_broken": (
        _l("The workbook is damaged or protected."),
        _l("Open it, save it anew as XLSX without a password."),
    ),
    "xlsx_too_large": (_l("The workbook is too large."), _l("Save the one sheet as CSV.")),
    "xlsx_too_many_cells": (
        _l("The sheet has more than %(rows)s rows or %(columns)s columns, or very long texts."),
        _l("Delete empty rows and columns at its ends, or save the sheet as CSV."),
    ),
    "too_many_columns": (
        _l("The file has more than %(limit)s columns."),
        _l("Delete the columns that are not needed."),
    ),
    "too_many_rows": (_l("The file has more than %(limit)s rows."), _l("Hand it in as several files.")),
    "duplicate_column": (
        _l("The column %(column)s is there more than once."),
        _l("Rename or delete one of them."),
    ),
    "missing_columns": (_l("Columns are missing: %(columns)s"), _l("Name the columns as in the template file.")),
    "unexpected": (
        _l("The file could not be handled because of a fault of ours; nothing was changed."),
        _l("Hand it in again; if that does not help, tell the system administrator."),
    ),
    "changed_since_check": (
        _l("The data changed after this file was checked, so nothing was applied."),
        _l("Look at the new preview and apply it if it is right."),
    ),
    "import_not_ready": (_l("This file is not ready to be applied."), _l("Wait for its check, or hand it in again.")),
    "allow_large_needed": (
        _l("The change is unusually large."),
        _l("If the file is right, confirm that and apply it."),
    ),
    "undo_not_applied": (
        _l("This file was not applied, so there is nothing to undo."),
        _l("Nothing needs to be done."),
    ),
    "undo_not_offered": (_l("This kind of file cannot be undone."), _l("Hand in a corrected file.")),
    "missing": (_l("The cell is empty"), _l("fill it in")),
    "bad_day": (_l("This is no date"), _l("write it as 2019-06-30")),
    "too_long": (_l("The text is too long"), _l("shorten it")),
    "control_characters": (_l("The cell holds a line break or an invisible control character"), _l("type it again")),
    "too_many_cells": (
        _l("The row has more cells than the header line"),
        _l("put texts with commas in quotation marks, or delete the extra cells"),
    ),
    "repeated": (_l("The file has this more than once"), _l("keep only the right row")),
}


def add(words: Mapping[str, Words]) -> None:
    """Add the words of further codes: what is wrong, and what to do."""
    _WORDS.update(words)


def problem(code: str, values: Mapping[str, object] | None = None) -> str:
    """Return what is wrong."""
    return _filled(code, 0, values)


def remedy(code: str, values: Mapping[str, object] | None = None) -> str:
    """Return what to do about it."""
    return _filled(code, 1, values)


def _filled(code: str, place: int, values: Mapping[str, object] | None) -> str:
    words = _WORDS.get(code)
    if words is None:
        return code if place == 0 else ""
    text = str(words[place])
    return text % values if values and "%(" in text else text


def plain_line(refusal: RowRefusal) -> str:
    """Return a refused row as the command line says it, in English."""
    with force_locale("en"):
        what = (
            f'line {refusal.line}, column {refusal.column}: "{refusal.value}"'
            if refusal.column
            else f"line {refusal.line}"
        )
        return f"{what} – {problem(refusal.code)}; {remedy(refusal.code)}"


def plain_error(error: DomainError) -> str:
    """Return a refused file as the command line says it, in English."""
    with force_locale("en"):
        return f"{problem(error.code, error.values)} {remedy(error.code, error.values)}".strip()
