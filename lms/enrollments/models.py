"""Enrollment: person × course × cycle, the unit every rate counts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course, CourseVersion
from lms.people.models import Person
from lms.shared.db import Base, WithPublicId


class Assignment(WithPublicId, Base):
    """Someone assigned a course to job roles at centers: what was asked for, why, and how many it reached.

    `unit_codes` name units as "KIND:CODE", since a code is unique within its kind only.
    """

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    role_codes: Mapped[list[str]] = mapped_column(JSON)
    unit_codes: Mapped[list[str]] = mapped_column(JSON)
    assigned_on: Mapped[date]
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(300))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    enrolled: Mapped[int] = mapped_column(default=0)
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str] = mapped_column(String(40), unique=True)

    course: Mapped[Course] = relationship()
    created_by: Mapped[Person | None] = relationship()


class Recording(WithPublicId, Base):
    """Someone recorded completions of others by hand: of which day, how that is known, and why it is recorded so.

    Whose they are is on its line of the audit trail; each enrollment keeps what was recorded of it.
    """

    __tablename__ = "recording"

    id: Mapped[int] = mapped_column(primary_key=True)
    completed_on: Mapped[date]
    evidence_kind: Mapped[str] = mapped_column(String(20))
    evidence_note: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(300))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    recorded: Mapped[int] = mapped_column(default=0)
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str] = mapped_column(String(40), unique=True)


class EnrollmentState:
    """What may change on an enrollment; the same columns on the row in force and on its former versions.

    Whose it is, and as which cycle, changes when two people turn out to be one or a history comes late. Dates are
    local days. `due_on` is the effective due date (after leave and graces), `nominal_due_on` the one assigned; None
    means never due. `completed_on` is the recorded completion, whatever the score. Who recorded or corrected it by
    hand, how it is known and why, stand beside it; all four are empty for what came by itself.
    """

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cycle: Mapped[int] = mapped_column(default=1)
    has_later_cycle: Mapped[bool] = mapped_column(default=False)
    required: Mapped[bool]
    assigned_on: Mapped[date]
    nominal_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    completed_on: Mapped[date | None]
    completed_at: Mapped[datetime | None]
    score: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    voided_on: Mapped[date | None]
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence_kind: Mapped[str | None] = mapped_column(String(20))
    evidence_note: Mapped[str | None] = mapped_column(String(300))
    completion_reason: Mapped[str | None] = mapped_column(String(300))
    recorded_at: Mapped[datetime]


# The columns that a former version keeps, in one order for every copy.
STATE = tuple(EnrollmentState.__annotations__)
BY_HAND_ONLY = text("recorded_by_id IS NOT NULL")
# Those of them that tell of a completion recorded by hand.
BY_HAND = ("recorded_by_id", "evidence_kind", "evidence_note", "completion_reason")


class Enrollment(EnrollmentState, Base):
    """What someone must (or may) take, since when, by when and why; it exists for everyone who must, opened or not.

    `cycle` counts from 1 per person × course. `has_later_cycle` tells that a higher cycle exists, so that rates
    need to look for it only there. Former versions are in `EnrollmentRevision`.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "cycle"),
        CheckConstraint("cycle >= 1", name="cycle"),
        # Covers the rate of a person and of a course without touching the table.
        Index(
            "ix_enrollment_person_rate",
            "person_id", "required", "due_on", "assigned_on", "completed_on", "voided_on", "has_later_cycle",
            "course_id", "cycle",
        ),
        Index(
            "ix_enrollment_course_rate",
            "course_id", "person_id", "required", "due_on", "assigned_on", "completed_on", "voided_on",
            "has_later_cycle", "cycle",
        ),
        # The later cycles of a course, which are few: what they make an earlier one of.
        Index(
            "ix_enrollment_later_cycle",
            "person_id", "course_id", "cycle", "required", "due_on", "assigned_on", "voided_on",
            sqlite_where=text("cycle > 1"), postgresql_where=text("cycle > 1"),
        ),
        Index("ix_enrollment_import", "import_id"),
        # What was recorded lately: left out of what was known then.
        Index("ix_enrollment_recorded_at", "recorded_at"),
        # Few are recorded by hand: whose they are is asked before a person goes.
        Index("ix_enrollment_recorded_by", "recorded_by_id", sqlite_where=BY_HAND_ONLY, postgresql_where=BY_HAND_ONLY),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    source: Mapped[str] = mapped_column(String(12))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)

    person: Mapped[Person] = relationship(foreign_keys="Enrollment.person_id")
    recorded_by: Mapped[Person | None] = relationship(foreign_keys="Enrollment.recorded_by_id")
    course: Mapped[Course] = relationship()
    course_version: Mapped[CourseVersion] = relationship()
    assignment: Mapped[Assignment | None] = relationship()


class EnrollmentRevision(EnrollmentState, Base):
    """A former version of an enrollment, in force from `recorded_at` until `superseded_at`."""

    __tablename__ = "enrollment_revision"
    __table_args__ = (
        Index("ix_enrollment_revision_enrollment", "enrollment_id", "recorded_at"),
        Index(
            "ix_enrollment_revision_recorded_by",
            "recorded_by_id",
            sqlite_where=BY_HAND_ONLY,
            postgresql_where=BY_HAND_ONLY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    superseded_at: Mapped[datetime] = mapped_column(index=True)
    cause: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
