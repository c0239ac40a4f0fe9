"""Reads of trainings and what became of them: one statement a split, so that their number does not grow."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, distinct, func, literal, select
from sqlalchemy.orm import Session, aliased

from lms.completion.queries_counting import (
    Reach,
    count_if,
    enrollment,
    falls_due_within,
    is_done,
    reach_of,
)
from lms.completion.rules import RateFilter
from lms.completion.rules_bases import Period
from lms.courses.models import Course
from lms.field_checks.models import FieldCheck
from lms.field_checks.rules import CheckKind, CheckState
from lms.field_checks.transfer.rules import Counts
from lms.observations.models import Observation
from lms.observations.queries_reports import month_of
from lms.people.models import OrgPlacement
from lms.people.queries import active_postings, covers
from lms.people.rules import Scope

check, recheck = aliased(FieldCheck, name="first"), aliased(FieldCheck, name="again")
seen, reseen = aliased(Observation, name="seen"), aliased(Observation, name="seen_again")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which trainings are followed: those that fell due in a period, as of a day, of people within a filter."""

    scope: Scope
    as_of: date
    period: Period
    where: RateFilter

    def reach(self, session: Session, *, named: bool = False) -> Reach:
        """Return the ids that scope and filter leave; `named` for people who may be named."""
        return reach_of(session, scope=self.scope, as_of=self.as_of, where=self.where, named=named)


def count_steps(session: Session, asked: Asked, reach: Reach, *, split: str = "") -> dict[Any, Counts]:
    """Count how far trainings got, by `split`: "" (key 0), "center", "area", "role", "course" or "month" due.

    A training is a required enrollment of a course that asks for checks, counted as the rate of the period counts it:
    at the center and in the role that its person holds on the day asked for. What was checked is read from checks
    after training alone; a self-monitoring check is none.
    """
    day, active = asked.as_of, active_postings(asked.as_of).subquery("active")
    of = _groups(active)[split].label("of")
    query = trainings(asked, reach, active, of, *_counts(day)).group_by(of)
    if split == "area":
        query = query.join(OrgPlacement, and_(OrgPlacement.unit_id == active.c.center_id, covers(OrgPlacement, day)))
    return {key: Counts(*map(int, found)) for key, *found in session.execute(query)}


def _groups(active: Subquery) -> dict[str, ColumnElement[Any]]:
    return {
        "": literal(0),
        "center": active.c.center_id,
        "area": OrgPlacement.parent_id.expression,
        "role": active.c.role_id,
        "course": enrollment.c.course_id,
        "month": month_of(enrollment.c.due_on),
    }


def trainings(asked: Asked, reach: Reach, active: Subquery, *columns: Any) -> Select[Any]:
    """Select from the trainings asked for, with the checks of each and what these saw by then."""
    day = asked.as_of
    conditions = [falls_due_within(day, asked.period), Course.field_check_required]
    for column, ids in (
        (active.c.center_id, reach.center_ids),
        (active.c.role_id, reach.role_ids),
        (enrollment.c.course_id, reach.course_ids),
    ):
        if ids is not None:
            conditions.append(column.in_(ids))
    return (
        select(*columns)
        .select_from(enrollment)
        .join(active, active.c.person_id == enrollment.c.person_id)
        .join(Course, Course.id == enrollment.c.course_id)
        .outerjoin(
            check, and_(check.enrollment_id == enrollment.c.id, _counts_as(check, CheckKind.CHECK), is_done(day))
        )
        .outerjoin(seen, _was_seen(seen, check, day))
        .outerjoin(recheck, and_(recheck.follows_id == check.id, _counts_as(recheck, CheckKind.RECHECK)))
        .outerjoin(reseen, _was_seen(reseen, recheck, day))
        .where(*conditions)
    )


def _counts_as(one: Any, kind: CheckKind) -> ColumnElement[bool]:
    return and_(one.kind == kind, one.state != CheckState.VOID)


def _was_seen(observation: Any, of: Any, day: date) -> ColumnElement[bool]:
    current = observation.superseded_at.is_(None)
    return and_(observation.id == of.observation_id, observation.observed_on <= day, current)


def to_check(day: date) -> ColumnElement[bool]:
    """Tell whether a training's check was to have been made by a day: it was, or its window is over."""
    return (seen.id.is_not(None)) | (check.closes_on < day)


def to_recheck(day: date) -> ColumnElement[bool]:
    """Tell whether the re-check of a training that passed was to have been made by a day."""
    return and_(has_passed(seen), (reseen.id.is_not(None)) | (recheck.closes_on < day))


def has_passed(observation: Any) -> ColumnElement[bool]:
    """Tell whether all that an observation asked and that counted was met; and something did."""
    return and_(observation.items_applicable > 0, observation.items_met == observation.items_applicable)


def _counts(day: date) -> list[ColumnElement[int]]:
    """Return the columns of `Counts`."""
    again = and_(has_passed(seen), reseen.id.is_not(None))
    return [
        func.count(distinct(enrollment.c.person_id)),
        func.count(),
        count_if(is_done(day)),
        count_if(to_check(day)),
        func.count(seen.id),
        count_if(has_passed(seen)),
        count_if(to_recheck(day)),
        count_if(again),
        count_if(and_(again, has_passed(reseen))),
    ]
