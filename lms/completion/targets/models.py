"""The table of targets."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.shared.db import Base, Recorded, WithPublicId

CURRENT = text("superseded_at IS NULL")


class Target(WithPublicId, Recorded, Base):
    """From–to, a measure is held against a percentage; an empty side means every tier, role or network type."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        Index("ix_target_current", "measure", "starts_on", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(10))
    tier_level: Mapped[int | None] = mapped_column(ForeignKey("tier.level"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("job_role.id"))
    network_type: Mapped[str | None] = mapped_column(String(20))
    percent: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
