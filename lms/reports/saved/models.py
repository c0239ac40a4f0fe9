"""Saved views: nobody's facts, one person's convenience."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.reports.saved.rules import LONGEST_ADDRESS, LONGEST_NAME
from lms.shared.db import Base, WithPublicId

IS_START = text("is_start")


class SavedView(WithPublicId, Base):
    """An address of ours under a name that its owner gave it; at most one is the page they start on."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        Index("ix_saved_view_start", "person_id", unique=True, sqlite_where=IS_START, postgresql_where=IS_START),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    is_start: Mapped[bool]
    recorded_at: Mapped[datetime]
