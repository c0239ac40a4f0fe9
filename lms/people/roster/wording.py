"""What is wrong with roster and center rows, and what to do about it."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.imports import wording

WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "staff_no_width": (
        _l("Leading zeros of the staff number may be lost, and how many is unknown"),
        _l("format the column as text with every digit, or say how many digits staff numbers have"),
    ),
    "previous_unknown": (_l("Nobody has this former staff number"), _l("correct it, or leave it empty")),
    "previous_of_another": (
        _l("The former staff number and the new one belong to two different people"),
        _l("correct one of them"),
    ),
    "center_unknown": (_l("No such center"), _l("import the centers file first or correct the code")),
    "center_closed": (
        _l("The center is closed on that day"),
        _l("name the center the person works at, or the last day at this one"),
    ),
    "role_unknown": (_l("No such job role"), _l("use a code of the job role list")),
    "role_never_posted": (_l("Mystery shoppers are not posted to a center"), _l("delete the row")),
    "left_before_hired": (
        _l("The last day is not after the first one"),
        _l("correct the dates; the last day is the first day out"),
    ),
    "hired_after_move": (
        _l("The first day lies after a recorded transfer"),
        _l("correct the date, or undo the import that recorded the transfer"),
    ),
    "leave_without_start": (_l("The leave has no first day"), _l("fill it in")),
    "leave_ends_before_start": (
        _l("The leave ends before it starts"),
        _l("correct the dates; the end is the first day back"),
    ),
    "area_in_two_regions": (_l("The file puts this area under two regions"), _l("correct one of the rows")),
    "bad_network_type": (
        _l("No such kind of center"),
        _l("use DIRECT, GENERAL, SPECIALIST, EXPRESS, HEAD_OFFICE or OTHER"),
    ),
    "bad_number": (_l("This is no whole number"), _l("write digits only")),
    "closed_before_opened": (_l("The center closes before it opens"), _l("correct the dates")),
    "too_many_leave": (
        _l("More than 5 percent of the people already there would leave, so nothing was applied."),
        _l("Check that the file is complete; if it is, allow the large change."),
    ),
    "too_many_change": (
        _l("More than 10 percent of the people already there would change, so nothing was applied."),
        _l("Check that it is the right file; if it is, allow the large change."),
    ),
    "undo_changed_since": (
        _l("Some of these people changed again after this import."),
        _l("Undo the later import first."),
    ),
    "undo_people_in_use": (
        _l("People this import added already have other records (%(where)s)."),
        _l("Hand in a corrected file instead."),
    ),
}


def register() -> None:
    """Make these words known to the imports page and commands."""
    wording.add(WORDS)
