"""Rates: how many enrollments have fallen due, are done and were done on time, by any dimension, on any day."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import (
    Reach,
    count_if,
    counted,
    enrollment,
    is_short,
    places_of_counted,
    planned_for_its_day,
    reach_of,
    stream,
    tally_columns,
    within,
)
from lms.completion.queries_labels import (
    Label,
    Labels,
    course_labels,
    load_organization,
    role_labels,
    tier_labels,
)
from lms.completion.rules import DEFAULT_TARGET, Dimension, RateFilter, RateLine, Tally
from lms.courses.models import Course
from lms.people.models import Person
from lms.people.queries import active_postings, visible_people
from lms.people.rules import Scope

Sums = tuple[int, int, int, int, int, int]  # due, done, on time; people judged, short, with everything done
Groups = dict[int | None, Sums]  # by the database id of unit, role, tier or course; None is under no unit
NOTHING: Sums = (0, 0, 0, 0, 0, 0)
UNIT_LEVELS = frozenset({Dimension.NETWORK, Dimension.REGION, Dimension.AREA, Dimension.CENTER})


def list_rates(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    by: Dimension,
    where: RateFilter | None = None,
    include_empty: bool = False,
) -> list[RateLine]:
    """List the rate of every group with something due on `as_of`, ordered by code (ruling 12).

    A person counts at the center, and in the role, held on `as_of` (ruling 11). Figures come from the centers whose
    figures the viewer may see; by PERSON, from those whose people the viewer may name. `include_empty` adds groups
    with nothing due.
    """
    where = where or RateFilter()
    if by is Dimension.PERSON:
        # All at once: PostgreSQL works on a cursor with one process only.
        people = planned_for_its_day(session).execute(_person_rates(session, scope, as_of, where, include_empty))
        return list(_person_lines(people.all()))
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=False)
    if by in UNIT_LEVELS:
        sums, labels = _by_unit(session, as_of, reach, by)
    elif by is Dimension.ROLE:
        sums, labels = _by_posting(session, as_of, reach, "role_id"), role_labels(session, reach.role_ids)
    elif by is Dimension.TIER:
        sums, labels = _by_tier(session, as_of, reach), tier_labels(session, reach.course_ids)
    else:
        sums, labels = _by_course(session, as_of, reach), course_labels(session, reach.course_ids)
    lines = (_line(label, sums.get(key, NOTHING)) for key, label in labels.items())
    return [line for line in lines if include_empty or line.tally.due]


def total_rate(session: Session, *, scope: Scope, as_of: date, where: RateFilter | None = None) -> RateLine:
    """Return the rate over everything that the viewer's scope and the filter leave; its code is "TOTAL"."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=False)
    sums = _by_posting(session, as_of, reach, "center_id").values()
    return _line(Label("TOTAL", "", "", None), _added(sums))


def iter_person_rates(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    where: RateFilter | None = None,
    include_empty: bool = False,
) -> Iterator[RateLine]:
    """Yield the rate of each person the viewer may name, by staff number, without holding them all in memory."""
    query = _person_rates(session, scope, as_of, where or RateFilter(), include_empty)
    return _person_lines(stream(session, query))


def _person_rates(session: Session, scope: Scope, as_of: date, where: RateFilter, include_empty: bool) -> Select[Any]:
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    tallies = person_tallies(as_of, reach).subquery("tallies")
    active = (within(active_postings(as_of), reach) if include_empty else places_of_counted(as_of, reach)).subquery()
    return (
        select(Person.staff_no, Person.name, Person.public_id, tallies.c.due, tallies.c.done, tallies.c.on_time)
        .join(active, active.c.person_id == Person.id)
        .join(tallies, tallies.c.person_id == Person.id, isouter=include_empty)
        .where(visible_people(scope))
        .order_by(Person.staff_no)
    )


