"""Study records, how far each module is, and every post that a player sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition
from lms.people.models import Person
from lms.shared.db import Base, WithPublicId
from lms.shared.ids import PUBLIC_ID_LENGTH


class StudyRecord(WithPublicId, Base):
    """What someone does in a course for one enrollment; made when they first open it.

    `seconds` is the study time credited by the server's clock, `last_at` the instant of the latest post, `last_key`
    the module it was about; `revision` counts how often the record or one of its modules was written. `completed_at` is
    when the criteria were met, `evidence_level` how that is known (`rules.EvidenceLevel`); the completion itself is on
    the enrollment.
    """

    __tablename__ = "study_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    seconds: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    last_key: Mapped[str | None] = mapped_column(String(PUBLIC_ID_LENGTH))
    revision: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime | None]
    evidence_level: Mapped[str | None] = mapped_column(String(12))

    enrollment: Mapped[Enrollment] = relationship()
    edition: Mapped[Edition] = relationship()


class ModuleProgress(Base):
    """How far a module is. By the module's key, so that it holds in a later edition that carries the module over.

    `percent` never falls; `ranges` are the watched seconds of a video, the pages seen of a document, or the hundredths
    read of a page, as sorted half-open pairs from 0; `position` is where to go on. `score` is the best of a quiz, in
    whole points of 100. `opened_on` is the local day of `opened_at`; `attended_on` that of a session in person, which
    the witness vouches for.
    """

    __tablename__ = "module_progress"

    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), primary_key=True)
    percent: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    position: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ranges: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    score: Mapped[int | None]
    opened_at: Mapped[datetime]
    opened_on: Mapped[date]
    last_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    attended_on: Mapped[date | None]
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    witness: Mapped[Person | None] = relationship()


class ProgressPost(Base):
    """One post as it came, and what was answered: the same key again gives the same answer.

    `said_at` is the device's clock, evidence only; `device` a random name that the browser keeps.
    """

    __tablename__ = "progress_post"
    __table_args__ = (
        UniqueConstraint("record_id", "key"),
        Index("ix_progress_post_received", "record_id", "received_at"),
        Index("ix_progress_post_device", "device", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"))
    key: Mapped[str] = mapped_column(String(40))
    body_sha256: Mapped[str] = mapped_column(String(64))
    module_key: Mapped[str | None] = mapped_column(String(PUBLIC_ID_LENGTH))
    kind: Mapped[str] = mapped_column(String(12))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    said_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    device: Mapped[str | None] = mapped_column(String(40))
