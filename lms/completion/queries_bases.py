"""Rates on any basis, at the center of the day or of the due date, as of a day or over a period.

What rates mean when nothing else is said, `queries` reads faster; on the same question both give the same figures.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, cast, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.completion.queries import UNIT_LEVELS
from lms.completion.queries_counting import (
    Reach,
    count_if,
    counts_on,
    enrollment,
    falls_due_within,
    is_assigned_on,
    is_done,
    reach_of,
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
from lms.completion.rules import Dimension, RateFilter, Tally
from lms.completion.rules_bases import WEIGHT_UNITS, Attribution, Basis, Measure, Sums
from lms.courses.models import Course
from lms.people.models import Person, Posting
from lms.people.queries import active_postings, visible_people
from lms.people.rules import Scope

Groups = Mapping[int | None, Sums]
NOTHING = Sums()


class MeasuredLine(NamedTuple):
    """The rate of one group on a basis. `share` is `done` of `due` in the units of the basis.

    `code` is "" for people whose center stands under no area or region; role and tier have no `public_id`.
    """

    code: str
    name_ko: str
    name_en: str
    public_id: str | None
    share: Tally
    sums: Sums


def list_measured(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    by: Dimension,
    measure: Measure,
    where: RateFilter | None = None,
    include_empty: bool = False,
) -> list[MeasuredLine]:
    """List the rate of every group with something to count, ordered by code.

    Counted are people active on `as_of`; `measure.attribution` says at which center and in which role. Whoever worked
    nowhere on a due date counts where they work on `as_of`. Areas and regions are those of `as_of`. By PERSON, only
    people the viewer may name now are listed: whoever has moved on is in their former center's sum alone.

    Raises:
        ValueError: there is no such rate (`Measure.is_possible`).
    """
    where = where or RateFilter()
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=by is Dimension.PERSON)
    if by is Dimension.PERSON:
        return _people(session, scope, as_of, reach, measure, include_empty=include_empty)
    labels: Labels
    if by in UNIT_LEVELS:
        sums, labels = _by_unit(session, as_of, reach, by, measure)
    elif by is Dimension.ROLE:
        sums, labels = _sums_by(session, as_of, reach, measure, "role_id"), role_labels(session, reach.role_ids)
    elif by is Dimension.TIER:
        sums, labels = _sums_by(session, as_of, reach, measure, "tier"), tier_labels(session, reach.course_ids)
    else:
        sums, labels = _sums_by(session, as_of, reach, measure, "course_id"), course_labels(session, reach.course_ids)
    lines = (measured(label, sums.get(key, NOTHING), measure.basis) for key, label in labels.items())
    return [line for line in lines if include_empty or line.share.due]


def total_measured(
    session: Session, *, scope: Scope, as_of: date, measure: Measure, where: RateFilter | None = None
) -> MeasuredLine:
    """Return the rate over everything that the viewer's scope and the filter leave; its code is "TOTAL".

    Raises:
        ValueError: there is no such rate (`Measure.is_possible`).
    """
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=False)
    return total_of(_sums_by(session, as_of, reach, measure, "center_id").values(), measure.basis)


def total_of(many: Iterable[Sums], basis: Basis) -> MeasuredLine:
    """Return the whole of groups in which everything stands once."""
    return measured(Label("TOTAL", "", "", None), sum(many, NOTHING), basis)


def measured(label: Label, sums: Sums, basis: Basis) -> MeasuredLine:
    """Return a group's line."""
    return MeasuredLine(*label, sums.share(basis), sums)


def _by_unit(
    session: Session, as_of: date, reach: Reach, by: Dimension, measure: Measure
) -> tuple[dict[int | None, Sums], Labels]:
    organization = load_organization(session, as_of=as_of, center_ids=reach.center_ids)
    sums: dict[int | None, Sums] = {}
    centers = _sums_by(session, as_of, reach, measure, "center_id")
    for center_id, of_center in centers.items():
        group = organization.group_of(center_id, by)
        sums[group] = sums.get(group, NOTHING) + of_center
    # A center that has closed since may have been responsible.
    reached = organization.open_ids if reach.center_ids is None else organization.open_ids & reach.center_ids
    return sums, organization.groups(by, reached.union(key for key in centers if key is not None))


def _people(
    session: Session, scope: Scope, as_of: date, reach: Reach, measure: Measure, *, include_empty: bool
) -> list[MeasuredLine]:
    sums = _of_people(as_of, reach, measure).subquery("sums")
    who = (Person.staff_no, Person.name, Person.name.label("name_en"), Person.public_id)
    query = select(*who, *(sums.c[name] for name in Sums._fields if name in sums.c))
    query = query.select_from(Person).join(sums, sums.c.person_id == Person.id, isouter=include_empty)
    if include_empty:
        there = within(active_postings(as_of), reach).with_only_columns(Posting.person_id)
        query = query.where(or_(sums.c.person_id.is_not(None), Person.id.in_(there)))
    rows = session.execute(query.where(visible_people(scope)).order_by(Person.staff_no))
    return [measured(Label(*row[:4]), _of_person(row[4:]), measure.basis) for row in rows]


