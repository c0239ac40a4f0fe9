"""Reading exceptions: who is exempt from what on a day."""

from datetime import date

from sqlalchemy import ColumnElement, FromClause, and_, literal, select

from lms.enrollments.exceptions.models import Exemption


def in_force(day: date) -> ColumnElement[bool]:
    """Return the condition that an exemption is in force on a day."""
    return and_(Exemption.superseded_at.is_(None), Exemption.starts_on <= day, Exemption.ends_on > day)


def is_exempt(enrollment: FromClause, day: date) -> ColumnElement[bool]:
    """Tell whether an enrollment's person need not take its course on a day.

    Who is exempt from anything is read once, not for every row, as they are few; of what, only for them. (SQLite looks
    for a pair in a list of pairs from end to end.)
    """
    someone = select(Exemption.person_id).where(in_force(day))
    of_this = select(literal(1)).where(
        Exemption.person_id == enrollment.c.person_id, Exemption.course_id == enrollment.c.course_id, in_force(day)
    )
    return and_(enrollment.c.person_id.in_(someone), of_this.correlate(enrollment).exists())
