"""The audit trail, and the monthly reviews of it. The database itself refuses to change or remove a row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.shared.db import Base, WithPublicId


class AuditEvent(WithPublicId, Base):
    """One line of the trail: who did or saw what, about whom, when, from where and why. Only ever inserted.

    `is_listed` tells that `AuditSubject` names everyone the line is about; where it is not, `detail` (with the
    object) holds what finds them again.
    """

    __tablename__ = "audit_event"
    # Each search reads newest first from the index that fits it.
    __table_args__ = (
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_actor", "actor_id", "at", "id"),
        Index("ix_audit_event_action", "action", "at", "id"),
        Index("ix_audit_event_origin", "origin", "at", "id"),
        Index("ix_audit_event_object", "object_type", "object_id"),
        # Few, and asked for by every search for a person: who may be in a set that is kept as a query.
        Index(
            "ix_audit_event_unlisted", "at", "id",
            sqlite_where=text("is_listed = 0"), postgresql_where=text("is_listed = false"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # A plain number, not a foreign key: the trail outlives the person's row and sits below `people`.
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(120))
    subject_count: Mapped[int] = mapped_column(default=0)
    is_listed: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    subjects: Mapped[list["AuditSubject"]] = relationship(order_by="AuditSubject.person_id")

    @property
    def subject_ids(self) -> list[int] | None:
        """Return whom the line is about, by database id; None when only their number is kept."""
        found = [subject.person_id for subject in self.subjects]
        return found if found or self.is_listed else None


class AuditSubject(Base):
    """A line of the trail is about a person. A plain number as well: the trail outlives the person's row."""

    __tablename__ = "audit_subject"
    __table_args__ = (Index("ix_audit_subject_person", "person_id", "event_id"), {"sqlite_with_rowid": False})

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditReview(Base):
    """The review of one calendar month of the trail, signed; there is no row before that, and it never changes.

    `month` is its first day; `figures` is what the reviewer saw, as counted at the moment of signing.
    """

    __tablename__ = "audit_review"

    month: Mapped[date] = mapped_column(primary_key=True)
    findings: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int]
    signed_by: Mapped[str] = mapped_column(String(120))
