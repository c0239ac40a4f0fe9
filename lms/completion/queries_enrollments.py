"""Enrollments one by one: a person's list with its reasons, a course's people, and everything for files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Join, Row, Select, any_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import (
    Reach,
    enrollment,
    exempted_on,
    reach_of,
    stream,
    superseded_on,
    trust_indexes,
)
from lms.completion.queries_labels import Label, Place, course_labels, load_organization, role_labels
from lms.completion.rules import (
    EnrollmentFacts,
    EnrollmentState,
    Judgment,
    PersonLine,
    RateFilter,
    Standing,
    expiry,
    judge,
)
from lms.courses.models import Course, CourseVersion, Tier
from lms.people.models import Leave, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, on_leave, visible_people
from lms.people.rules import Scope
from lms.shared.db import InThisOrder, read, table_of
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of


class Pick(StrEnum):
    """Which enrollments a list holds: all, or those neither done nor void on the day."""

    ALL = "ALL"
    OPEN = "OPEN"


class EnrollmentSort(StrEnum):
    """What a course's list may be ordered by; ties go by staff number."""

    STAFF_NO = "staff_no"
    NAME = "name"
    CENTER = "center"
    DUE = "due"


class EnrollmentRow(NamedTuple):
    """An enrollment of a person employed on the day, where they work then, and how it stands."""

    staff_no: str
    name: str
    person_public_id: str
    place: Place
    role: Label
    course: Label
    cycle: int
    required: bool
    assigned_on: date
    due_on: date | None
    completed_on: date | None
    voided_on: date | None
    judgment: Judgment


PEOPLE_TABLE, POSTINGS = table_of(Person), table_of(Posting)
# So large is a network that is walked through person by person about as fast as a tenth of it is sorted.
PEOPLE = 20_000
SORT_KEYS: dict[EnrollmentSort, ColumnElement[Any]] = {
    EnrollmentSort.STAFF_NO: Person.staff_no.expression,
    EnrollmentSort.NAME: Person.name.expression,
    EnrollmentSort.CENTER: OrgUnit.code.expression,
    EnrollmentSort.DUE: enrollment.c.due_on,
}


def iter_enrollments(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter | None = None, pick: Pick = Pick.ALL
) -> Iterator[EnrollmentRow]:
    """Yield enrollments of people the viewer may name, by staff number, without holding them all in memory.

    People not employed on `as_of` are left out, enrollments assigned later too.
    """
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=True)
    # In this order both databases walk their indexes, and nothing has to be sorted.
    query = select_enrollments(scope, as_of, reach, pick).order_by(
        Person.staff_no, enrollment.c.course_id, enrollment.c.cycle
    )
    yield from _rows(session, stream(session, query), as_of)


