"""Photos of checks, in words."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.field_checks import wording
from lms.shared.errors import DomainError

REFUSALS: dict[str, LazyString] = {
    "photo_size": _l("This photo is too large: at most 20 MB."),
    "photo_count": _l("This check has as many photos as it may have."),
    "file_kind": _l("This is no photo. Take JPEG, PNG or WebP."),
    "file_broken": _l("This photo is broken. Take another one."),
    "file_pixels": _l("This photo has too many pixels. Take a smaller one."),
    "file_active": _l("This file is something else besides a photo. Take another one."),
}


def words(error: DomainError) -> str:
    """Return why a photo is refused."""
    return str(REFUSALS[error.code]) if error.code in REFUSALS else wording.words(error)
