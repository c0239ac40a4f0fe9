"""Exemptions, extensions and outages as dated facts; what was asked for, and by whom decided, apart from them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.people.models import CURRENT, Person
from lms.shared.db import Base, Recorded, WithPublicId


class ExceptionRequest(WithPublicId, Base):
    """Someone asked for an exemption, an extension or credit; what became of it, by whom and why.

    `starts_on` and `ends_on` are the interval of an exemption, `due_on` the due date an extension asks for (and, once
    granted, the one that was granted), `completed_on` the day of the learning that credit is asked for. `enrollment_id`
    names the cycle an extension is about.
    """

    __tablename__ = "exception_request"
    __table_args__ = (
        UniqueConstraint("request_key", "course_id"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_the_subject"),
        Index("ix_exception_request_waiting", "kind", "id", sqlite_where=text("state = 'PENDING'"),
              postgresql_where=text("state = 'PENDING'")),
        Index("ix_exception_request_person", "person_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    enrollment_id: Mapped[int | None] = mapped_column(ForeignKey("enrollment.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    due_on: Mapped[date | None]
    completed_on: Mapped[date | None]
    reason_code: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300))
    evidence_note: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None] = mapped_column(String(300))
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str] = mapped_column(String(40))

    person: Mapped[Person] = relationship(foreign_keys="ExceptionRequest.person_id")
    course: Mapped[Course] = relationship()
    enrollment: Mapped[Enrollment | None] = relationship()
    requested_by: Mapped[Person | None] = relationship(foreign_keys="ExceptionRequest.requested_by_id")
    decided_by: Mapped[Person | None] = relationship(foreign_keys="ExceptionRequest.decided_by_id")


class Exemption(Recorded, Base):
    """A person need not take a course from–to: on those days none of its cycles is in a rate."""

    __tablename__ = "exemption"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="interval"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> person_id", name="not_by_the_subject"),
        # Covers whom a day leaves out of rates, and what is known of a person.
        Index(
            "ix_exemption_current", "person_id", "course_id", "starts_on", "ends_on", "superseded_at",
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason_code: Mapped[str] = mapped_column(String(20))
    evidence_note: Mapped[str] = mapped_column(String(300))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("exception_request.id"))


class Extension(Recorded, Base):
    """An enrollment need not be completed before `due_on`, whatever else moves its due date."""

    __tablename__ = "extension"
    __table_args__ = (
        Index("ix_extension_current", "enrollment_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    due_on: Mapped[date]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("exception_request.id"))


class Outage(WithPublicId, Recorded, Base):
    """Nobody could learn from–to: what falls due on those days is due as many days later, for everyone."""

    __tablename__ = "outage"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="interval"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str] = mapped_column(String(40), unique=True)

    recorded_by: Mapped[Person | None] = relationship()
