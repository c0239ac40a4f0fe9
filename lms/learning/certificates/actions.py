"""Issuing certificates: the same completion asked for twice has one, and no number is given twice."""

import secrets
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.rules import CODE_LENGTH, Standing, number, standing
from lms.shared.errors import DomainError
from lms.shared.ids import ALPHABET

# Any number that no other lock of ours uses: whoever holds it gives out the next serial.
SERIALS = 2_026_001


def issue(session: Session, actor: Actor, *, enrollment: Enrollment, today: date) -> Certificate:
    """Give a completed enrollment its certificate, or return the one it has.

    Raises:
        DomainError: it is not completed, or was withdrawn ("not_completed").
    """
    # SQLite has one writer; on PostgreSQL a second click waits here for the first and then finds its certificate.
    session.refresh(enrollment, with_for_update=True)
    found = session.scalars(select(Certificate).where(Certificate.enrollment_id == enrollment.id)).one_or_none()
    holds = standing(completed_on=enrollment.completed_on, voided_on=enrollment.voided_on, expires_on=None, on=today)
    if holds is not Standing.VALID:
        raise DomainError("not_completed")
    if found is not None:
        return found
    certificate = Certificate(
        enrollment_id=enrollment.id,
        year=today.year,
        serial=_next_serial(session, today.year),
        check_code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
        issued_at=actor.at,
        issued_by_id=actor.person_id,
    )
    session.add(certificate)
    session.flush()
    audit.record(
        session, actor, "certificates.issue", "certificate", number(certificate.year, certificate.serial),
        subject_ids=[enrollment.person_id],
    )  # fmt: skip
    return certificate


def _next_serial(session: Session, year: int) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(SERIALS, year)))
    latest = session.scalar(select(func.max(Certificate.serial)).where(Certificate.year == year))
    return (latest or 0) + 1
