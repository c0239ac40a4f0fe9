"""Words of changes of units, of what they touch and of why they are refused."""

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.people.centers.rules_changes import ChangeKind
from lms.people.rules import NetworkType
from lms.shared.errors import DomainError

DONE: dict[str, Any] = {
    ChangeKind.OPEN: _l("Opened"),
    ChangeKind.CLOSE: _l("Closed"),
    ChangeKind.REOPEN: _l("Opened again"),
    ChangeKind.MOVE: _l("Moved"),
    ChangeKind.RENAME: _l("Renamed"),
}
DEEDS: dict[str, Any] = {
    ChangeKind.CLOSE: _l("Close"),
    ChangeKind.REOPEN: _l("Open again"),
    ChangeKind.MOVE: _l("Move"),
    ChangeKind.RENAME: _l("Rename"),
}
DAY_HINTS: dict[str, Any] = {
    ChangeKind.CLOSE: _l("The first day on which it is closed."),
    ChangeKind.REOPEN: _l("The first day on which it is open again."),
    ChangeKind.MOVE: _l("The first day on which it stands there."),
    ChangeKind.RENAME: "",
}
EFFECTS: dict[str, Any] = {
    "centers": _l("Centers concerned"),
    "posted": _l("People posted there"),
    "active": _l("of them at work, not on leave"),
    "duties": _l("Duties that lose effect"),
    "open_enrollments": _l("Open required enrollments"),
    "due": _l("Due in the rate of that day"),
    "done": _l("of them completed"),
}
NETWORK_TYPES: dict[str, Any] = {
    NetworkType.DIRECT: _l("Direct"),
    NetworkType.GENERAL: _l("General"),
    NetworkType.SPECIALIST: _l("Specialist"),
    NetworkType.EXPRESS: _l("Express"),
    NetworkType.HEAD_OFFICE: _l("Head office"),
    NetworkType.OTHER: _l("Other"),
}
REFUSALS: dict[str, LazyString] = {
    "unit_closes_already": _l("It closes on %(day)s already. Undo that first, or open it again."),
    "unit_closes_before_opening": _l("It opens on %(day)s only. Choose a later day."),
    "unit_is_open": _l("It is not closed, so it cannot be opened again."),
    "unit_reopens_before_closing": _l("It closes on %(day)s. Choose that day or a later one."),
    "unit_needs_parent": _l("Choose what it stands under."),
    "unit_not_open": _l("It is not open on %(day)s. Choose another day."),
    "unit_moves_later": _l("It moves on %(day)s already. Choose a later day, or undo that move first."),
    "unit_stands_there": _l("It stands there on that day already."),
    "unit_needs_name": _l("Enter a name."),
    "unit_named_so": _l("It is called so already."),
    "unit_code_taken": _l("Another center has this code. Codes are given once."),
    "undo_rests": _l("Something later rests on this change, so it cannot be undone. Make a new change instead."),
}


def words(error: DomainError) -> str:
    """Return why a change is refused."""
    found = REFUSALS.get(error.code)
    if found is None:
        return error.code
    return str(found) % error.values if "%(" in str(found) else str(found)
