"""Weekly cuts, what each center looked like at them, and holds. Cuts and evaluations only ever grow."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.shared.db import Base, Recorded, WithPublicId

CURRENT = text("superseded_at IS NULL")
CHANGED = text("state <> former")


class FlagCut(Base):
    """All centers were evaluated as of a Sunday. The row is what keeps a week from being evaluated twice."""

    __tablename__ = "flag_cut"

    as_of: Mapped[date] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    rule_version: Mapped[int]


class FlagEvaluation(Base):
    """One center at one cut: its counts, the bound in millionths, the target of then, and the state that follows.

    Where `state` is another than `former`, this row is the transition with its evidence. `critical` lists
    [course id, people due, people done] of critical courses of which too few were completed.
    """

    __tablename__ = "flag_evaluation"
    __table_args__ = (
        UniqueConstraint("center_id", "as_of"),
        Index("ix_flag_evaluation_as_of", "as_of", "center_id"),
        Index("ix_flag_evaluation_changed", "center_id", "as_of", sqlite_where=CHANGED, postgresql_where=CHANGED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    as_of: Mapped[date] = mapped_column(ForeignKey("flag_cut.as_of"))
    former: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    raised_on: Mapped[date | None]
    due: Mapped[int]
    done: Mapped[int]
    people: Mapped[int]
    bound_ppm: Mapped[int]
    target: Mapped[int]
    critical: Mapped[list[Any]] = mapped_column(JSON)
    is_held: Mapped[bool]
    rule_version: Mapped[int]
    recorded_at: Mapped[datetime]


class FlagHold(WithPublicId, Recorded, Base):
    """From–to, a center's state stays as it is, for a reason that someone wrote down."""

    __tablename__ = "flag_hold"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="interval"),
        Index("ix_flag_hold_current", "center_id", "starts_on", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
