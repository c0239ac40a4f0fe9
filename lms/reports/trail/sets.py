"""Finding again whom a line of the trail was about, where it keeps the query instead of a list.

The query is asked again with the scope its asker had on that day. Facts recorded since then count, so that a set may
have changed; the page shows both numbers.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.audit.queries import EXTRACT, Line
from lms.completion.forms import BreakdownForm, CourseForm, RateForm
from lms.completion.parameters import read_parameters
from lms.completion.queries_enrollments import Pick
from lms.completion.rules import RateFilter, Severity, ShortfallFilter
from lms.courses.queries import get_course
from lms.enrollments.models import Assignment, Enrollment, EnrollmentRevision
from lms.field_checks.transfer.parameters import read_parameters as read_transfer
from lms.field_checks.transfer.queries_people import list_trained_ids
from lms.imports.models import ImportRun
from lms.people.models import Person, Posting
from lms.people.queries import scope_of
from lms.people.rules import Scope, whole_network
from lms.reports.exports import EXPORTS
from lms.reports.queries import Subjects, find_enrollment_subjects, find_shortfall_subjects
from lms.reports.trail.forms import TrailForm
from lms.reports.trail.parameters import as_of, read_search
from lms.reports.trail.queries import find_people_of_trail
from lms.shared.clock import local_date
from lms.shared.errors import NotFoundError

EVERYONE = 10_000_000
NOTHING = Subjects(0, ())
Finder = Callable[[Session, Line, Scope], Subjects]


def find_again(session: Session, line: Line, *, timezone: str) -> Subjects | None:
    """Find whom a line was about by asking its query again; None when it keeps none that can be asked."""
    finder = FINDERS.get((line.action, line.object_type))
    if finder is None:
        return None
    day = local_date(line.at, timezone)
    scope = (
        whole_network(day)
        if line.actor_id is None
        else scope_of(session, person_id=line.actor_id, on=day, names="open")
    )
    try:
        return finder(session, line, scope)
    except NotFoundError:
        return None


def can_be_found(line: Line) -> bool:
    """Tell whether a line keeps a query that can be asked again."""
    return (line.action, line.object_type) in FINDERS


def _download(session: Session, line: Line, scope: Scope) -> Subjects:
    export = EXPORTS.get(line.object_id)
    if export is None:
        raise NotFoundError
    asked = read_parameters(session, export.form, _values(line), scope=scope, today=scope.on)
    return export.find_subjects(session, asked, EVERYONE) if asked.is_valid else NOTHING


def _trained(session: Session, line: Line, scope: Scope) -> Subjects:
    """Return who stood behind a step of what training adds up to."""
    values = _values(line)
    read = read_transfer(session, values, scope=scope, as_of=date.fromisoformat(values["as_of"]))
    if read.asked is None:
        return NOTHING
    step, took = read.form.behind
    ids = list_trained_ids(session, read.asked, step=step, took=took)
    return Subjects(len(ids), tuple(ids))


def _seen_rates(session: Session, line: Line, scope: Scope) -> Subjects:
    return _seen_enrollments(session, line, scope, BreakdownForm, unit=line.object_id)


def _seen_course(session: Session, line: Line, scope: Scope) -> Subjects:
    code = get_course(session, public_id=line.object_id).code
    return _seen_enrollments(session, line, scope, CourseForm, course=code)


def _seen_enrollments(
    session: Session, line: Line, scope: Scope, form: type[RateForm], **more: str
) -> Subjects:  # fmt: skip
    values = _values(line)
    values.update(more)
    asked = read_parameters(session, form, values, scope=scope, today=scope.on)
    if not asked.is_valid:
        return NOTHING
    return find_enrollment_subjects(
        session, scope=scope, as_of=asked.as_of, where=asked.where, pick=Pick.ALL, most=EVERYONE
    )


def _values(line: Line) -> "MultiDict[str, str]":
    return MultiDict(
        {
            name: [str(one) for one in value] if isinstance(value, list) else str(value)
            for name, value in line.detail.items()
            if value is not None
        }
    )


def _printed_shortfalls(session: Session, line: Line, scope: Scope) -> Subjects:
    where = ShortfallFilter(**_filters(line, ShortfallFilter.__slots__ + RateFilter.__slots__))
    as_of = date.fromisoformat(line.object_id)
    return find_shortfall_subjects(session, scope=scope, as_of=as_of, where=where, most=EVERYONE)


def _printed_rates(session: Session, line: Line, scope: Scope) -> Subjects:
    where = RateFilter(**_filters(line, RateFilter.__slots__))
    as_of = date.fromisoformat(line.object_id)
    return find_enrollment_subjects(session, scope=scope, as_of=as_of, where=where, pick=Pick.ALL, most=EVERYONE)


def _filters(line: Line, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the filters that a command noted; a list of JSON was a tuple there."""
    found: Mapping[str, Any] = {name: line.detail[name] for name in names if name in line.detail}
    return {
        name: Severity(value) if name == "severity" else tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
    }


