"""Who falls short on a day, by how much, since when and why."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from lms.completion.queries import person_tallies
from lms.completion.queries_counting import (
    Reach,
    count_if,
    enrollment,
    is_overdue,
    is_short,
    reach_of,
    stream,
    within,
)
from lms.completion.queries_labels import Labels, course_labels, load_organization, role_labels
from lms.completion.rules import (
    DEFAULT_TARGET,
    SEVERITY_DAYS,
    MissingCourse,
    Severity,
    ShortfallFilter,
    ShortfallLine,
    ShortfallSort,
    Tally,
    days_overdue,
    severity_of,
)
from lms.people.models import OrgUnit, Person
from lms.people.queries import active_postings, visible_people
from lms.people.rules import Scope
from lms.shared.paging import PER_PAGE, Page, offset_of


def list_shortfalls(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    where: ShortfallFilter | None = None,
    sort: ShortfallSort = ShortfallSort.CENTER,
    descending: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[ShortfallLine]:
    """List one page of the people who fall short on `as_of`, with the exact number of all of them.

    Only people whom the viewer may name, on `as_of` by where they worked and today (`scope.on`) by where they work.
    """
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    everyone = _ordered(select_shortfalls(scope, as_of, where, reach), sort, descending=descending)
    counted = everyone.add_columns(func.count().over().label("matches"))
    rows = session.execute(counted.limit(per_page).offset(offset_of(page, per_page))).all()
    matches = rows[0].matches if rows else _count(session, everyone) if page > 1 else 0
    return Page(list(_lines(session, rows, as_of)), max(1, page), matches, per_page)


def count_shortfalls(session: Session, *, scope: Scope, as_of: date, where: ShortfallFilter | None = None) -> int:
    """Count the people who fall short on `as_of`: exactly those that are listed."""
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    return _count(session, select_shortfalls(scope, as_of, where, reach))


def iter_shortfalls(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    where: ShortfallFilter | None = None,
    sort: ShortfallSort = ShortfallSort.STAFF_NO,
    descending: bool = False,
) -> Iterator[ShortfallLine]:
    """Yield everyone who falls short, the rows of `list_shortfalls`, without holding them all in memory."""
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    query = _ordered(select_shortfalls(scope, as_of, where, reach), sort, descending=descending)
    yield from _lines(session, stream(session, query), as_of)


def select_shortfalls(scope: Scope, as_of: date, where: ShortfallFilter, reach: Reach) -> Select[Any]:
    """Select everyone who falls short on `as_of` within `reach`, one row each."""
    overdue = is_overdue(as_of)
    oldest = func.min(case((overdue, enrollment.c.due_on)))
    tallies = person_tallies(
        as_of, reach, count_if(overdue).label("overdue"), oldest.label("oldest"), _missing(as_of).label("missing")
    )
    due, done = tallies.selected_columns["due"], tallies.selected_columns["done"]
    tallies = tallies.having(_falls_short(due, done, count_if(overdue), where.below))
    if where.severity is not None:
        tallies = tallies.having(_is_severe(oldest, where.severity, as_of))
    short = tallies.subquery("short")
    active = within(active_postings(as_of), reach).subquery("active")
    return (
        select(
            Person.id, Person.public_id, Person.staff_no, Person.name, active.c.center_id, active.c.role_id,
            short.c.due, short.c.done, short.c.on_time, short.c.overdue, short.c.oldest, short.c.missing,
        )
        .join(active, active.c.person_id == Person.id)
        .join(short, short.c.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == active.c.center_id)
        .where(visible_people(scope))
    )  # fmt: skip


def _falls_short(
    due: ColumnElement[int], done: ColumnElement[int], overdue: ColumnElement[int], below: int | None
) -> ColumnElement[bool]:
    """Tell whether a person falls short: the SQL of `rules.falls_short`."""
    if below is not None:
        return is_short(due, done, below)
    return or_(is_short(due, done, DEFAULT_TARGET), overdue > 0)


def _is_severe(oldest: ColumnElement[date | None], severity: Severity, as_of: date) -> ColumnElement[bool]:
    first, last = SEVERITY_DAYS[severity]
    recent = oldest <= as_of - timedelta(days=first)
    return recent if last is None else and_(recent, oldest >= as_of - timedelta(days=last))


def _missing(as_of: date) -> ColumnElement[str]:
    """Gather what is due and not done as "course id:due date" texts, so that one query tells who and why."""
    not_done = or_(enrollment.c.completed_on.is_(None), enrollment.c.completed_on > as_of)
    what = cast(enrollment.c.course_id, String).concat(literal(":")).concat(cast(enrollment.c.due_on, String))
    return func.aggregate_strings(case((not_done, what)), " ")


def _ordered(people: Select[Any], sort: ShortfallSort, *, descending: bool) -> Select[Any]:
    column = people.selected_columns
    keys: dict[ShortfallSort, ColumnElement[Any]] = {
        ShortfallSort.NAME: column["name"],
        ShortfallSort.STAFF_NO: column["staff_no"],
        ShortfallSort.CENTER: OrgUnit.code.expression,
        ShortfallSort.RATE: cast(column["done"], Float) / column["due"],
        ShortfallSort.MISSING: column["due"] - column["done"],
        ShortfallSort.OLDEST: column["oldest"],
    }
    key = keys[sort].desc() if descending else keys[sort].asc()
    return people.order_by(key.nulls_last(), Person.staff_no)


def _count(session: Session, people: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(people.order_by(None).subquery())) or 0


def _lines(session: Session, rows: Iterable[Row[Any]], as_of: date) -> Iterator[ShortfallLine]:
    organization = load_organization(session, as_of=as_of)
    roles, courses = role_labels(session), course_labels(session)
    places = {center_id: organization.place(center_id) for center_id in organization.parents}
    for row in rows:
        center, area, region = places[row.center_id]
        role = roles[row.role_id]
        days = days_overdue(row.oldest, as_of)
        yield ShortfallLine(
            row.id, row.public_id, row.staff_no, row.name,
            center.code, center.name_ko, center.name_en,
            area.code, area.name_ko, area.name_en,
            region.code, region.name_ko, region.name_en,
            role.code, role.name_ko, role.name_en,
            Tally(row.due, row.done, row.on_time), row.overdue, row.oldest, days, severity_of(days),
            _missing_courses(row.missing, courses, as_of),
        )  # fmt: skip


def _missing_courses(text: str | None, courses: Labels, as_of: date) -> tuple[MissingCourse, ...]:
    """Read what `_missing` gathered; the longest overdue first."""
    found = []
    for part in (text or "").split():
        course_id, _, due_text = part.partition(":")
        course, due_on = courses[int(course_id)], date.fromisoformat(due_text)
        days = days_overdue(due_on, as_of)
        found.append(MissingCourse(course.code, course.name_ko, course.name_en, due_on, days))
    return tuple(sorted(found, key=lambda course: (course.due_on, course.course_code)))
