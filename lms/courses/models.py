"""The catalog: tiers, competencies, courses and their versions."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.people.models import JobRole
from lms.shared.db import Base, WithPublicId


class Tier(Base):
    """A stage of service education (0–4, and 9 for rolling); `level` orders them. Levels are configurable."""

    __tablename__ = "tier"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name_ko: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))


class Competency(Base):
    """One of the I CARE behaviors: C(onnect), A(nswer), R(epresent), E(xceed)."""

    __tablename__ = "competency"

    code: Mapped[str] = mapped_column(String(1), primary_key=True)
    position: Mapped[int]
    name_ko: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))


class Course(WithPublicId, Base):
    """A course of the catalog. What a learner must do is in its versions; who must take it is in enrollments.

    `due_on` is a fixed due date for everyone, `due_days` a number of days after assignment; with neither, an
    enrollment is never due. `mandatory` is copied onto each enrollment as `required`.
    """

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    tier_level: Mapped[int] = mapped_column(ForeignKey("tier.level"), index=True)
    delivery: Mapped[str] = mapped_column(String(12))
    trigger: Mapped[str | None] = mapped_column(String(12))
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    mandatory: Mapped[bool] = mapped_column(default=True)
    is_critical: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(1))
    field_check_required: Mapped[bool] = mapped_column(default=False)
    field_check_from_days: Mapped[int | None]
    field_check_to_days: Mapped[int | None]
    recheck_days: Mapped[int | None]
    retired_on: Mapped[date | None]

    tier: Mapped[Tier] = relationship()
    versions: Mapped[list["CourseVersion"]] = relationship(back_populates="course", order_by="CourseVersion.number")
    competencies: Mapped[list[Competency]] = relationship(secondary="course_competency", order_by="Competency.position")
    audience: Mapped[list[JobRole]] = relationship(secondary="course_audience", order_by=JobRole.id)
    prerequisites: Mapped[list["Course"]] = relationship(
        secondary="course_prerequisite",
        primaryjoin="Course.id == CoursePrerequisite.course_id",
        secondaryjoin="Course.id == CoursePrerequisite.requires_id",
        order_by="Course.code",
    )


class CourseVersion(Base):
    """What completing the course means, from `effective_on`. Percentages and scores are whole points of 100.

    `pass_score` 0 = no test; `validity_months` 0 = never expires (ruling 13).
    """

    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    effective_on: Mapped[date | None]
    minutes: Mapped[int | None]
    chapters: Mapped[int | None]
    pass_progress_pct: Mapped[int]
    pass_score: Mapped[int]
    max_chapters_per_day: Mapped[int | None]
    validity_months: Mapped[int]
    renewal_window_days: Mapped[int]
    requires_retake: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]

    course: Mapped[Course] = relationship(back_populates="versions")


class CourseCompetency(Base):
    """A course teaches a competency."""

    __tablename__ = "course_competency"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    competency_code: Mapped[str] = mapped_column(ForeignKey("competency.code"), primary_key=True)


class CoursePrerequisite(Base):
    """A course opens once another one is completed."""

    __tablename__ = "course_prerequisite"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    requires_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)


class CourseAudience(Base):
    """A job role the catalog names as target of a course."""

    __tablename__ = "course_audience"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"), primary_key=True)
