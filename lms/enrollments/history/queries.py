"""Reading the staged rows of a history back for the list of refused ones. Only the file's own sender sees them."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, select

from lms.courses.models import Course
from lms.enrollments.history.models import staged
from lms.enrollments.history.rules import MOST_LISTED, Refusals
from lms.imports.rules import RowRefusal
from lms.people.models import Person

TOLD = ("assigned_on", "due_on", "completed_on", "score", "voided_on")


def refuse_staged(
    connection: Connection, which: ColumnElement[bool], column: str, code: str, refusals: Refusals
) -> int:
    """Refuse the staged rows that fit a condition, and return how many were looked at (10,000 at most)."""
    told = [staged.c[name] for name in TOLD]
    rows = connection.execute(
        select(staged.c.line, Person.staff_no, Course.code.label("course_code"), *told)
        .join(Person, Person.id == staged.c.person_id)
        .join(Course, Course.id == staged.c.course_id)
        .where(which)
        .order_by(staged.c.line)
        .limit(MOST_LISTED)
    ).all()
    for line, *values in rows:
        cells = dict(zip(("staff_no", "course_code", *TOLD), map(_text, values), strict=True))
        refusals.add(RowRefusal(line, column, cells[column], code, cells))
    return len(rows)


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
