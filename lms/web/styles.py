"""The style sheets of every page in one answer: nine would cost a phone nine journeys, most of them heads."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app

# In the order of the cascade.
SHEETS = ("tokens", "base", "layout", "plain", "marks", "table", "form", "panel", "print")


def style_sheet() -> str:
    """Return all of them as one."""
    return _joined(*_state())


def style_version() -> str:
    """Return what tells this text from every other: the address of the sheet carries it."""
    return _version(*_state())


def _state() -> tuple[Path, tuple[int, ...]]:
    folder = Path(current_app.static_folder or "", "css")
    return folder, tuple((folder / f"{name}.css").stat().st_mtime_ns for name in SHEETS)


@lru_cache(maxsize=4)
def _joined(folder: Path, _changed: tuple[int, ...]) -> str:
    return "\n".join((folder / f"{name}.css").read_text() for name in SHEETS)


@lru_cache(maxsize=4)
def _version(folder: Path, changed: tuple[int, ...]) -> str:
    return hashlib.sha256(_joined(folder, changed).encode()).hexdigest()[:10]
