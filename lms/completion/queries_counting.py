"""What every rate stands on: which enrollments count on a day, which people, and what a filter reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Label,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from lms.completion.rules import DEFAULT_TARGET, RateFilter
from lms.completion.rules_bases import Period
from lms.courses.models import Course
from lms.enrollments.exceptions.queries import is_exempt
from lms.enrollments.models import Enrollment
from lms.people.models import JobRole, OrgUnit, Posting
from lms.people.queries import active_postings, covers, frontline_roles, placement_on
from lms.people.rules import Scope, UnitKind

# SQLAlchemy's Core tables: rates are read as plain tuples, never as objects.
enrollment = Enrollment.__table__
# Built once: an alias copies every column of the table.
LATER = enrollment.alias("later")
ROWS_AT_ONCE = 2000
Ids = frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Database ids that a scope and a filter leave; None leaves all."""

    center_ids: Ids = None
    role_ids: Ids = None
    course_ids: Ids = None


def counts_on(day: date, *, everyone: bool = False) -> ColumnElement[bool]:
    """Tell whether an enrollment is in the rate on `day`, of a person who is active then. The one denominator.

    Required, fallen due, assigned, not voided, nobody exempt; and no later cycle of the same course counts for the
    person by then (ruling 5). `everyone` says it as suits adding up the whole network.
    """
    return and_(would_count_on(day, everyone=everyone), ~exempted_on(day))


def would_count_on(day: date, *, everyone: bool = False) -> ColumnElement[bool]:
    """Tell whether an enrollment is in the rate on `day`, or would be if its person were not exempt then.

    `has_later_cycle` spares looking for one where there is none. Asked before, it lets few people's rows be looked at
    one by one; asked with the rest, PostgreSQL reads all later cycles once, and adds up with several processes.
    """
    has_later = enrollment.c.has_later_cycle
    if everyone:
        return and_(_has_fallen_due(enrollment, day), ~_of_later_cycle(and_(has_later, _has_fallen_due(LATER, day))))
    return and_(_has_fallen_due(enrollment, day), or_(has_later.is_(False), ~_later_counts(day)))


def exempted_on(day: date) -> ColumnElement[bool]:
    """Tell whether an exemption takes an enrollment out of rates on `day`, to show it in a row."""
    return is_exempt(enrollment, day)


def falls_due_within(day: date, period: Period) -> ColumnElement[bool]:
    """Tell whether an enrollment is in the rate of a period as of `day`: every cycle due within it (ruling 5)."""
    due_on = enrollment.c.due_on
    return and_(_has_fallen_due(enrollment, day), due_on >= period.first, due_on <= period.last, ~exempted_on(day))


def is_assigned_on(day: date, period: Period | None = None) -> ColumnElement[bool]:
    """Tell whether an enrollment is in the assigned rate: the latest cycle assigned by `day`, due or not.

    With a period: every cycle assigned within it.
    """
    owed, assigned_on = and_(_is_owed(enrollment, day), ~exempted_on(day)), enrollment.c.assigned_on
    if period is not None:
        return and_(owed, assigned_on >= period.first, assigned_on <= period.last)
    later = _of_later_cycle(_is_owed(LATER, day))
    return and_(owed, or_(enrollment.c.has_later_cycle.is_(False), ~later))


def superseded_on(day: date) -> ColumnElement[bool]:
    """Tell whether a later cycle of the same course counts for the person by `day`, to show it in a row."""
    return and_(enrollment.c.has_later_cycle.is_(True), _later_counts(day))


def _later_counts(day: date) -> ColumnElement[bool]:
    return _of_later_cycle(_has_fallen_due(LATER, day))


def _of_later_cycle(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(
            LATER.c.person_id == enrollment.c.person_id,
            LATER.c.course_id == enrollment.c.course_id,
            LATER.c.cycle > enrollment.c.cycle,
            # Follows from the line above; said for the index of such cycles.
            LATER.c.cycle > literal_column("1"),
            condition,
        )
        .correlate(enrollment)
        .exists()
    )


def _has_fallen_due(table: FromClause, day: date) -> ColumnElement[bool]:
    return and_(table.c.due_on <= day, _is_owed(table, day))


def is_owed_on(day: date) -> ColumnElement[bool]:
    """Tell whether an enrollment is required, assigned and not voided on `day`, due or not, exempt or not."""
    return _is_owed(enrollment, day)


def _is_owed(table: FromClause, day: date) -> ColumnElement[bool]:
    return and_(
        table.c.required.is_(True),
        table.c.assigned_on <= day,
        or_(table.c.voided_on.is_(None), table.c.voided_on > day),
    )


