"""Words of questions asked again."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.shared.errors import DomainError

REFUSALS: dict[str, LazyString] = {
    "unanswered": _l("Answer the question in full first."),
    "not_offered": _l("This answer does not belong to the question. Nothing was saved. Please choose again."),
    "answered": _l("This question is answered already."),
}
INTERVALS: dict[int, LazyString] = {7: _l("After a week"), 30: _l("After a month"), 90: _l("After three months")}


def words(error: DomainError) -> str:
    """Return why something is refused."""
    return str(REFUSALS.get(error.code, error.code))
