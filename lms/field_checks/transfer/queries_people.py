"""Reads of the people behind a step: who took it, or who could have and did not."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import enrollment, is_done
from lms.courses.models import Course
from lms.field_checks.transfer.queries import (
    Asked,
    check,
    has_passed,
    recheck,
    reseen,
    seen,
    to_check,
    trainings,
)
from lms.field_checks.transfer.rules import Step
from lms.people.models import JobRole, OrgUnit, Person
from lms.people.queries import active_postings, visible_people
from lms.shared.paging import PER_PAGE, Page, offset_of


class Trained(NamedTuple):
    """A training of someone, with the check, or re-check, that tells how it went; None where there is none."""

    person_id: int
    public_id: str
    staff_no: str
    name: str
    center_name_ko: str
    center_name_en: str
    role_title_ko: str
    role_title_en: str
    course_title_ko: str
    course_title_en: str
    due_on: date
    completed_on: date | None
    check_id: str | None
    check_center_id: int | None
    observed_on: date | None


def list_trained(session: Session, asked: Asked, *, step: Step, took: bool, page: int) -> Page[Trained]:
    """List the trainings that took a step, or could have and did not, of people the viewer may name."""
    query = _select_trained(session, asked, step, took)
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(enrollment.c.id).subquery())) or 0
    rows = session.execute(_in_order(query).offset(offset_of(page)).limit(PER_PAGE))
    return Page([Trained(*row) for row in rows], page, total)


def iter_trained(session: Session, asked: Asked, *, step: Step, took: bool) -> Iterator[Trained]:
    """Yield every row of `list_trained`."""
    return (Trained(*row) for row in session.execute(_in_order(_select_trained(session, asked, step, took))))


def list_trained_ids(session: Session, asked: Asked, *, step: Step, took: bool) -> list[int]:
    """List whom `list_trained` names, each once."""
    query = _select_trained(session, asked, step, took)
    return list(session.scalars(query.with_only_columns(Person.id).distinct().order_by(Person.id)))


def _select_trained(session: Session, asked: Asked, step: Step, took: bool) -> Select[Any]:
    active = active_postings(asked.as_of).subquery("active")
    which, observation = (recheck, reseen) if step is Step.KEPT else (check, seen)
    return (
        trainings(
            asked, asked.reach(session, named=True), active,
            Person.id, Person.public_id, Person.staff_no, Person.name, OrgUnit.name_ko, OrgUnit.name_en,
            JobRole.title_ko, JobRole.title_en, Course.title_ko, Course.title_en, enrollment.c.due_on,
            enrollment.c.completed_on, which.public_id, which.center_id, observation.observed_on,
        )
        .join(Person, Person.id == enrollment.c.person_id)
        .join(OrgUnit, OrgUnit.id == active.c.center_id)
        .join(JobRole, JobRole.id == active.c.role_id)
        .where(_who(asked.as_of)[step, took], visible_people(asked.scope))
    )  # fmt: skip


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(OrgUnit.code, Person.name, Person.staff_no, Course.code, enrollment.c.id)


def _who(day: date) -> Mapping[tuple[Step, bool], ColumnElement[bool]]:
    done, again = func.coalesce(is_done(day), False), and_(has_passed(seen), reseen.id.is_not(None))
    return {
        (Step.COMPLETED, True): done,
        (Step.COMPLETED, False): ~done,
        (Step.CHECKED, True): seen.id.is_not(None),
        (Step.CHECKED, False): and_(to_check(day), seen.id.is_(None)),
        (Step.PASSED, True): has_passed(seen),
        (Step.PASSED, False): and_(seen.id.is_not(None), ~has_passed(seen)),
        (Step.KEPT, True): and_(again, has_passed(reseen)),
        (Step.KEPT, False): and_(again, ~has_passed(reseen)),
    }
