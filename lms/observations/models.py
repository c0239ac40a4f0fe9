"""Behavior, standard and its items; the observation that checks, self-monitoring, inspections and visits share."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course
from lms.people.models import CURRENT, JobRole
from lms.shared.db import Base, Recorded, WithPublicId


class Behavior(WithPublicId, Base):
    """One thing that people do or leave, with one id wherever it is taught, checked or shopped for.

    Stage, dimension and I CARE letters sort it for good, through all versions; real histories come without.
    """

    __tablename__ = "behavior"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(500))
    name_en: Mapped[str] = mapped_column(String(500))
    stage: Mapped[str | None] = mapped_column(String(10))
    dimension_code: Mapped[str | None] = mapped_column(String(3))
    i_care: Mapped[str] = mapped_column(String(4), default="", server_default="")
    recorded_at: Mapped[datetime]

    courses: Mapped[list[Course]] = relationship(secondary="behavior_course", order_by=Course.code)
    roles: Mapped[list[JobRole]] = relationship(secondary="behavior_role", order_by=JobRole.id)


class BehaviorCourse(Base):
    """A course teaches a behavior."""

    __tablename__ = "behavior_course"

    behavior_id: Mapped[int] = mapped_column(ForeignKey("behavior.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)


class BehaviorRole(Base):
    """A behavior is asked of a job role. One without any is asked of everyone, or of the center itself."""

    __tablename__ = "behavior_role"

    behavior_id: Mapped[int] = mapped_column(ForeignKey("behavior.id"), primary_key=True)
    job_role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"), primary_key=True)


class Standard(WithPublicId, Base):
    """A set of items that a network holds itself to. Its versions are item sets."""

    __tablename__ = "standard"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(120), server_default="")
    name_en: Mapped[str] = mapped_column(String(120), server_default="")
    recorded_at: Mapped[datetime]


class StandardItem(Base):
    """An item of a standard, the same through all of its versions; several may ask for one behavior."""

    __tablename__ = "standard_item"
    __table_args__ = (UniqueConstraint("standard_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    behavior_id: Mapped[int] = mapped_column(ForeignKey("behavior.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))

    behavior: Mapped[Behavior] = relationship()


class ItemSet(WithPublicId, Base):
    """Items that are asked together: one version of a standard. It never changes; observations stay tied to theirs.

    `effective_from` is the day it is asked from; a history's versions have none, as their visits say when.
    """

    __tablename__ = "item_set"
    __table_args__ = (UniqueConstraint("standard_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    number: Mapped[int]
    effective_from: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    recorded_at: Mapped[datetime]

    standard: Mapped[Standard] = relationship()
    items: Mapped[list["ItemSetItem"]] = relationship(order_by="ItemSetItem.place")


class ItemSetItem(Base):
    """An item as an item set words and weighs it."""

    __tablename__ = "item_set_item"
    __table_args__ = ({"sqlite_with_rowid": False},)

    item_set_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("standard_item.id"), primary_key=True)
    place: Mapped[int]
    text_ko: Mapped[str] = mapped_column(String(500))
    text_en: Mapped[str] = mapped_column(String(500))
    is_critical: Mapped[bool]
    response_type: Mapped[str] = mapped_column(String(10))
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    method: Mapped[str] = mapped_column(String(40), default="", server_default="")
    evidence_ko: Mapped[str] = mapped_column(String(80), default="", server_default="")
    na_allowed: Mapped[bool] = mapped_column(default=False, server_default=false())

    item: Mapped[StandardItem] = relationship()


class StandardReading(Base):
    """Someone read a version of a standard and said so, once."""

    __tablename__ = "standard_reading"

    item_set_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    read_at: Mapped[datetime]


class Observation(WithPublicId, Recorded, Base):
    """Someone looked: when, where, at whom or which center, and what came of it.

    Every item of the set was met but for those in `ObservationResult`. `items_applicable` and `items_met` count them,
    without those not applicable or not observed; `points` of `points_possible` are the visit's own score, where it
    has one. `reference` is the number it bears where it was made. A correction supersedes it.
    """

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("items_met BETWEEN 0 AND items_applicable", name="items"),
        CheckConstraint("points BETWEEN 0 AND points_possible", name="points"),
        # Nobody checks themselves.
        CheckConstraint("subject_id <> observer_id", name="observer"),
        Index(
            "uq_observation_reference", "reference", unique=True,
            sqlite_where=text("superseded_at IS NULL"), postgresql_where=text("superseded_at IS NULL"),
        ),
        # All that figures of a center, a region or the network ask, so that they need not read the rows.
        Index(
            "ix_observation_center",
            "center_id", "observed_on", "kind", "points", "points_possible", "items_met", "items_applicable",
            "superseded_at",
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
        Index(
            "ix_observation_day",
            "observed_on", "kind", "center_id", "points", "points_possible", "superseded_at",
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
        # All that the thread of a behavior asks of the item sets it stands in.
        Index(
            "ix_observation_item_set",
            "item_set_id", "occasion", "observer_kind", "observed_on", "center_id", "superseded_at",
        ),
        Index("ix_observation_import", "import_id"),
        Index(
            "ix_observation_subject", "subject_id",
            sqlite_where=text("subject_id IS NOT NULL"), postgresql_where=text("subject_id IS NOT NULL"),
        ),
        Index(
            "ix_observation_observer", "observer_id",
            sqlite_where=text("observer_id IS NOT NULL"), postgresql_where=text("observer_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str | None] = mapped_column(String(60))
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    observer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    observer_kind: Mapped[str] = mapped_column(String(12))
    observed_on: Mapped[date]
    item_set_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"))
    items_applicable: Mapped[int]
    items_met: Mapped[int]
    points: Mapped[int | None]
    points_possible: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))


class ObservationResult(Base):
    """What was seen of an item that was not simply met. `met` is None when it counts neither way."""

    __tablename__ = "observation_result"
    __table_args__ = (
        Index("ix_observation_result_item", "item_id", "met", "observation_id"),
        {"sqlite_with_rowid": False},
    )

    observation_id: Mapped[int] = mapped_column(ForeignKey("observation.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("standard_item.id"), primary_key=True)
    met: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(String(14))
    value: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
