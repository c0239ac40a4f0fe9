"""How many people are exempt from something due: the share that stands beside every rate (domain §3.5)."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import (
    Reach,
    counted,
    enrollment,
    reach_of,
    within,
    would_count_on,
)
from lms.completion.queries_labels import course_labels, load_organization, role_labels, tier_labels
from lms.completion.rules import Dimension, RateFilter, RateLine
from lms.courses.models import Course
from lms.enrollments.exceptions.models import Exemption
from lms.enrollments.exceptions.queries import in_force
from lms.enrollments.exceptions.rules import ExemptShare
from lms.people.queries import active_postings
from lms.people.rules import Scope


class _Spared(NamedTuple):
    """Someone who is exempt from something due, in one group of courses."""

    person_id: int
    center_id: int
    role_id: int
    courses: int | None
    enrollments: int


def exempt_share(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter | None, whole: RateLine
) -> ExemptShare:
    """Return the share of exempt people beside the rate `whole` of the same filter (see `total_rate`)."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=False)
    spared = _spared(session, as_of, reach, None)
    judged = _judged(session, as_of, reach, spared, None)
    only = sum(1 for one in spared if (one.person_id, None) not in judged)
    return ExemptShare(len(spared), whole.people_judged + only, sum(one.enrollments for one in spared))


def exempt_shares(
    session: Session, *, scope: Scope, as_of: date, by: Dimension, where: RateFilter | None, lines: Sequence[RateLine]
) -> Mapping[str, ExemptShare]:
    """Return by code the share of exempt people beside the rates `lines` of the same filter (see `list_rates`).

    Groups with nobody exempt are left out, and so is everyone by PERSON.
    """
    if by is Dimension.PERSON:
        return {}
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=False)
    courses = _COURSES.get(by)
    spared = _spared(session, as_of, reach, by)
    judged = _judged(session, as_of, reach, spared, courses)
    code_of = _codes(session, as_of, by) if spared else None
    exempt: Counter[str] = Counter()
    only: Counter[str] = Counter()
    enrollments: Counter[str] = Counter()
    for one in spared if code_of else ():
        code = code_of(one) if code_of else ""
        exempt[code] += 1
        enrollments[code] += one.enrollments
        only[code] += (one.person_id, one.courses) not in judged
    people = {line.code: line.people_judged for line in lines}
    return {code: ExemptShare(exempt[code], people.get(code, 0) + only[code], enrollments[code]) for code in exempt}


_COURSES: dict[Dimension, ColumnElement[Any]] = {
    Dimension.TIER: Course.tier_level.expression,
    Dimension.COURSE: enrollment.c.course_id,
}


def _spared(session: Session, as_of: date, reach: Reach, by: Dimension | None) -> list[_Spared]:
    """Find the active people within reach with something due that an exemption takes out."""
    return [_Spared(*row) for row in session.execute(_select_spared(as_of, reach, by))]


# Built once for the same question: see `people.queries.placement_on`.
@lru_cache(maxsize=64)
def _select_spared(as_of: date, reach: Reach, by: Dimension | None) -> Select[Any]:
    courses = _COURSES.get(by) if by else None
    # The few who are exempt lead to what they have; SQLite would go through everyone for them.
    someone = select(Exemption.person_id).where(in_force(as_of))
    active = within(active_postings(as_of), reach).subquery("active")
    group = literal(None) if courses is None else courses
    query = (
        select(
            enrollment.c.person_id, active.c.center_id, active.c.role_id, group.label("courses"),
            func.count(enrollment.c.id.distinct()),
        )
        .select_from(Exemption)
        .join(
            enrollment,
            and_(enrollment.c.person_id == Exemption.person_id, enrollment.c.course_id == Exemption.course_id),
        )
        .join(Course, Course.id == enrollment.c.course_id)
        .join(active, active.c.person_id == enrollment.c.person_id)
        .where(in_force(as_of), would_count_on(as_of), active.c.person_id.in_(someone))
        .group_by(enrollment.c.person_id, active.c.center_id, active.c.role_id, *([] if courses is None else [courses]))
    )  # fmt: skip
    if reach.course_ids is not None:
        query = query.where(enrollment.c.course_id.in_(reach.course_ids))
    return query


def _judged(
    session: Session, as_of: date, reach: Reach, spared: Sequence[_Spared], courses: ColumnElement[Any] | None
) -> set[tuple[int, int | None]]:
    """Return which of these people are in the rate all the same, by something else that is due."""
    if not spared:
        return set()
    people = {one.person_id for one in spared}
    everywhere = Reach(course_ids=reach.course_ids)
    group = literal(None) if courses is None else courses
    query = counted(as_of, everywhere, enrollment.c.person_id, group.label("courses"))
    query = query.join(Course, Course.id == enrollment.c.course_id).where(enrollment.c.person_id.in_(people))
    return {(person_id, of) for person_id, of in session.execute(query.distinct())}


def _codes(session: Session, as_of: date, by: Dimension) -> Callable[[_Spared], str]:
    labels: Mapping[Any, Any]
    key: Callable[[_Spared], Hashable]
    if by is Dimension.ROLE:
        labels, key = role_labels(session), lambda one: one.role_id
    elif by is Dimension.TIER:
        labels, key = tier_labels(session), lambda one: one.courses
    elif by is Dimension.COURSE:
        labels, key = course_labels(session), lambda one: one.courses
    else:
        organization = load_organization(session, as_of=as_of)
        labels, key = organization.labels, lambda one: organization.group_of(one.center_id, by)
    return lambda one: str(labels[key(one)].code)