def _by_import(session: Session, line: Line, _scope: Scope) -> Subjects:
    """Return who was touched by a file: postings it brought or ended, enrollments it added or changed."""
    run = session.scalar(select(ImportRun.id).where(ImportRun.public_id == line.object_id))
    if run is None:
        raise NotFoundError
    changed = select(EnrollmentRevision.enrollment_id).where(EnrollmentRevision.superseded_at == line.at)
    touched = (
        select(Posting.person_id).where(Posting.import_id == run),
        select(Posting.person_id).where(Posting.superseded_by_import_id == run),
        select(Person.id).where(Person.import_id == run),
        select(Enrollment.person_id).where(Enrollment.import_id == run),
        select(Enrollment.person_id).where(Enrollment.id.in_(changed)),
    )
    return _all_of(session, touched[0].union(*touched[1:]))


def _assigned(session: Session, line: Line, _scope: Scope) -> Subjects:
    assignment = select(Assignment.id).where(Assignment.public_id == line.object_id)
    return _all_of(session, select(Enrollment.person_id).where(Enrollment.assignment_id.in_(assignment)).distinct())


def _moved(session: Session, line: Line, _scope: Scope) -> Subjects:
    """Return whose due dates were moved: the former versions ended at the moment of the line."""
    former = select(EnrollmentRevision.enrollment_id).where(EnrollmentRevision.superseded_at == line.at)
    return _all_of(session, select(Enrollment.person_id).where(Enrollment.id.in_(former)).distinct())


def _extracted(session: Session, line: Line, scope: Scope) -> Subjects:
    """Return whom a download of the trail itself named: the lines that stood there then."""
    form = TrailForm(_values(line))
    if not form.validate():
        return NOTHING
    asked = as_of(read_search(session, form, today=scope.on, timezone=str(line.detail["zone"])), line.at)
    return find_people_of_trail(session, where=asked.where, most=EVERYONE)


def _demo_people(session: Session, _line: Line, _scope: Scope) -> Subjects:
    return _all_of(session, select(Person.id).where(Person.is_synthetic))


def _all_of(session: Session, people: Any) -> Subjects:
    wanted: Select[Any] = people
    ids = tuple(sorted(session.scalars(wanted)))
    return Subjects(len(ids), ids)


FINDERS: dict[tuple[str, str], Finder] = {
    ("download", "export"): _download,
    ("download", "transfer"): _trained,
    ("view", "rates"): _seen_rates,
    ("view", "course_enrollments"): _seen_course,
    ("export", "shortfalls"): _printed_shortfalls,
    ("export", "rates"): _printed_rates,
    ("roster.apply", "import"): _by_import,
    ("enrollments.import", "import"): _by_import,
    ("enrollments.assign", "assignment"): _assigned,
    ("enrollments.move_due", "enrollment"): _moved,
    ("demo.load", "network"): _demo_people,
    (EXTRACT, "audit_trail"): _extracted,
}
