"""What is wrong with catalog rows, and what to do about it."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.imports import wording

WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "course_code": (
        _l("This is no course code"),
        _l("use 1 to 40 letters, digits, dots, hyphens or underscores, beginning with a letter or digit"),
    ),
    "title_missing": (_l("The course has no title"), _l("fill it in")),
    "tier": (_l("This is no tier"), _l("use the number of a tier, 0 to 99")),
    "unknown_tier": (_l("No such tier"), _l("correct it, or add the tier first: flask tiers set")),
    "unknown_role": (_l("No such job role"), _l("use codes of the job role list, separated by semicolons")),
    "unknown_competency": (_l("No such competency"), _l("use C, A, R and E, separated by semicolons")),
    "unknown_prerequisite": (
        _l("The course that must come first is not in the catalog, or its row was refused"),
        _l("correct the code, or add that course to the file"),
    ),
    "own_prerequisite": (_l("A course cannot be its own prerequisite"), _l("remove it")),
    "circular_prerequisite": (
        _l("These prerequisites lead back to the course itself"),
        _l("remove one of them so that some course can be first"),
    ),
    "delivery": (_l("No such delivery"), _l("use ONLINE, BLENDED, CLASSROOM or CASCADE")),
    "trigger": (
        _l("No such trigger"),
        _l("use HIRE, TRANSFER, ROLE, ANNUAL, MONTHLY, SHORTFALL or SPACED, or leave it empty"),
    ),
    "flag": (_l("This is neither 0 nor 1"), _l("write 1 for yes, 0 for no")),
    "whole_number": (_l("This is no whole number in the allowed range"), _l("write digits only")),
    "percent": (_l("This is no whole number from 0 to 100"), _l("correct it")),
    "weight": (_l("This is no weight"), _l("use a number above 0 and below 1000 with at most two decimals")),
    "window": (_l("The window of the field check ends before it begins"), _l("correct one of the two")),
    "two_due_rules": (
        _l("The course has both a fixed due date and a number of days"),
        _l("keep one of them and empty the other"),
    ),
}


def register() -> None:
    """Make these words known to the imports page and commands."""
    wording.add(WORDS)
