"""Rounds of self-monitoring, and the campaigns that some of them belong to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.observations.models import ItemSet, StandardItem
from lms.people.models import OrgUnit
from lms.shared.db import Base, WithPublicId

OF_A_MONTH = text("campaign_id IS NULL")


class Campaign(WithPublicId, Base):
    """All centers, or those of some network types, look at the same items of the standard in the same days.

    `network_types` names them with spaces between; "" is all of them. Rounds are made once it is published.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("wanted > 0", name="wanted"),
        CheckConstraint("(cancelled_at IS NULL) = (cancel_reason IS NULL)", name="cancel_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    title_ko: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    version_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"), index=True)
    wanted: Mapped[int]
    network_types: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(300))
    recorded_at: Mapped[datetime]

    version: Mapped[ItemSet] = relationship()
    items: Mapped[list[StandardItem]] = relationship(secondary="campaign_item", order_by=StandardItem.code)


class CampaignItem(Base):
    """A campaign asks an item."""

    __tablename__ = "campaign_item"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("standard_item.id"), primary_key=True, index=True)


class MonitoringRound(WithPublicId, Base):
    """A center looks at itself in a window of days: of a month, or for a campaign, whose first month it then bears.

    How many are wanted, and how it stands, is told by its checks (`FieldCheck.round_id`).
    """

    __tablename__ = "monitoring_round"
    __table_args__ = (
        UniqueConstraint("campaign_id", "center_id"),
        Index(
            "uq_monitoring_round_month", "month", "center_id", unique=True,
            sqlite_where=OF_A_MONTH, postgresql_where=OF_A_MONTH,
        ),
        CheckConstraint("closes_on >= opens_on", name="window"),
        Index("ix_monitoring_round_center", "center_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    month: Mapped[date]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    recorded_at: Mapped[datetime]

    center: Mapped[OrgUnit] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
