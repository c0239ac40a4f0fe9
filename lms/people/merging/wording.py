"""Words of merging people."""

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.shared.errors import DomainError

FIGURES: dict[str, Any] = {
    "enrollments": _l("Enrollments"),
    "completions": _l("Completions"),
    "courses_of_both": _l("Courses that both have: cycles are numbered anew by the day assigned"),
    "exceptions": _l("Requests for exceptions"),
    "same_day": _l("Courses that both were assigned on the same day: both stay, as two cycles"),
    "accounts": _l("Accounts with a password"),
    "browsers": _l("Browsers that are signed out"),
}
REFUSALS: dict[str, LazyString] = {
    "merge_clashes": _l("The two were at work or held a duty at the same time. Correct that first."),
    "merge_oneself": _l("You cannot merge yourself. Another training administrator does that."),
    "merge_reason": _l("Say why these two are one person."),
    "merge_rests": _l("Something later rests on this merge, so it cannot be undone."),
}


def words(error: DomainError) -> str:
    """Return why a merge is refused."""
    return str(REFUSALS.get(error.code, error.code))