def _person_lines(rows: Iterable[Any]) -> Iterator[RateLine]:
    for staff_no, name, public_id, due, done, on_time in rows:
        yield RateLine(staff_no, name, name, public_id, *_judged(due or 0, done or 0, on_time or 0))


# Of thousands of people there are some dozens of different tallies.
@lru_cache(maxsize=4096)
def _judged(due: int, done: int, on_time: int) -> tuple[Tally, int, int, int]:
    tally = Tally(due, done, on_time)
    judged = int(tally.due > 0)
    return tally, judged, int(tally.is_below(DEFAULT_TARGET)), int(judged and not tally.missing)


def person_tallies(as_of: date, reach: Reach, *extra: ColumnElement[Any]) -> Select[Any]:
    """Select person_id, due, done, on_time, and more aggregates, of each person with something due."""
    person_id = enrollment.c.person_id
    return counted(as_of, reach, person_id, *tally_columns(as_of), *extra, everyone=True).group_by(person_id)


def _by_unit(session: Session, as_of: date, reach: Reach, by: Dimension) -> tuple[Groups, Labels]:
    organization = load_organization(session, as_of=as_of, center_ids=reach.center_ids)
    sums: Groups = {}
    centers = _by_posting(session, as_of, reach, "center_id")
    for center_id, counts in centers.items():
        group = organization.group_of(center_id, by)
        sums[group] = _added((sums.get(group, NOTHING), counts))
    reached = organization.open_ids if reach.center_ids is None else organization.open_ids & reach.center_ids
    return sums, organization.groups(by, reached)


def _by_posting(session: Session, as_of: date, reach: Reach, key: str) -> Groups:
    """Add up each person's tally over the centers or roles they hold on the day."""
    tallies = person_tallies(as_of, reach).subquery("tallies")
    active = places_of_counted(as_of, reach).subquery("active")
    joined = select(active.c[key], *_sums(tallies.c)).join(tallies, tallies.c.person_id == active.c.person_id)
    return _as_sums(session, joined.group_by(active.c[key]))


def _by_tier(session: Session, as_of: date, reach: Reach) -> Groups:
    tallies = (
        person_tallies(as_of, reach, Course.tier_level.expression)
        .join(Course, Course.id == enrollment.c.course_id)
        .group_by(Course.tier_level)
        .subquery("tallies")
    )
    active = places_of_counted(as_of, reach).subquery("active")
    joined = select(tallies.c.tier_level, *_sums(tallies.c)).join(active, active.c.person_id == tallies.c.person_id)
    return _as_sums(session, joined.group_by(tallies.c.tier_level))


def _by_course(session: Session, as_of: date, reach: Reach) -> Groups:
    """Add up courses at once: a person has at most one counted enrollment in a course."""
    active = places_of_counted(as_of, reach).subquery("active")
    course_id = enrollment.c.course_id
    due, done, on_time = tally_columns(as_of)
    people = (due.label("judged"), (due - done).label("short"), done.label("complete"))
    query = counted(as_of, reach, course_id, due, done, on_time, *people, everyone=True)
    return _as_sums(session, query.join(active, active.c.person_id == enrollment.c.person_id).group_by(course_id))


def _sums(tallies: Any) -> tuple[ColumnElement[int], ...]:
    return (
        func.sum(tallies.due),
        func.sum(tallies.done),
        func.sum(tallies.on_time),
        func.count(),
        count_if(is_short(tallies.due, tallies.done)),
        count_if(tallies.done == tallies.due),
    )


def _as_sums(session: Session, query: Select[Any]) -> Groups:
    # PostgreSQL's sums of counts come as Decimal.
    return {key: tuple(map(int, counts)) for key, *counts in planned_for_its_day(session).execute(query)}  # type: ignore[misc]


def _added(many: Iterable[Sums]) -> Sums:
    return tuple(map(sum, zip(NOTHING, *many, strict=True)))  # type: ignore[return-value]


def _line(label: Label, sums: Sums) -> RateLine:
    return RateLine(*label, Tally(*sums[:3]), *sums[3:])
