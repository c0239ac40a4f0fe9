"""Reads of photos of checks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.field_checks.models import FieldCheck
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.observations.models import StandardItem
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo as a page shows it; `is_repeated`: the same picture came before."""

    public_id: str
    item: str
    is_repeated: bool


def get_photo(session: Session, check: FieldCheck, public_id: str) -> FieldCheckPhoto:
    """Return a photo of a check that the viewer may see.

    Raises:
        NotFoundError: it has none of that id.
    """
    wanted = (FieldCheckPhoto.check_id == check.id, FieldCheckPhoto.public_id == public_id)
    found = session.scalars(select(FieldCheckPhoto).where(*wanted)).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def find_photo(session: Session, check: FieldCheck, key: str) -> FieldCheckPhoto | None:
    """Find what a form sent under a key."""
    wanted = (FieldCheckPhoto.check_id == check.id, FieldCheckPhoto.key == key)
    return session.scalars(select(FieldCheckPhoto).where(*wanted)).one_or_none()


def find_same(session: Session, *, sha256: str, shown_sha256: str) -> FieldCheckPhoto | None:
    """Find the first photo of any check with these bytes, or with this picture whatever was written into it."""
    same = or_(FieldCheckPhoto.sha256 == sha256, FieldCheckPhoto.shown_sha256 == shown_sha256)
    return session.scalars(select(FieldCheckPhoto).where(same).order_by(FieldCheckPhoto.id).limit(1)).one_or_none()


def list_keys(session: Session, check: FieldCheck) -> Sequence[str]:
    """List the keys of the photos of a check that have arrived."""
    return session.scalars(select(FieldCheckPhoto.key).where(FieldCheckPhoto.check_id == check.id)).all()


def list_photos(session: Session, check: FieldCheck) -> list[Shown]:
    """List the photos of a check in the order of their coming."""
    rows = session.execute(
        select(FieldCheckPhoto.public_id, StandardItem.code, FieldCheckPhoto.same_as_id.is_not(None))
        .join(StandardItem, StandardItem.id == FieldCheckPhoto.item_id)
        .where(FieldCheckPhoto.check_id == check.id)
        .order_by(FieldCheckPhoto.id)
    )
    return [Shown(*row) for row in rows]


def find_kept(session: Session, digests: Collection[str]) -> set[str]:
    """Return those of these digests that some photo refers to, as it came or as it is shown."""
    columns = FieldCheckPhoto.sha256, FieldCheckPhoto.shown_sha256
    return {one for column in columns for one in session.scalars(select(column).where(column.in_(digests)))}
