"""Who falls short on a day, by how much, since when and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Engine,
    Float,
    FromClause,
    Integer,
    Label,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from lms.completion.queries_counting import (
    Ids,
    Reach,
    count_if,
    counted,
    enrollment,
    is_short,
    places_of_counted,
    reach_of,
    stream,
    tally_columns,
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
from lms.people.search.queries import named_like
from lms.shared.db import among, read
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
) -> "ShortfallPage":
    """List one page of the people who fall short on `as_of`, with the exact number of all of them.

    Only people whom the viewer may name, on `as_of` by where they worked and today (`scope.on`) by where they work.
    """
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    everyone = select_shortfalls(scope, as_of, where, reach, apart=_apart(session, reach))
    numbered = _page_of(everyone, as_of, sort, descending)
    rows = read(session, numbered, {"rows": per_page, "skipped": offset_of(page, per_page)}).all()
    matches = rows[0].matches if rows else _count(session, everyone) if page > 1 else 0
    center_ids = frozenset(row.center_id for row in rows)
    reasons = _find_reasons(session, as_of, reach, [row.id for row in rows])
    lines = _lines(session, rows, as_of, center_ids, reasons)
    by_severity = {one: int(rows[0]._mapping[one]) for one in Severity} if rows else {}
    return ShortfallPage(list(lines), max(1, page), matches, per_page, by_severity)


# Built once for the same question: see `people.queries.placement_on`.
@lru_cache(maxsize=64)
def _page_of(people: Select[Any], as_of: date, sort: ShortfallSort, descending: bool) -> Select[Any]:
    everyone = _ordered(people, sort, descending=descending)
    numbered = everyone.add_columns(func.count().over().label("matches"), *_severity_counts(everyone, as_of))
    return numbered.limit(bindparam("rows", type_=Integer)).offset(bindparam("skipped", type_=Integer))


@dataclass(frozen=True, slots=True)
class ShortfallPage(Page[ShortfallLine]):
    """A page of the list; `by_severity` counts everyone on the list, or nobody when this page has no row."""

    by_severity: Mapping[Severity, int] = field(default_factory=dict)


def _severity_counts(people: Select[Any], as_of: date) -> Iterator[ColumnElement[int]]:
    """Yield how many of all the people are in each severity, beside each of them: no second query adds them up."""
    oldest = people.selected_columns["oldest"]
    for severity in Severity:
        yield count_if(_is_severe(oldest, severity, as_of)).over().label(severity)


def count_shortfalls(session: Session, *, scope: Scope, as_of: date, where: ShortfallFilter | None = None) -> int:
    """Count the people who fall short on `as_of`: exactly those that are listed."""
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    return _count(session, select_shortfalls(scope, as_of, where, reach))


def list_shortfall_ids(
    session: Session, *, scope: Scope, as_of: date, where: ShortfallFilter | None = None
) -> list[int]:
    """List the database ids of the people who fall short, for the audit trail."""
    where = where or ShortfallFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    people = select_shortfalls(scope, as_of, where, reach)
    return list(session.scalars(people.with_only_columns(Person.id).order_by(Person.id)))


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
    query = _ordered(select_shortfalls(scope, as_of, where, reach, reasons=True), sort, descending=descending)
    yield from _lines(session, stream(session, query), as_of)


@lru_cache(maxsize=64)
def select_shortfalls(
    scope: Scope, as_of: date, where: ShortfallFilter, reach: Reach, *, reasons: bool = False, apart: bool = False
) -> Select[Any]:
    """Select everyone who falls short on `as_of` within `reach`, one row each; see `_apart`.

    `reasons` adds what they miss, and how much was done in time.
    """
    due, done, on_time = tally_columns(as_of)
    columns: list[Label[Any]] = [due, done, _oldest(as_of).label("oldest")]
    if reasons:
        columns += [on_time, _missing(as_of).label("missing")]
    active, short, joined = (_side_by_side if apart else _together)(as_of, reach, columns)
    # Asked of the finished tallies: SQLite would count everything a second time for a HAVING.
    is_wanted = [_falls_short(short.c.due, short.c.done, short.c.oldest, where.below)]
    if where.severity is not None:
        is_wanted.append(_is_severe(short.c.oldest, where.severity, as_of))
    people: Select[Any] = select(
        Person.id, Person.public_id, Person.staff_no, Person.name, active.c.center_id, active.c.role_id,
        *(short.c[column.name] for column in columns),
    )  # fmt: skip
    people = people.select_from(active).join(Person, Person.id == active.c.person_id).join(short, joined)
    return people.where(*is_wanted, visible_people(scope, active.c.person_id), *named_like(where.search or ""))


def _together(
    as_of: date, reach: Reach, columns: list[Label[Any]]
) -> tuple[FromClause, FromClause, ColumnElement[bool]]:
    """Add everyone up in one go; return who is active, the sums, and what joins them."""
    person_id = enrollment.c.person_id
    short = counted(as_of, reach, person_id, *columns, everyone=True).group_by(person_id).subquery("short")
    return places_of_counted(as_of, reach).subquery("active"), short, short.c.person_id == Person.id


def _side_by_side(
    as_of: date, reach: Reach, columns: list[Label[Any]]
) -> tuple[FromClause, FromClause, ColumnElement[bool]]:
    """Add each active person up apart. Who has nothing due has a row as well, and falls short of nothing."""
    active = within(active_postings(as_of), reach).subquery("active")
    of_everyone = counted(as_of, replace(reach, center_ids=None), *columns)
    return active, of_everyone.where(enrollment.c.person_id == active.c.person_id).lateral("short"), true()


def _apart(session: Session, reach: Reach) -> bool:
    """Tell whether each person is best added up apart: on PostgreSQL, which otherwise sorts the rows of all of them.

    Not everyone's, whose rows it reads as they lie; nor what was known then, which it reads through views.
    """
    bind = session.get_bind()
    return reach.center_ids is not None and bind.dialect.name == "postgresql" and isinstance(bind, Engine)


def _oldest(as_of: date) -> ColumnElement[date | None]:
    """Return the first due date of what is overdue: of what is open, but that nothing is overdue on its own day."""
    return func.nullif(func.min(enrollment.c.due_on).filter(~_is_completed(as_of)), as_of, type_=Date)


def _falls_short(
    due: ColumnElement[int], done: ColumnElement[int], oldest: ColumnElement[date | None], below: int | None
) -> ColumnElement[bool]:
    """Tell whether a person falls short: the SQL of `rules.falls_short`. Who has an oldest has something overdue."""
    if below is not None:
        return is_short(due, done, below)
    return or_(is_short(due, done, DEFAULT_TARGET), oldest.is_not(None))


def _is_severe(oldest: ColumnElement[date | None], severity: Severity, as_of: date) -> ColumnElement[bool]:
    first, last = SEVERITY_DAYS[severity]
    recent = oldest <= as_of - timedelta(days=first)
    return recent if last is None else and_(recent, oldest >= as_of - timedelta(days=last))


def _missing(as_of: date) -> ColumnElement[str]:
    """Gather what is due and not done as "due date:course id" texts, so that one query tells who and why."""
    what = cast(enrollment.c.due_on, String).concat(literal(":")).concat(cast(enrollment.c.course_id, String))
    return func.aggregate_strings(what, " ").filter(~_is_completed(as_of))


def _is_completed(as_of: date) -> ColumnElement[bool]:
    # Said so that NOT turns an open enrollment's null into true.
    return and_(enrollment.c.completed_on.is_not(None), enrollment.c.completed_on <= as_of)


def _find_reasons(
    session: Session, as_of: date, reach: Reach, person_ids: list[int]
) -> dict[int, tuple[int, str | None]]:
    """Find how much a few people did in time and what they miss, for a page of them."""
    found = read(session, _reasons_of_people(as_of, reach.course_ids), {"person_ids": person_ids})
    return {person_id: (on_time, missing) for person_id, on_time, missing in found}


@lru_cache(maxsize=64)
def _reasons_of_people(as_of: date, course_ids: Ids) -> Select[Any]:
    person_id = enrollment.c.person_id
    _due, _done, on_time = tally_columns(as_of)
    query = counted(as_of, Reach(course_ids=course_ids), person_id, on_time, _missing(as_of))
    return query.where(among(person_id, "person_ids")).group_by(person_id)


def _ordered(people: Select[Any], sort: ShortfallSort, *, descending: bool) -> Select[Any]:
    column = people.selected_columns
    # No join: PostgreSQL, which expects a handful of people here, would pair each with every unit.
    center_code = select(OrgUnit.code).where(OrgUnit.id == column["center_id"]).scalar_subquery()
    keys: dict[ShortfallSort, ColumnElement[Any]] = {
        ShortfallSort.NAME: column["name"],
        ShortfallSort.STAFF_NO: column["staff_no"],
        ShortfallSort.CENTER: center_code,
        ShortfallSort.RATE: cast(column["done"], Float) / column["due"],
        ShortfallSort.MISSING: column["due"] - column["done"],
        ShortfallSort.OLDEST: column["oldest"],
    }
    key = keys[sort].desc() if descending else keys[sort].asc()
    return people.order_by(key.nulls_last(), Person.staff_no)


def _count(session: Session, people: Select[Any]) -> int:
    return read(session, select(func.count()).select_from(people.order_by(None).subquery())).scalar() or 0


def _lines(
    session: Session,
    rows: Iterable[Any],
    as_of: date,
    center_ids: Ids = None,
    reasons_of: Mapping[int, tuple[int, str | None]] | None = None,
) -> Iterator[ShortfallLine]:
    organization = load_organization(session, as_of=as_of, center_ids=center_ids)
    roles, reasons = role_labels(session), _Reasons(course_labels(session), as_of)
    places = {center_id: organization.place(center_id) for center_id in organization.parents}
    for row in rows:
        person_id, public_id, staff_no, name, center_id, role_id, due, done, oldest = row[:9]
        on_time, gathered = row[9:11] if reasons_of is None else reasons_of.get(person_id, (0, None))
        center, area, region = places[center_id]
        role = roles[role_id]
        days = days_overdue(oldest, as_of)
        courses = reasons.read(gathered)
        # Counted among what is read anyway: for the database it was a fifth of the work of adding everyone up.
        overdue = sum(1 for course in courses if course.days_overdue)
        yield ShortfallLine(
            person_id, public_id, staff_no, name,
            center.code, center.name_ko, center.name_en,
            area.code, area.name_ko, area.name_en,
            region.code, region.name_ko, region.name_en,
            role.code, role.name_ko, role.name_en,
            Tally(due, done, on_time), overdue, oldest, days, severity_of(days),
            courses,
        )  # fmt: skip


class _Reasons:
    """Reads what `_missing` gathered, each course and day once."""

    def __init__(self, courses: Labels, as_of: date) -> None:
        self.courses, self.as_of = courses, as_of
        self.known: dict[str, MissingCourse] = {}

    def read(self, gathered: str | None) -> tuple[MissingCourse, ...]:
        """Return the missing courses, the longest overdue first."""
        return tuple([self.known.get(part) or self._learn(part) for part in sorted((gathered or "").split())])

    def _learn(self, part: str) -> MissingCourse:
        due_text, _, course_id = part.partition(":")
        course, due_on = self.courses[int(course_id)], date.fromisoformat(due_text)
        found = MissingCourse(course.code, course.name_ko, course.name_en, due_on, days_overdue(due_on, self.as_of))
        self.known[part] = found
        return found
