"""Words about files that come in."""

from dataclasses import dataclass, field
from enum import StrEnum


class ImportKind(StrEnum):
    """What a file holds."""

    CENTERS = "CENTERS"
    COURSES = "COURSES"
    ROSTER = "ROSTER"
    HISTORY = "HISTORY"


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
