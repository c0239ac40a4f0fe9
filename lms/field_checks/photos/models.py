"""Photos of checks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.field_checks.models import FieldCheck
from lms.observations.models import StandardItem
from lms.shared.db import Base, WithPublicId


class FieldCheckPhoto(WithPublicId, Base):
    """A photo of one item, under the key that the form made; `sha256` is of the bytes as they came.

    `shown_sha256` is of the copy that is shown, written anew without what the camera wrote. Both lie in the data
    directory. `same_as_id` is the first photo, of any check, with the same bytes or the same picture. `size` is in
    bytes.
    """

    __tablename__ = "field_check_photo"
    __table_args__ = (
        UniqueConstraint("check_id", "key"),
        Index("ix_field_check_photo_sha256", "sha256"),
        Index("ix_field_check_photo_shown_sha256", "shown_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("field_check.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("standard_item.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    shown_sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("field_check_photo.id", ondelete="SET NULL"), index=True)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_at: Mapped[datetime]

    check: Mapped[FieldCheck] = relationship()
    item: Mapped[StandardItem] = relationship()