def list_enrollments(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    where: RateFilter | None = None,
    pick: Pick = Pick.ALL,
    sort: EnrollmentSort = EnrollmentSort.STAFF_NO,
    descending: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[EnrollmentRow]:
    """List one page of what `iter_enrollments` yields, such as a course's people, with the exact number of all."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=True)
    if reach.course_ids is not None:
        trust_indexes(session)
    number, skipped = count_enrollments(session, scope, as_of, reach, pick), offset_of(page, per_page)
    walks = sort is EnrollmentSort.STAFF_NO and number**2 > (skipped + per_page) * PEOPLE
    wanted = _page_of(scope, as_of, reach, pick, sort, descending, walks)
    found = read(session, wanted, {"rows": per_page, "skipped": skipped}).all()
    rows = list(_rows(session, found, as_of, of_page=found))
    return Page(rows, max(1, page), number, per_page)


# Built once for the same question: see `people.queries.placement_on`.
@lru_cache(maxsize=64)
def _page_of(
    scope: Scope, as_of: date, reach: Reach, pick: Pick, sort: EnrollmentSort, descending: bool, walks: bool
) -> Select[Any]:
    """Build the statement of a page; `walks` from person to person in the order of staff numbers till it is full."""
    shown = select_enrollments(scope, as_of, Reach(), Pick.ALL)
    everyone = select_enrollments(scope, as_of, reach, pick, join=InThisOrder if walks else Join)
    if sort is EnrollmentSort.CENTER:
        shown, everyone = (one.join(OrgUnit, OrgUnit.id == Posting.center_id) for one in (shown, everyone))
    order = _order(sort, descending)
    # First which rows, by the indexes alone; then all their columns.
    chosen = everyone.with_only_columns(enrollment.c.id).order_by(*order)
    chosen = chosen.limit(bindparam("rows", type_=Integer)).offset(bindparam("skipped", type_=Integer))
    # What narrows is said once: a second time it would lead SQLite through the whole course again.
    shown = shown.where(enrollment.c.id.in_(chosen)).order_by(*order)
    away = on_leave(Posting.person_id, as_of).label("away")
    version = CourseVersion.id == enrollment.c.course_version_id
    return shown.add_columns(CourseVersion.validity_months, away).join(CourseVersion, version)


def _order(sort: EnrollmentSort, descending: bool) -> list[ColumnElement[Any]]:
    key = SORT_KEYS[sort].desc() if descending else SORT_KEYS[sort].asc()
    ties = [Person.staff_no.expression, enrollment.c.course_id, enrollment.c.cycle]
    # Only where some are empty: told where to put what is empty, SQLite sorts everyone instead of walking an index.
    return [key.nulls_last() if sort is EnrollmentSort.DUE else key, *ties]


def count_enrollments(session: Session, scope: Scope, as_of: date, reach: Reach, pick: Pick) -> int:
    """Count what `list_enrollments` lists."""
    of_course = reach.course_ids is not None and len(reach.course_ids) == 1
    at_once = of_course and session.get_bind().dialect.name == "postgresql"
    return read(session, _number_of(scope, as_of, reach, pick, at_once)).scalar() or 0


@lru_cache(maxsize=64)
def _number_of(scope: Scope, as_of: date, reach: Reach, pick: Pick, at_once: bool) -> Select[int]:
    """Build the statement; `at_once` gives a course's people to the index of postings as one array.

    PostgreSQL then goes through that index once, not once for each of them.
    """
    if not scope.network:
        return select(func.count()).select_from(select_enrollments(scope, as_of, reach, pick).subquery())
    # No column of the person is asked for, so the table need not be read.
    posting, of_enrollments = _narrowed(as_of, reach, pick)
    joined = select(func.count()).select_from(enrollment).join(Posting, Posting.person_id == enrollment.c.person_id)
    joined = joined.where(*posting, *of_enrollments)
    if not at_once:
        return joined
    # A person has one first cycle of a course, so counting people counts first cycles; later ones are few. "< 2", since
    # "= 1" would have PostgreSQL skip through the columns that stand before the cycle in the index.
    cycle = enrollment.c.cycle
    begun = select(enrollment.c.person_id).where(*of_enrollments, cycle < literal_column("2"))
    people = func.array(begun.scalar_subquery())
    first = select(func.count()).select_from(Posting).where(*posting, Posting.person_id == any_(people))
    return select(first.scalar_subquery() + joined.where(cycle > literal_column("1")).scalar_subquery())


def _as_is(lines: Select[Any]) -> Select[Any]:
    return lines


def list_person_lines(session: Session, *, scope: Scope, person_id: int, as_of: date) -> list[PersonLine]:
    """List a person's enrollments assigned by `as_of`: open ones by due date, then done and void ones.

    Raises:
        NotFoundError: the viewer may not name the person, or there is none.
    """
    return [line for line, _row in list_person_rows(session, scope=scope, person_id=person_id, as_of=as_of)]


def list_person_rows(
    session: Session, *, scope: Scope, person_id: int, as_of: date, more: Callable[[Select[Any]], Select[Any]] = _as_is
) -> list[tuple[PersonLine, Row[Any]]]:
    """List what `list_person_lines` does, each beside its row, to whose statement `more` may have added.

    Raises:
        NotFoundError: the viewer may not name the person, or there is none.
    """
    if person_id != scope.person_id:
        seen = read(session, select(Person.id).where(Person.id == person_id, visible_people(scope))).first()
        if seen is None:
            raise NotFoundError
    standing = find_standing(session, person_id=person_id, as_of=as_of)
    rows = read(session, _lines_of_person(as_of, more), {"person_id": person_id})
    lines = ((_person_line(row, standing, as_of), row) for row in rows)
    return sorted(lines, key=lambda pair: _by_urgency(pair[0]))


@lru_cache(maxsize=16)
def _lines_of_person(as_of: date, more: Callable[[Select[Any]], Select[Any]]) -> Select[Any]:
    lines: Select[Any] = (
        select(
            enrollment, superseded_on(as_of).label("superseded"), exempted_on(as_of).label("exempt"),
            Course.public_id, Course.code, Course.title_ko, Course.title_en, Course.is_critical, Course.tier_level,
            Tier.name_ko.label("tier_ko"), Tier.name_en.label("tier_en"), CourseVersion.validity_months,
        )
        .select_from(enrollment)
        .join(Course, Course.id == enrollment.c.course_id)
        .join(Tier, Tier.level == Course.tier_level)
        .join(CourseVersion, CourseVersion.id == enrollment.c.course_version_id)
        .where(enrollment.c.person_id == bindparam("person_id"), enrollment.c.assigned_on <= as_of)
    )  # fmt: skip
    return more(lines)


def find_standing(session: Session, *, person_id: int, as_of: date) -> Standing:
    """Return where a person stands on `as_of`."""
    posted = read(session, _standing_of_person(as_of), {"person_id": person_id}).first()
    return _standing(*posted) if posted else Standing.NOT_EMPLOYED


@lru_cache(maxsize=8)
def _standing_of_person(as_of: date) -> Select[bool, bool]:
    return (
        select(is_open(as_of), on_leave(Posting.person_id, as_of))
        .select_from(Posting)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Posting.person_id == bindparam("person_id"), Posting.is_primary, covers(Posting, as_of))
    )


def _standing(center_open: bool, away: bool) -> Standing:
    if not center_open:
        return Standing.CENTER_CLOSED
    return Standing.ON_LEAVE if away else Standing.ACTIVE


def select_enrollments(scope: Scope, as_of: date, reach: Reach, pick: Pick, *, join: type[Join] = Join) -> Select[Any]:
    """Select the enrollments of people employed on `as_of` within `reach`, one row each."""
    posting, of_enrollments = _narrowed(as_of, reach, pick)
    employed = join(PEOPLE_TABLE, POSTINGS, Posting.person_id == Person.id)
    return (
        select(
            Person.staff_no, Person.name, Person.public_id, Person.id, Posting.center_id, Posting.role_id,
            enrollment.c.course_id, enrollment.c.cycle, enrollment.c.required, enrollment.c.assigned_on,
            enrollment.c.due_on, enrollment.c.completed_on, enrollment.c.voided_on,
            enrollment.c.course_version_id, superseded_on(as_of).label("superseded"),
            exempted_on(as_of).label("exempt"),
        )
        .select_from(join(employed, enrollment, enrollment.c.person_id == Person.id))
        .where(*posting, *of_enrollments, visible_people(scope))
    )  # fmt: skip


def _narrowed(as_of: date, reach: Reach, pick: Pick) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Return the conditions on postings and those on enrollments."""
    posting = [covers(Posting, as_of), Posting.is_primary.expression]
    if reach.center_ids is not None:
        posting.append(Posting.center_id.in_(reach.center_ids))
    if reach.role_ids is not None:
        posting.append(Posting.role_id.in_(reach.role_ids))
    of_enrollments: list[ColumnElement[bool]] = [enrollment.c.assigned_on <= as_of]
    if reach.course_ids is not None:
        of_enrollments.append(enrollment.c.course_id.in_(reach.course_ids))
    if pick is Pick.OPEN:
        of_enrollments.append(or_(enrollment.c.completed_on.is_(None), enrollment.c.completed_on > as_of))
        of_enrollments.append(or_(enrollment.c.voided_on.is_(None), enrollment.c.voided_on > as_of))
    return posting, of_enrollments


def _rows(
    session: Session, found: Iterable[Any], as_of: date, of_page: Sequence[Any] | None = None
) -> Iterator[EnrollmentRow]:
    """Yield rows with their names and judgments; for the rows `of_page`, only what they need is loaded."""
    centers, course_ids = (
        None if of_page is None else frozenset(getattr(row, name) for row in of_page)
        for name in ("center_id", "course_id")
    )
    organization = load_organization(session, as_of=as_of, center_ids=centers)
    roles, courses = role_labels(session), course_labels(session, course_ids)
    if of_page is None:
        validity = dict(session.execute(select(CourseVersion.id, CourseVersion.validity_months)).all())
        away = frozenset(session.scalars(select(Leave.person_id).where(covers(Leave, as_of))))
    else:
        validity = {row.course_version_id: row.validity_months for row in of_page}
        away = frozenset(row.id for row in of_page if row.away)
    places = {center_id: organization.place(center_id) for center_id in organization.parents}
    open_ids = organization.open_ids
    for row in found:
        (
            staff_no, name, public_id, person_id, center_id, role_id, course_id, cycle, required, assigned_on, due_on,
            completed_on, voided_on, version_id, superseded, exempt, *_,
        ) = row  # fmt: skip
        facts = EnrollmentFacts(
            required, assigned_on, due_on, completed_on, voided_on, superseded, validity[version_id], exempt
        )
        standing = _standing(center_id in open_ids, person_id in away)
        yield EnrollmentRow(
            staff_no, name, public_id, places[center_id], roles[role_id], courses[course_id], cycle, required,
            assigned_on, due_on, completed_on, voided_on, judge(facts, standing, as_of),
        )  # fmt: skip


def _person_line(row: Row[Any], standing: Standing, as_of: date) -> PersonLine:
    facts = EnrollmentFacts(
        row.required, row.assigned_on, row.due_on, row.completed_on, row.voided_on, row.superseded, row.validity_months,
        row.exempt,
    )  # fmt: skip
    return PersonLine(
        enrollment_id=row.id,
        course_public_id=row.public_id,
        course_code=row.code,
        title_ko=row.title_ko,
        title_en=row.title_en,
        tier=row.tier_level,
        tier_name_ko=row.tier_ko,
        tier_name_en=row.tier_en,
        is_critical=row.is_critical,
        cycle=row.cycle,
        source=row.source,
        required=row.required,
        assigned_on=row.assigned_on,
        nominal_due_on=row.nominal_due_on,
        due_on=row.due_on,
        completed_on=row.completed_on,
        voided_on=row.voided_on,
        expires_on=expiry(row.completed_on, row.validity_months),
        judgment=judge(facts, standing, as_of),
    )


def _by_urgency(line: PersonLine) -> tuple[bool, bool, date, str, int]:
    closed = line.done or line.state is EnrollmentState.VOID
    return closed, line.due_on is None, line.due_on or date.min, line.course_code, line.cycle
