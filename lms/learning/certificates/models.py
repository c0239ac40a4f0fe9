"""Certificates that were issued. Whether one still holds is computed from its enrollment, never stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.enrollments.models import Enrollment
from lms.learning.certificates.rules import CODE_LENGTH
from lms.shared.db import Base, WithPublicId


class Certificate(WithPublicId, Base):
    """One for each completed enrollment that asked for it. `check_code` is what the QR code leads to."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("year", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), unique=True)
    year: Mapped[int]
    serial: Mapped[int]
    check_code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    enrollment: Mapped[Enrollment] = relationship()
