"""The frozen rows of a month with names beside them, as they are known now; units as they stood at its end."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.months.models import MonthClose
from lms.completion.months.queries import get_close
from lms.completion.months.rules import last_day
from lms.completion.months.rules_snapshot import FrozenRow, unpack
from lms.completion.queries_labels import NOWHERE, Label, Place, course_labels, load_organization, role_labels
from lms.completion.rules import EnrollmentState
from lms.people.models import Person
from lms.people.rules import Scope
from lms.reports.queries import Row, Words
from lms.shared.errors import NotFoundError

GONE = ("", "")


def iter_frozen_rows(session: Session, *, scope: Scope, month: date, number: int, words: Words) -> Iterator[Row]:
    """Yield every enrollment that counted in a closed month, by staff number and course.

    Raises:
        NotFoundError: the viewer does not see the people of the whole network, or there is no such snapshot.
    """
    if not scope.network:
        raise NotFoundError
    close = get_close(session, month=month, number=number)
    people = {public_id: (staff_no, name) for public_id, staff_no, name in session.execute(
        select(Person.public_id, Person.staff_no, Person.name)
    )}  # fmt: skip
    names = _Names(session, last_day(month), words)
    rows = ((people.get(row.person, GONE), row) for row in unpack(close.snapshot))
    for (staff_no, name), row in sorted(rows, key=lambda pair: (pair[0][0], pair[1].course, pair[1].cycle)):
        yield (staff_no, name, *names.cells(row))


def count_people(close: MonthClose) -> int:
    """Count whom a snapshot is about; its month and number find them again."""
    return len({row.person for row in unpack(close.snapshot)})


class _Names:
    """Words the public ids of a row."""

    def __init__(self, session: Session, day: date, words: Words) -> None:
        organization = load_organization(session, as_of=day)
        self.words = words
        self.places: dict[str, Place] = {
            place.center.public_id or "": place
            for place in (organization.place(center_id) for center_id in organization.parents)
        }
        self.roles = {label.code: label for label in role_labels(session).values()}
        self.courses = {label.public_id or "": label for label in course_labels(session).values()}

    def cells(self, row: FrozenRow) -> Row:
        """Return the cells after a person's name."""
        center, area, region = self.places.get(row.center, Place(NOWHERE, NOWHERE, NOWHERE))
        course, word = self.courses.get(row.course, NOWHERE), self.words.label
        return (
            word(region), word(area), center.code, word(center), word(self.roles.get(row.role, _unknown(row.role))),
            course.code, word(course), int(row.cycle), row.assigned_on, row.due_on, row.completed_on or None,
            self.words.states[_state(row)],
        )  # fmt: skip


def _unknown(code: str) -> Label:
    return Label(code, code, code, None)


def _state(row: FrozenRow) -> EnrollmentState:
    tally = row.tally
    if not tally.done:
        return EnrollmentState.OVERDUE
    return EnrollmentState.DONE if tally.on_time else EnrollmentState.DONE_LATE
