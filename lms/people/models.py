"""Person, org unit, job role and the dated facts that join them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.shared.db import Base, Recorded, WithPublicId

CURRENT = text("superseded_at IS NULL")


class Imported(Recorded):
    """A dated fact that a file may have brought or superseded: what undoing that file looks for."""

    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)
    superseded_by_import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)


class OrgUnit(WithPublicId, Base):
    """A center, area or region, or the network. Which stands under which is dated: see `OrgPlacement`."""

    __tablename__ = "org_unit"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(40))
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    network_type: Mapped[str | None] = mapped_column(String(20))
    ownership: Mapped[str | None] = mapped_column(String(20))
    city_ko: Mapped[str | None] = mapped_column(String(60))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    headcount_plan: Mapped[int | None]


class OrgPlacement(Recorded, Base):
    """A unit stands under a parent from–to: center under area, area under region."""

    __tablename__ = "org_placement"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        Index("ix_org_placement_current", "unit_id", "starts_on", sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index("ix_org_placement_parent", "parent_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class OrgClosure(Recorded, Base):
    """A unit that is open again was closed from–to. Its last closing, if it has one, is `OrgUnit.closed_on`."""

    __tablename__ = "org_closure"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        Index("ix_org_closure_current", "unit_id", "starts_on", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class OrgChange(WithPublicId, Base):
    """Someone opened, closed, reopened, moved or renamed a unit. `before` and `after` hold it whole, for undoing."""

    __tablename__ = "org_change"
    __table_args__ = (Index("ix_org_change_unit", "unit_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    kind: Mapped[str] = mapped_column(String(10))
    effective_on: Mapped[date]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    recorded_by: Mapped["Person | None"] = relationship()


class JobRole(Base):
    """A job in the catalog (직무). Whether it counts as front line is dated: see `JobRoleTerm`."""

    __tablename__ = "job_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    title_ko: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80))
    family_ko: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(10))
    onboarding_days: Mapped[int]


class JobRoleTerm(Recorded, Base):
    """From–to, a job role is front line (meets customers) or not."""

    __tablename__ = "job_role_term"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_frontline: Mapped[bool]


class Person(WithPublicId, Base):
    """Someone with a history here. Names repeat; the staff number may change on rehire, the person does not.

    `staff_no` is the number in force (every number ever held is in `StaffNumber`); `search_text` is what people search
    looks through: see `search.rules`.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    search_text: Mapped[str] = mapped_column(String(600), default="")
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)

    postings: Mapped[list["Posting"]] = relationship(viewonly=True, order_by="Posting.starts_on")


class StaffNumber(Base):
    """A staff number (사번) belongs to one person for good; a rehire adds another."""

    __tablename__ = "staff_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    staff_no: Mapped[str] = mapped_column(String(40), unique=True)
    issued_on: Mapped[date]


class Posting(Imported, Base):
    """A person works at a center in a job role from–to. Employed on a day means a posting covers it.

    `is_primary` names the posting whose center and role stand in figures when two overlap.
    """

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        # Both cover who works where in what job on a day, from the person's side and from the center's.
        Index(
            "ix_posting_person",
            "person_id", "starts_on", "ends_on", "is_primary", "center_id", "role_id", "superseded_at",
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
        Index(
            "ix_posting_center",
            "center_id", "starts_on", "ends_on", "is_primary", "person_id", "role_id", "superseded_at",
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
        # What is no longer in force too: a person's whole history, and whether anything names them.
        Index("ix_posting_history", "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    center_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("job_role.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_primary: Mapped[bool] = mapped_column(default=True)

    center: Mapped[OrgUnit] = relationship()
    role: Mapped[JobRole] = relationship()


class Duty(Imported, Base):
    """A person holds a duty over a unit from–to, beside any posting. `granted_by_id` is None for imported ones."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        Index("ix_duty_history", "person_id"),
        Index("ix_duty_person", "person_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index("ix_duty_unit", "unit_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    unit: Mapped[OrgUnit] = relationship()


class Leave(Imported, Base):
    """A person is away from `starts_on` until `ends_on`, the first day back. Dates only, never a reason."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        Index("ix_leave_history", "person_id"),
        Index("ix_leave_person", "person_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PersonMerge(WithPublicId, Base):
    """Two rows turned out to be one human: everything of `merged_id` belongs to `kept_id` until it is undone.

    `restore` holds what undoing needs, by the part of the house whose facts moved.
    """

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    restore: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]


class NamePurpose(Base):
    """A viewer stated why they open the names of a unit's people; good for the rest of that day (ruling 16)."""

    __tablename__ = "name_purpose"
    __table_args__ = (UniqueConstraint("person_id", "unit_id", "stated_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    stated_on: Mapped[date]
    purpose: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime]
