"""Assignment rules, their versions, which courses stand for which, why an enrollment is there, and runs over people."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.people.models import Person
from lms.shared.db import Base, Recorded, WithPublicId

CURRENT = text("superseded_at IS NULL")


class AssignmentRule(WithPublicId, Base):
    """A rule that assigns by itself. What it says is in its versions."""

    __tablename__ = "assignment_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    versions: Mapped[list["AssignmentRuleVersion"]] = relationship(
        back_populates="rule", order_by="AssignmentRuleVersion.number"
    )


class AssignmentRuleVersion(WithPublicId, Base):
    """What a rule says from `valid_from` until `valid_to` (first day out) or until a later published version begins.

    `terms` is `rules_terms.to_json` and changes only while `state` is DRAFT; `valid_from` and `valid_to` repeat its
    dates, and ending the rule changes `valid_to` alone. See `rules_terms.VersionState`.
    """

    __tablename__ = "assignment_rule_version"
    __table_args__ = (
        UniqueConstraint("rule_id", "number"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("assignment_rule.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str | None] = mapped_column(String(40), unique=True)

    rule: Mapped[AssignmentRule] = relationship(back_populates="versions")
    published_by: Mapped[Person | None] = relationship(foreign_keys="AssignmentRuleVersion.published_by_id")


class CourseEquivalence(Recorded, Base):
    """Completing `counts_id` counts as completing `course_id`: nobody is asked for what they did in another form."""

    __tablename__ = "course_equivalence"
    __table_args__ = (
        CheckConstraint("course_id <> counts_id", name="two_courses"),
        Index("ix_course_equivalence_current", "course_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    counts_id: Mapped[int] = mapped_column(ForeignKey("course.id"))


class RuleRun(WithPublicId, Base):
    """A pass of rules over many people, in batches: the daily sync (no version), a rehearsal, a publication.

    `last_person_id` is how far it came, so that it goes on where it stopped; `sums` is what it counted so far.
    """

    __tablename__ = "rule_run"
    __table_args__ = (Index("ix_rule_run_version", "version_id", "id"), Index("ix_rule_run_kind", "kind", "as_of"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_rule_version.id"))
    as_of: Mapped[date]
    people: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    last_person_id: Mapped[int] = mapped_column(default=0)
    sums: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failure: Mapped[str | None] = mapped_column(String(60))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # Made by the form that asked: the same form sent twice acts once.
    request_key: Mapped[str | None] = mapped_column(String(40), unique=True)

    version: Mapped[AssignmentRuleVersion | None] = relationship()
    requested_by: Mapped[Person | None] = relationship()


class RuleRunLine(Base):
    """What a run would do, or did, to one person's one course; `effect` is the run's own word."""

    __tablename__ = "rule_run_line"
    __table_args__ = (Index("ix_rule_run_line_run", "run_id", "effect", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("rule_run.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    center_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    enrollment_id: Mapped[int | None] = mapped_column(ForeignKey("enrollment.id", ondelete="SET NULL"))
    effect: Mapped[str] = mapped_column(String(12))
    due_on: Mapped[date | None]
    is_due: Mapped[bool] = mapped_column(default=False)
    is_overdue: Mapped[bool] = mapped_column(default=False)
    is_impossible: Mapped[bool] = mapped_column(default=False)


class EnrollmentReason(Recorded, Base):
    """A rule's version asked for an enrollment, on an occasion, with a due date of its own.

    `occasion` is a `Trigger` or RENEWAL; `starts_on` its day, `ends_on` the first day the rule no longer asks: None
    while it does. `due_on` is what this rule alone would have set. Two rules: two rows, one enrollment. `run_id` names
    the publication that brought it.
    """

    __tablename__ = "enrollment_reason"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="interval"),
        Index("ix_enrollment_reason_enrollment", "enrollment_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index("ix_enrollment_reason_version", "version_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_rule_version.id"))
    occasion: Mapped[str] = mapped_column(String(12))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    due_on: Mapped[date | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("rule_run.id"))

    version: Mapped[AssignmentRuleVersion] = relationship()
