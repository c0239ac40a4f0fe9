"""What changed since, in words."""

from flask_babel import lazy_gettext as _l

from lms.completion.known.rules_changes import Because, Stand

STANDS = {
    Stand.NOT_COUNTED: _l("Not counted"),
    Stand.MISSING: _l("Missing"),
    Stand.DONE: _l("Completed"),
    Stand.DONE_LATE: _l("Completed late"),
}
REASONS = {
    Because.COMPLETED: _l("a completion was recorded"),
    Because.CORRECTED: _l("a completion was corrected"),
    Because.VOIDED: _l("it was withdrawn"),
    Because.DUE_MOVED: _l("the due date moved"),
    Because.IMPORTED: _l("a file brought it"),
    Because.MERGED: _l("two people were merged"),
    Because.ASSIGNED: _l("it was assigned"),
    Because.CAME: _l("the person is counted here now"),
    Because.WENT: _l("the person is not counted here any more"),
    Because.OTHER: _l("an exemption or another cycle was recorded"),
}
SYMBOLS = {
    Stand.NOT_COUNTED: ("void", "minus"),
    Stand.MISSING: ("overdue", "alert"),
    Stand.DONE: ("done", "check"),
    Stand.DONE_LATE: ("late", "check"),
}
