"""People with postings and leaves, and enrollments, for tests about enrollments."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments import actions
from lms.enrollments.exceptions.models import Exemption
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, ImportState
from lms.people.models import Duty, JobRole, Leave, OrgPlacement, OrgUnit, Person, Posting, StaffNumber
from lms.people.rules import UnitKind

NOW = datetime(2019, 6, 1, 3, tzinfo=UTC)
LONG_AGO = date(2015, 1, 1)


def actor_at(moment: datetime = NOW, person_id: int | None = None) -> Actor:
    """Return an actor who acts at `moment`."""
    return Actor(person_id=person_id, label="test", origin="test", at=moment)


def add_unit(session: Session, code: str, kind: UnitKind = UnitKind.CENTER, under: OrgUnit | None = None) -> OrgUnit:
    """Add an org unit, placed under another one since long ago."""
    unit = OrgUnit(kind=kind, code=code, name_ko=f"{code} 센터", name_en=f"Unit {code}")
    session.add(unit)
    session.flush()
    if under is not None:
        placement = OrgPlacement(unit_id=unit.id, parent_id=under.id, starts_on=LONG_AGO, recorded_at=NOW)
        session.add(placement)
        session.flush()
    return unit


def role_id(session: Session, code: str) -> int:
    """Return the id of a job role of the first migration."""
    return session.scalars(select(JobRole.id).where(JobRole.code == code)).one()


def add_person(
    session: Session, staff_no: str, center: OrgUnit, role: str = "SA", hired_on: date = LONG_AGO, at: datetime = NOW
) -> Person:
    """Add a person with one open posting."""
    person = Person(staff_no=staff_no, name=f"사람 {staff_no}", recorded_at=at)
    session.add(person)
    session.flush()
    session.add(StaffNumber(person_id=person.id, staff_no=staff_no, issued_on=hired_on))
    add_posting(session, person, center, role, hired_on, at=at)
    return person


def add_posting(
    session: Session, person: Person, center: OrgUnit, role: str, starts_on: date, at: datetime = NOW
) -> Posting:
    """Add a posting from a day on, and end the one before it there."""
    for before in session.scalars(
        select(Posting).where(
            Posting.person_id == person.id, Posting.ends_on.is_(None), Posting.superseded_at.is_(None)
        )
    ):
        end_posting(session, before, starts_on, at)
    posting = Posting(
        person_id=person.id, center_id=center.id, role_id=role_id(session, role), starts_on=starts_on, recorded_at=at
    )
    session.add(posting)
    session.flush()
    return posting


def end_posting(session: Session, posting: Posting, ends_on: date, at: datetime) -> None:
    """Give a posting its end the way the product does: a new row supersedes the old one."""
    posting.superseded_at = at
    copied = {name: getattr(posting, name) for name in ("person_id", "center_id", "role_id", "starts_on", "is_primary")}
    session.add(Posting(**copied, ends_on=ends_on, recorded_at=at))
    session.flush()


def add_leave(
    session: Session, person: Person, starts_on: date, ends_on: date | None = None, at: datetime = NOW
) -> Leave:
    """Add a leave."""
    leave = Leave(person_id=person.id, starts_on=starts_on, ends_on=ends_on, recorded_at=at)
    session.add(leave)
    session.flush()
    return leave


def add_duty(session: Session, person: Person, unit: OrgUnit, kind: str, starts_on: date = LONG_AGO) -> Duty:
    """Add an open duty."""
    duty = Duty(person_id=person.id, unit_id=unit.id, kind=kind, starts_on=starts_on, recorded_at=NOW)
    session.add(duty)
    session.flush()
    return duty


def add_exemption(
    session: Session, person_id: int, course_id: int, starts_on: date = LONG_AGO, ends_on: date = date(2100, 1, 1)
) -> Exemption:
    """Add an exemption, with nobody having asked for it."""
    exemption = Exemption(
        person_id=person_id, course_id=course_id, starts_on=starts_on, ends_on=ends_on, reason_code="OTHER",
        evidence_note="", recorded_at=NOW,
    )  # fmt: skip
    session.add(exemption)
    session.flush()
    return exemption


def add_run(session: Session, at: datetime = NOW) -> ImportRun:
    """Add the record of a history file that came in."""
    run = ImportRun(
        kind=ImportKind.HISTORY, state=ImportState.APPLYING, file_name="history.csv", sha256="0" * 64,
        requested_by="test", recorded_at=at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def add_enrollment(
    session: Session, person: Person, course: Course, assigned_on: date = date(2019, 5, 1), **values: Any
) -> Enrollment:
    """Enroll a person by assignment."""
    arguments = {"source": Source.ASSIGNMENT, "actor": actor_at()} | values
    return actions.enroll(session, person_id=person.id, course=course, assigned_on=assigned_on, **arguments)
