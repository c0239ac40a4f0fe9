"""Checks after training, what their forms sent so far, and how observers were calibrated."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.rules import CheckState
from lms.observations.models import ItemSet, Observation, StandardItem
from lms.people.models import OrgUnit, Person
from lms.shared.db import Base, WithPublicId

STILL_OPEN = text("state IN ('PLANNED', 'DRAFT')")
# A check after training follows a completion; one of self-monitoring belongs to a round, and nothing else.
OF_ITS_KIND = (
    "CASE WHEN kind = 'MONITORING' THEN round_id IS NOT NULL AND enrollment_id IS NULL AND course_id IS NULL"
    " AND completed_on IS NULL AND follows_id IS NULL"
    " ELSE round_id IS NULL AND enrollment_id IS NOT NULL AND course_id IS NOT NULL AND completed_on IS NOT NULL END"
)


class FieldCheck(WithPublicId, Base):
    """Someone is to be seen doing what a course taught them, in a window of days, and what became of it.

    Or, in a round of self-monitoring, what their job asks of them. `item_set_id` is the version of the standard in
    force when it was planned, of self-monitoring what its form asks; `observer_id` is who is asked, and from the
    submission on who observed. `observation_id` holds what was seen. `response` is what the person checked says to
    it, `resolution` how a dispute was answered. Every step stands in the trail besides.
    """

    __tablename__ = "field_check"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "kind"),
        UniqueConstraint("round_id", "person_id"),
        CheckConstraint(OF_ITS_KIND, name="kind"),
        CheckConstraint("closes_on >= opens_on", name="window"),
        # Nobody checks themselves, nor is their own second pair of eyes.
        CheckConstraint("observer_id <> person_id", name="observer"),
        CheckConstraint("second_observer_id NOT IN (person_id, observer_id)", name="second_observer"),
        Index("ix_field_check_open", "closes_on", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
        Index("ix_field_check_center", "center_id", "state", "closes_on"),
        Index("ix_field_check_person", "person_id"),
        Index("ix_field_check_observer", "observer_id"),
        Index("ix_field_check_trained", "completed_on", "center_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    enrollment_id: Mapped[int | None] = mapped_column(ForeignKey("enrollment.id"))
    completed_on: Mapped[date | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("monitoring_round.id"))
    kind: Mapped[str] = mapped_column(String(10))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("field_check.id"), unique=True)
    item_set_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default=CheckState.PLANNED)
    observer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    observation_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"), unique=True)
    submit_key: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None]
    needs_second: Mapped[bool] = mapped_column(default=False)
    second_observer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    second_agrees: Mapped[bool | None]
    second_note: Mapped[str | None] = mapped_column(String(300))
    second_at: Mapped[datetime | None]
    response: Mapped[str | None] = mapped_column(String(300))
    responded_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(String(300))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    closed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys="FieldCheck.person_id")
    observer: Mapped[Person | None] = relationship(foreign_keys="FieldCheck.observer_id")
    second_observer: Mapped[Person | None] = relationship(foreign_keys="FieldCheck.second_observer_id")
    closed_by: Mapped[Person | None] = relationship(foreign_keys="FieldCheck.closed_by_id")
    center: Mapped[OrgUnit] = relationship()
    course: Mapped[Course | None] = relationship()
    round: Mapped[MonitoringRound | None] = relationship()
    item_set: Mapped[ItemSet] = relationship()
    observation: Mapped[Observation | None] = relationship()
    follows: Mapped["FieldCheck | None"] = relationship(remote_side="FieldCheck.id")


class FieldCheckAnswer(Base):
    """One answer as the form sent it, by the key that the form made; of an item the latest counts."""

    __tablename__ = "field_check_answer"
    __table_args__ = (UniqueConstraint("check_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("field_check.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("standard_item.id"))
    key: Mapped[str] = mapped_column(String(40))
    body_sha256: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(14))
    value: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(300))
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_at: Mapped[datetime]

    item: Mapped[StandardItem] = relationship()


class FieldCheckForm(Base):
    """What a form asked, as an item set of its own: that part of a version of the standard. Equal forms share one.

    So an observation's item set is all that was asked, and what was not asked counts neither way. `items` are the
    items' ids in order.
    """

    __tablename__ = "field_check_form"
    __table_args__ = (UniqueConstraint("version_id", "items"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"))
    items: Mapped[str] = mapped_column(String(1000))
    item_set_id: Mapped[int] = mapped_column(ForeignKey("item_set.id"), unique=True)


class ObserverCalibration(Base):
    """How far an observer agreed with the reference on a day, in whole percent, and the first day it is out."""

    __tablename__ = "observer_calibration"
    __table_args__ = (
        UniqueConstraint("person_id", "calibrated_on", "recorded_at"),
        CheckConstraint("agreement BETWEEN 0 AND 100", name="agreement"),
        CheckConstraint("recorded_by_id <> person_id", name="recorded_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    calibrated_on: Mapped[date]
    agreement: Mapped[int]
    valid_until: Mapped[date]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_at: Mapped[datetime]
