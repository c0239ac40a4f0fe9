"""Reading what a person is to learn: their lines, what opens what, why each was asked and what moved its date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from lms.completion.learning.rules import Learning
from lms.completion.queries_enrollments import list_person_rows
from lms.completion.rules import PersonLine
from lms.courses.models import Course, CoursePrerequisite, CourseVersion
from lms.enrollments.dues.queries import load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN, Move
from lms.enrollments.models import Assignment, Enrollment
from lms.learning.content.models import Edition
from lms.people.models import Person
from lms.people.rules import Scope
from lms.shared.db import read

# Built once: see `people.queries.placement_on`.
PERSON_ID: BindParameter[int] = bindparam("person_id")
NEEDED = aliased(Course)
PREREQUISITES = (
    select(Course.code, NEEDED.code)
    .join(CoursePrerequisite, CoursePrerequisite.course_id == Course.id)
    .join(NEEDED, NEEDED.id == CoursePrerequisite.requires_id)
    .where(Course.id.in_(select(Enrollment.course_id).where(Enrollment.person_id == PERSON_ID)))
    .order_by(Course.code, NEEDED.code)
)
LEARNED_HERE = exists().where(Edition.course_version_id == Enrollment.course_version_id)


class Request(NamedTuple):
    """Why an enrollment is asked for: its source, the rule's trigger, or who assigned it and with what words."""

    source: str
    trigger: str | None
    minutes: int | None
    chapters: int | None
    assigned_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LearningPage:
    """A person's learning with its reasons, by enrollment id; `learned` are those that are learned here."""

    learning: Learning
    requests: Mapping[int, Request]
    moves: Mapping[int, Move]
    learned: frozenset[int]


def read_learning(session: Session, *, scope: Scope, person_id: int, as_of: date) -> LearningPage:
    """Read everything a person is to learn on a day, and why.

    Raises:
        NotFoundError: the viewer may not name the person, or there is none.
    """
    found = list_person_rows(session, scope=scope, person_id=person_id, as_of=as_of, more=_with_reasons)
    learning = Learning([line for line, _row in found], _prerequisites(session, person_id))
    return LearningPage(
        learning,
        {
            row.id: Request(row.source, row.trigger, row.minutes, row.chapters, row.name, row.reason)
            for _line, row in found
        },
        _moves(session, person_id, learning.open),
        frozenset(row.id for _line, row in found if row.is_here),
    )


def _with_reasons(lines: Select[Any]) -> Select[Any]:
    asked = (Course.trigger, CourseVersion.minutes, CourseVersion.chapters, Person.name, Assignment.reason)
    joined = lines.outerjoin(Assignment, Assignment.id == Enrollment.assignment_id)
    joined = joined.outerjoin(Person, Person.id == Assignment.created_by_id)
    return joined.add_columns(*asked, LEARNED_HERE.label("is_here"))


def _prerequisites(session: Session, person_id: int) -> dict[str, list[str]]:
    """Return by course of the person the codes of the courses it opens after."""
    found: dict[str, list[str]] = {}
    for code, requires in read(session, PREREQUISITES, {"person_id": person_id}):
        found.setdefault(code, []).append(requires)
    return found


def _moves(session: Session, person_id: int, lines: list[PersonLine]) -> dict[int, Move]:
    """Return what moved the due dates of these lines, by enrollment id; asks only when one was moved."""
    moved = [line for line in lines if line.due_on != line.nominal_due_on]
    if not moved:
        return {}
    known = load_circumstances(session, [person_id]).get(person_id, NOTHING_KNOWN)
    found = {
        line.enrollment_id: known.move(line.nominal_due_on, line.assigned_on, line.due_on, of=line.enrollment_id)
        for line in moved
    }
    return {enrollment_id: move for enrollment_id, move in found.items() if move is not None}
