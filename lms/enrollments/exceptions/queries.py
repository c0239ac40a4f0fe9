"""Reading exceptions: who is exempt from what on a day."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, literal_column, select

from lms.enrollments.exceptions.models import Exemption


def in_force(day: date) -> ColumnElement[bool]:
    """Return the condition that an exemption is in force on a day."""
    return and_(Exemption.superseded_at.is_(None), Exemption.starts_on <= day, Exemption.ends_on > day)


def is_exempt(enrollment: FromClause, day: date) -> ColumnElement[bool]:
    """Tell whether an enrollment's person need not take its course on a day.

    Who is exempt, and from what, is read once and not for every row: PostgreSQL adds up with one process only what
    asks again for each. First who, as they are few; then from what, as one number, since SQLite looks for a pair in a
    list of pairs from end to end.
    """
    someone = select(Exemption.person_id).where(in_force(day))
    pairs = select(_pair(Exemption.person_id, Exemption.course_id)).where(in_force(day))
    person_id = enrollment.c.person_id
    return and_(person_id.in_(someone), _pair(person_id, enrollment.c.course_id).in_(pairs))


def _pair(person_id: Any, course_id: Any) -> ColumnElement[int]:
    """Return one number for a person and a course; both ids are below 2³¹."""
    number: ColumnElement[int] = person_id * literal_column(str(2**32), BigInteger) + course_id
    return number
