"""What is wrong with rows of observations, and what to do about it."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.imports import wording

WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "bad_flag": (_l("This is neither 0 nor 1"), _l("write 1 for a critical item, otherwise 0")),
    "bad_response_type": (_l("No such way to answer an item"), _l("write YN, SCALE4 or SCORE, or leave it empty")),
    "unknown_center": (_l("No such center"), _l("add it to the centers file, or correct the code")),
    "future_day": (_l("This day is still to come"), _l("correct the date")),
    "bad_kind": (_l("No such kind of visit"), _l("write FIRST or RECHECK")),
    "bad_points": (_l("These are no points"), _l("write a whole number from 0 to 100, or leave it empty")),
    "unknown_item": (_l("No such item"), _l("add it to the items file, or correct the code")),
    "visit_conflict": (_l("The file says different things about the same visit"), _l("keep only the right row")),
    "finding_refused": (
        _l("A finding of this visit was refused, so the visit was not taken"),
        _l("correct that row of the findings file and hand all files in again"),
    ),
    "visit_not_taken": (
        _l("The visit of this finding is not among those taken"),
        _l("add it to the visits file, or correct its row there"),
    ),
    "items_refused": (
        _l("The items file has rows that cannot be taken; without them every visit would be counted wrongly."),
        _l("Correct them and hand all files in again."),
    ),
}


def register() -> None:
    """Make these words known to the imports page and commands."""
    wording.add(WORDS)