def _of_person(row: Iterable[Any]) -> Sums:
    """Return what one person adds up to; None, where nothing counts."""
    due, done, on_time, *rest = (int(number or 0) for number in row)
    return Sums(due, done, on_time, int(due > 0), int(due > 0 and done == due), *rest)


def _of_people(as_of: date, reach: Reach, measure: Measure) -> Select[Any]:
    counted = _counted(as_of, reach, measure).subquery("counted")
    return select(counted.c.person_id, *_columns(counted, measure)).group_by(counted.c.person_id)


def _sums_by(session: Session, as_of: date, reach: Reach, measure: Measure, key: str) -> dict[int | None, Sums]:
    """Add up each person once in each group, then the people of each group."""
    counted = _counted(as_of, reach, measure).subquery("counted")
    group = counted.c[key]
    people = (
        select(group, *_columns(counted, measure)).group_by(counted.c.person_id, group).subquery("people")
    )  # fmt: skip
    columns = people.c
    query = select(
        columns[key],
        func.sum(columns.due), func.sum(columns.done), func.sum(columns.on_time),
        func.count(), count_if(columns.done == columns.due),
        *(func.sum(columns[name]) for name in Sums._fields if name not in WITHOUT_COURSES),
    ).group_by(columns[key])  # fmt: skip
    # PostgreSQL's sums come as Decimal.
    return {row[0]: Sums(*(int(number or 0) for number in row[1:])) for row in session.execute(query)}


WITHOUT_COURSES = ("due", "done", "on_time", "people", "people_done")


def _columns(counted: FromClause, measure: Measure) -> list[ColumnElement[Any]]:
    """Return what a person, or a person at one center or in one group, adds up to."""
    rows = counted.c
    of_courses: tuple[ColumnElement[int], ColumnElement[int]] = func.count(), count_if(rows.is_done)
    if measure.period is not None:
        # A course may fall due twice in a period: it is done when every cycle is.
        open_courses = func.count(distinct(rows.course_id)).filter(~rows.is_done)
        of_courses = func.count(distinct(rows.course_id)), func.count(distinct(rows.course_id)) - open_courses
    return [
        func.count().label("due"),
        count_if(rows.is_done).label("done"),
        count_if(rows.is_on_time).label("on_time"),
        of_courses[0].label("courses"),
        of_courses[1].label("courses_done"),
        func.sum(rows.weight).label("weight"),
        func.coalesce(func.sum(rows.weight).filter(rows.is_done), 0).label("weight_done"),
        func.sum(rows.weight * rows.weight).label("weight_squares"),
    ]


def _counted(as_of: date, reach: Reach, measure: Measure) -> Select[Any]:
    """Select every enrollment in the rate, with where and in which job it counts."""
    if not measure.is_possible:
        raise ValueError("what is assigned but not due has no center of its due date")
    active = active_postings(as_of).subquery("active")
    then = aliased(Posting, name="then")
    center_id: ColumnElement[int] = active.c.center_id
    role_id: ColumnElement[int] = active.c.role_id
    if measure.attribution is Attribution.DUE_DATE:
        center_id, role_id = func.coalesce(then.center_id, center_id), func.coalesce(then.role_id, role_id)
    due_on = enrollment.c.due_on
    on_time = and_(is_done(as_of), or_(due_on.is_(None), enrollment.c.completed_on <= due_on))
    query = (
        select(
            enrollment.c.person_id, enrollment.c.course_id, Course.tier_level.label("tier"),
            center_id.label("center_id"), role_id.label("role_id"),
            func.coalesce(is_done(as_of), False).label("is_done"),
            func.coalesce(on_time, False).label("is_on_time"),
            cast(func.round(Course.weight * WEIGHT_UNITS), Integer).label("weight"),
        )
        .select_from(enrollment)
        .join(active, active.c.person_id == enrollment.c.person_id)
        .join(Course, Course.id == enrollment.c.course_id)
        .where(_is_counted(as_of, measure))
    )  # fmt: skip
    if measure.attribution is Attribution.DUE_DATE:
        worked = and_(then.starts_on <= due_on, or_(then.ends_on.is_(None), then.ends_on > due_on))
        primary = and_(then.person_id == enrollment.c.person_id, then.is_primary, then.superseded_at.is_(None))
        query = query.outerjoin(then, and_(primary, worked))
        if reach.center_ids is not None:
            # Narrows to the people before anything is read.
            ever = select(Posting.person_id).where(Posting.center_id.in_(reach.center_ids))
            query = query.where(enrollment.c.person_id.in_(ever))
    if reach.course_ids is not None:
        query = query.where(enrollment.c.course_id.in_(reach.course_ids))
    for column, ids in ((center_id, reach.center_ids), (role_id, reach.role_ids)):
        query = query if ids is None else query.where(column.in_(ids))
    return query


def _is_counted(as_of: date, measure: Measure) -> ColumnElement[bool]:
    if measure.basis is Basis.ASSIGNED:
        return is_assigned_on(as_of, measure.period)
    return counts_on(as_of) if measure.period is None else falls_due_within(as_of, measure.period)
