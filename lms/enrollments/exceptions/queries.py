"""Reading exceptions: who is exempt from what on a day."""

from datetime import date

from sqlalchemy import ColumnElement, FromClause, Select, select, tuple_

from lms.enrollments.exceptions.models import Exemption


def exempt_on(day: date) -> Select[int, int]:
    """Select person_id, course_id of the exemptions in force on a day."""
    return select(Exemption.person_id, Exemption.course_id).where(
        Exemption.superseded_at.is_(None), Exemption.starts_on <= day, Exemption.ends_on > day
    )


def is_exempt(enrollment: FromClause, day: date) -> ColumnElement[bool]:
    """Tell whether an enrollment's person need not take its course on a day.

    Exemptions are few and the question names no enrollment: the database reads them once, not for every row.
    """
    return tuple_(enrollment.c.person_id, enrollment.c.course_id).in_(exempt_on(day))
