"""Looking into a photo before it is kept."""

from lms.field_checks.photos.rules import LARGEST, LONGEST_SIDE, PHOTOS, fault_of
from lms.learning.content.rules_files import Screened, media_type_of
from lms.learning.content.screening import screen_picture
from lms.shared.errors import DomainError


def screen_photo(name: str, data: bytes) -> Screened:
    """Return the copy of a photo that is shown: written anew, without what the camera wrote into it.

    Raises:
        DomainError: it is too large ("photo_size", "file_pixels"), no photo ("file_kind"), broken ("file_broken"), or
            something else besides ("file_active").
    """
    if len(data) > LARGEST:
        raise DomainError("photo_size", name=name)
    media_type = media_type_of(data)
    if media_type not in PHOTOS:
        raise DomainError("file_kind", name=name)
    if fault := fault_of(data, media_type):
        raise DomainError(fault, name=name)
    return screen_picture(name, data, media_type, LONGEST_SIDE)