def is_done(day: date) -> ColumnElement[bool]:
    """Tell whether an enrollment is completed by `day`."""
    return enrollment.c.completed_on <= day


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Count the rows that meet a condition; for SQLite a third of the work of adding up a CASE."""
    return func.count().filter(condition)


def tally_columns(day: date) -> tuple[Label[int], Label[int], Label[int]]:
    """Return the aggregates due, done and on_time over counted enrollments."""
    on_time = and_(is_done(day), enrollment.c.completed_on <= enrollment.c.due_on)
    return (
        func.count().label("due"),
        count_if(is_done(day)).label("done"),
        count_if(on_time).label("on_time"),
    )


def is_short(due: ColumnElement[int], done: ColumnElement[int], target: int = DEFAULT_TARGET) -> ColumnElement[bool]:
    """Tell whether a rate is below target, in integers: the SQL of `Tally.is_below`."""
    return done * 100 < due * target


def counted(day: date, reach: Reach, *columns: ColumnElement[Any], everyone: bool = False) -> Select[Any]:
    """Select from the enrollments that count on `day` within `reach`, narrowed to its people before anything is read.

    Whether the person is active on `day`, and in what role, is for the caller to join: `places_of_counted`. `everyone`
    tells that the caller narrows it no further where `reach` has all centers and courses.
    """
    everyone = everyone and reach.center_ids is None and reach.course_ids is None
    query = select(*columns).select_from(enrollment).where(counts_on(day, everyone=everyone))
    if reach.course_ids is not None:
        query = query.where(enrollment.c.course_id.in_(reach.course_ids))
    if reach.center_ids is not None:
        # Without this the database would add up everyone and then throw most away.
        there = within(active_postings(day), reach).with_only_columns(Posting.person_id)
        query = query.where(enrollment.c.person_id.in_(there))
    return query


def places_of_counted(day: date, reach: Reach) -> Select[int, int, int]:
    """Select person, center and role to join with what `counted` adds up, of everyone active within `reach`."""
    if reach.center_ids is None:
        return within(active_postings(day), reach)
    # `counted` has left the active people within reach only: asking again who is active would cost as much once more.
    there = and_(covers(Posting, day), Posting.is_primary, Posting.center_id.in_(reach.center_ids))
    return select(Posting.person_id, Posting.center_id, Posting.role_id).where(there)


def within(postings: Select[int, int, int], reach: Reach) -> Select[int, int, int]:
    """Narrow postings to the centers and roles of `reach`."""
    if reach.center_ids is not None:
        postings = postings.where(Posting.center_id.in_(reach.center_ids))
    if reach.role_ids is not None:
        postings = postings.where(Posting.role_id.in_(reach.role_ids))
    return postings


def planned_for_its_day(session: Session) -> Connection:
    """Return the session's connection, for a statement that PostgreSQL plans each time for the day it is asked about.

    After ten times it would keep one plan for any day, which takes twice as long as those for a day; planning takes a
    millisecond.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    return connection


def stream(session: Session, query: Select[Any]) -> Iterable[Any]:
    """Run a query whose rows are fetched in parts, through a server-side cursor where the database has one.

    On the connection, since the session would look at each row for objects that are not there.
    """
    connection = planned_for_its_day(session)
    if connection.dialect.name == "postgresql":
        # It plans a cursor as if a tenth of the rows were wanted; we want them all.
        connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")
    return connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})


def trust_indexes(session: Session) -> None:
    """Have PostgreSQL look up the few rows that are wanted one by one, until the transaction ends.

    It takes a row that an index leads to for a turn of a disk, and would rather read everyone's postings to find those
    of a course's people: in a large network most of the page's time.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")


def reach_of(session: Session, *, scope: Scope, as_of: date, where: RateFilter, named: bool) -> Reach:
    """Return the ids that the viewer's scope and a filter leave on `as_of`.

    `named` asks for the centers whose people may be named, otherwise for those whose figures may be seen.
    """
    everywhere, allowed = (
        (scope.network, scope.center_ids) if named else (scope.counted_network, scope.counted_center_ids)
    )
    return Reach(
        center_ids=_center_ids(session, None if everywhere else allowed, as_of, where),
        role_ids=_role_ids(session, as_of, where),
        course_ids=_course_ids(session, where),
    )


def _center_ids(session: Session, allowed: Ids, as_of: date, where: RateFilter) -> Ids:
    found = allowed
    if where.unit_id is not None:
        under = _centers_under(session, where.unit_id, as_of)
        found = under if found is None else found if under is None else found & under
    if where.center_codes:
        query = select(OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER, OrgUnit.code.in_(where.center_codes))
        named = frozenset(session.scalars(query))
        found = named if found is None else found & named
    return found


def _centers_under(session: Session, unit_id: int, as_of: date) -> Ids:
    """Return the centers under a unit on `as_of`; None for the network: all of them."""
    kind = session.scalar(KIND, {"unit_id": unit_id})
    if kind == UnitKind.NETWORK:
        return None
    if kind not in {UnitKind.REGION, UnitKind.AREA}:
        return frozenset({unit_id})
    return frozenset(session.scalars(_placed_under(as_of, UnitKind(kind)), {"unit_id": unit_id}))


# Built once: see `people.queries.placement_on`.
UNIT_ID: BindParameter[int] = bindparam("unit_id")
KIND = select(OrgUnit.kind).where(OrgUnit.id == UNIT_ID)


@lru_cache(maxsize=64)
def _placed_under(as_of: date, level: UnitKind) -> Select[int]:
    placed = placement_on(as_of).c
    return select(placed.center_id).where((placed.region_id if level is UnitKind.REGION else placed.area_id) == UNIT_ID)


def _role_ids(session: Session, as_of: date, where: RateFilter) -> Ids:
    if not where.role_codes and where.frontline is None:
        return None
    return frozenset(session.scalars(_roles_with(as_of, tuple(where.role_codes), where.frontline)))


@lru_cache(maxsize=64)
def _roles_with(as_of: date, role_codes: tuple[str, ...], frontline: bool | None) -> Select[int]:
    query = select(JobRole.id)
    if role_codes:
        query = query.where(JobRole.code.in_(role_codes))
    if frontline is not None:
        of_frontline = frontline_roles(as_of)
        query = query.where(JobRole.id.in_(of_frontline) if frontline else JobRole.id.not_in(of_frontline))
    return query


def _course_ids(session: Session, where: RateFilter) -> Ids:
    if not where.course_codes and not where.tiers:
        return None
    query = select(Course.id)
    if where.course_codes:
        query = query.where(Course.code.in_(where.course_codes))
    if where.tiers:
        query = query.where(Course.tier_level.in_(where.tiers))
    return frozenset(session.scalars(query))
