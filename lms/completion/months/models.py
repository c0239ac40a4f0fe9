"""Frozen months. The database itself refuses to change or remove a row; late facts make a further one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.completion.months.rules import LONGEST_REASON
from lms.shared.db import Base, Recorded, WithPublicId

CURRENT = text("superseded_at IS NULL")


class MonthClose(WithPublicId, Base):
    """A month as it was reported: number 1 is its close, each higher one a correction of the one before.

    `month` is its first day; the figures are those as of its last day, with what was known at `known_at`.
    `definition` is the version of what counts (`rules.DEFINITION`). `snapshot` holds every enrollment that counted,
    compressed (`rules_snapshot`); `sha256` and `row_count` are of the same rows. `questions` counts what stood open
    at the moment of closing; `delta` is what a correction changed.
    """

    __tablename__ = "month_close"
    __table_args__ = (UniqueConstraint("month", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    number: Mapped[int]
    known_at: Mapped[datetime]
    definition: Mapped[int]
    row_count: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    snapshot: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    due: Mapped[int]
    done: Mapped[int]
    on_time: Mapped[int]
    questions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    delta: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    # A plain number, as in the trail: the close outlives the person's row.
    closed_by_id: Mapped[int | None]
    closed_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]


class MonthFigure(Base):
    """The figures of a close by center, job role and tier, where each stood on the month's last day.

    `tier_level` -1 is over all tiers: there a person counts once. `people` have something due, `people_short` of them
    are below the default target by rate alone, `people_done` have everything done.
    """

    __tablename__ = "month_figure"
    # Read by close and tier, which the key begins with.
    __table_args__ = ({"sqlite_with_rowid": False},)

    close_id: Mapped[int] = mapped_column(ForeignKey("month_close.id"), primary_key=True)
    tier_level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"), primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    is_frontline: Mapped[bool]
    due: Mapped[int]
    done: Mapped[int]
    on_time: Mapped[int]
    people: Mapped[int]
    people_short: Mapped[int]
    people_done: Mapped[int]


class CompanyDay(Recorded, Base):
    """A day on which the company does not work, beside weekends and public holidays."""

    __tablename__ = "company_day"
    __table_args__ = (
        Index("ix_company_day_current", "day", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(60))
    recorded_by: Mapped[str] = mapped_column(String(120))
