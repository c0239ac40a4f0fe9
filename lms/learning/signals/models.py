"""What the signals found in each completion, and the prints by which a replay is known."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.learning.progress.models import StudyRecord
from lms.learning.signals.rules import NOTE_MOST
from lms.learning.signals.rules_prints import LENGTH
from lms.people.models import Person
from lms.shared.db import Base, WithPublicId

DOUBTED = text("is_doubtful")


class SignalCheck(WithPublicId, Base):
    """One completion, looked at once. `signals` holds `{"signal": …, "figures": {…}}` for each that was found.

    Whoever looks into a doubt leaves a note; the enrollment stays as it is whatever was found.
    """

    __tablename__ = "signal_check"
    __table_args__ = (
        Index("ix_signal_check_doubtful", "evaluated_at", "id", sqlite_where=DOUBTED, postgresql_where=DOUBTED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"), unique=True)
    rule_version: Mapped[int]
    evaluated_at: Mapped[datetime]
    is_doubtful: Mapped[bool]
    signals: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    note: Mapped[str | None] = mapped_column(String(NOTE_MOST))

    record: Mapped[StudyRecord] = relationship()
    checked_by: Mapped[Person | None] = relationship()


class StudyPrint(Base):
    """A print of a completion that was looked at (`rules_prints`)."""

    __tablename__ = "study_print"

    print: Mapped[str] = mapped_column(String(LENGTH), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"), primary_key=True)
