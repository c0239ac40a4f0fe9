"""Words about files that come in."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any


class ImportKind(StrEnum):
    """What a file holds."""

    CENTERS = "CENTERS"
    COURSES = "COURSES"
    ROSTER = "ROSTER"
    HISTORY = "HISTORY"
    STANDARD = "STANDARD"
    MYSTERY_ITEMS = "MYSTERY_ITEMS"
    OBSERVATIONS = "OBSERVATIONS"


class ImportState(StrEnum):
    """Where a file stands. READY waits for a person's yes; STOPPED needs them to allow an unusually large change."""

    UPLOADED = "UPLOADED"
    CHECKING = "CHECKING"
    READY = "READY"
    STOPPED = "STOPPED"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    FAILED = "FAILED"
    UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A row that is not taken: its line in the file (the header is line 1), the column and value at fault, and a code.

    The edge turns the code into what is wrong and what to do. `cells` are the row's cells by header.
    """

    line: int
    column: str
    value: str
    code: str
    cells: dict[str, str] = field(default_factory=dict)


# How human-resources systems write "no end".
NO_END_YEAR = 9999
_DAY = re.compile(r"(\d{4})([-./]?)(\d{1,2})\2(\d{1,2})\.?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@lru_cache(maxsize=20_000)
def read_day(text: str) -> date | None:
    """Return the day a cell means: 2019-06-30, 2019.06.30, 2019/6/30 or 20190630; None when blank or "no end" (9999).

    Raises:
        ValueError: it is no day.
    """
    if not text:
        return None
    found = _DAY.fullmatch(text.replace(" ", "").removesuffix("T00:00:00"))
    if found is None or (not found[2] and len(found[0]) != len("20190630")):
        raise ValueError(text)
    if int(found[1]) == NO_END_YEAR:
        return None
    day = date(int(found[1]), int(found[3]), int(found[4]))
    if not 1900 <= day.year <= 2200:
        raise ValueError(text)
    return day


def composed(text: str) -> str:
    """Return the text with each Hangul syllable as one character, whichever system wrote it."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def mended(text: str) -> str:
    """Return the text with a visible sign for each letter that an earlier system could not write (U+001A)."""
    return text.replace("\x1a", "\ufffd")


def has_control_characters(text: str) -> bool:
    """Tell whether a cell holds line breaks or other characters that no name or code has."""
    return _CONTROL.search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a file would do, or did: numbers by kind of change, the first changes of each, and rows not taken.

    `stop` is the code of an unusually large change that someone must allow; `restore` is what undoing puts back.
    """

    counts: dict[str, int]
    preview: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: list[RowRefusal] = field(default_factory=list)
    stop: str | None = None
    restore: dict[str, Any] = field(default_factory=dict)
