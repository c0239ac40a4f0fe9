"""Reading certificates: whose they are, what is printed on one, and what a code stands for."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.courses.rules import expires_on
from lms.enrollments.models import Enrollment
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.rules import Standing, number, standing
from lms.people.models import Person
from lms.people.queries import visible_people
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError


class Issued(NamedTuple):
    """A certificate and what it is about. `expires_on` is the first day it no longer holds, None for ever."""

    public_id: str
    number: str
    code: str
    person: Person
    course: Course
    version: int
    completed_on: date | None
    expires_on: date | None
    issued_at: datetime
    standing: Standing


class Checked(NamedTuple):
    """What anyone may know of a code."""

    standing: Standing
    number: str | None


def get_certificate(session: Session, *, scope: Scope, public_id: str) -> Issued:
    """Return a certificate of someone whom the viewer may see.

    Raises:
        NotFoundError: there is none, or its person is out of scope.
    """
    wanted = (
        select(Certificate, Enrollment, Person, Course, CourseVersion)
        .join(Enrollment, Enrollment.id == Certificate.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .where(Certificate.public_id == public_id, visible_people(scope))
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError
    certificate, enrollment, person, course, version = row
    expiry = _expiry(enrollment.completed_on, version.validity_months)
    return Issued(
        certificate.public_id, number(certificate.year, certificate.serial), certificate.check_code, person, course,
        version.number, enrollment.completed_on, expiry, certificate.issued_at, _standing(enrollment, expiry, scope.on),
    )  # fmt: skip


def check_code(session: Session, *, code: str, on: date) -> Checked:
    """Return what a code stands for on a day; unknown for what is none."""
    wanted = (
        select(Certificate, Enrollment, CourseVersion.validity_months)
        .join(Enrollment, Enrollment.id == Certificate.enrollment_id)
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .where(Certificate.check_code == code)
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        return Checked(Standing.UNKNOWN, None)
    certificate, enrollment, months = row
    found = _standing(enrollment, _expiry(enrollment.completed_on, months), on)
    return Checked(found, number(certificate.year, certificate.serial))


def certificates_of(session: Session, *, person_id: int) -> dict[int, str]:
    """Return the public ids of a person's certificates by enrollment; the person was found within scope."""
    wanted = (
        select(Certificate.enrollment_id, Certificate.public_id)
        .join(Enrollment, Enrollment.id == Certificate.enrollment_id)
        .where(Enrollment.person_id == person_id)
    )
    return dict(session.execute(wanted).all())


def find_certificate(session: Session, *, enrollment_id: int) -> str | None:
    """Return the public id of the certificate of an enrollment that is the viewer's own; None before it is issued."""
    return session.scalar(select(Certificate.public_id).where(Certificate.enrollment_id == enrollment_id))


def _expiry(completed_on: date | None, months: int) -> date | None:
    return expires_on(completed_on, months) if completed_on else None


def _standing(enrollment: Enrollment, expiry: date | None, on: date) -> Standing:
    return standing(completed_on=enrollment.completed_on, voided_on=enrollment.voided_on, expires_on=expiry, on=on)
