"""What is wrong with history rows, and what to do about it."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.imports import wording

WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "unknown_person": (
        _l("Nobody has or had this staff number"),
        _l("import the roster first, or correct the number"),
    ),
    "unknown_course": (_l("No such course"), _l("import the catalog first, or correct the code")),
    "score": (_l("This is no score"), _l("write a number from 0 to 100, or leave it empty")),
    "score_range": (_l("The score is not between 0 and 100"), _l("correct it")),
    "conflict": (
        _l("The file says different things about the same person, course and day of assignment"),
        _l("keep only the right row"),
    ),
    "completion_stands": (
        _l("An earlier or better completion is recorded and stands"),
        _l("if the recorded one is wrong, correct it on the enrollment"),
    ),
}


def register() -> None:
    """Make these words known to the imports page and commands."""
    wording.add(WORDS)
