"""Why an assignment is refused, in the reader's language and in plain English for commands."""

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from lms.shared.errors import DomainError

WORDS: dict[str, LazyString] = {
    "course_retired": _l("This course is retired. Choose another one."),
    "no_role": _l("Choose at least one job role."),
    "no_unit": _l("Choose at least one center, area or region."),
    "two_due_rules": _l("Give either a due date or a number of days, not both."),
    "due_in_past": _l("The due date has passed already. Choose today or a later day."),
    "due_days": _l("Enter a number of days from 0 to 3660."),
    "reason": _l("Say in up to 300 characters why the course is assigned."),
    "unknown_unit": _l("There is no such unit here: %(unit)s"),
    "ambiguous_unit": _l("%(unit)s names several units. Write one of these: %(choose)s"),
}


def words(error: DomainError) -> str:
    """Return why an assignment is refused."""
    found = WORDS.get(error.code)
    if found is None:
        return error.code
    return str(found) % error.values if "%(" in str(found) else str(found)


def plain_words(error: DomainError) -> str:
    """Return the same in English."""
    with force_locale("en"):
        return words(error)
