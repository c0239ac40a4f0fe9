"""Reads of many checks: what waits in a viewer's reach, and who may observe there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.queries import reached, with_round
from lms.field_checks.rules import OBSERVED, OPEN, CheckKind, CheckState
from lms.field_checks.rules_calibration import Calibration, calibration_fault
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers, visible_people
from lms.people.rules import CENTER_DUTIES, DUTY_OF_JOB, Scope
from lms.shared.paging import PER_PAGE, Page, offset_of

# What was missed or observed stays on the list this long; figures of longer times are elsewhere.
SHOWN_DAYS = 92


class Group(StrEnum):
    """The parts of the list."""

    NOW = "NOW"
    WAITING = "WAITING"
    COMING = "COMING"
    MISSED = "MISSED"
    OBSERVED = "OBSERVED"


def _in_group(on: date) -> dict[Group, ColumnElement[bool]]:
    # Rounds of self-monitoring have a page of their own; but who is to answer finds all that waits in one place.
    after_training = FieldCheck.kind != CheckKind.MONITORING
    second = and_(FieldCheck.needs_second, FieldCheck.second_at.is_(None), FieldCheck.state != CheckState.CLOSED)
    waiting = or_(FieldCheck.state == CheckState.DISPUTED, second)
    lately = FieldCheck.closes_on >= on - timedelta(days=SHOWN_DAYS)
    return {
        Group.NOW: and_(after_training, FieldCheck.state.in_(OPEN), FieldCheck.opens_on <= on),
        Group.WAITING: and_(FieldCheck.state.in_(OBSERVED), waiting),
        Group.COMING: and_(after_training, FieldCheck.state.in_(OPEN), FieldCheck.opens_on > on),
        Group.MISSED: and_(after_training, FieldCheck.state == CheckState.MISSED, lately),
        Group.OBSERVED: and_(after_training, FieldCheck.state.in_(OBSERVED), ~waiting, lately),
    }


def count_groups(session: Session, *, scope: Scope) -> dict[Group, int]:
    """Count the checks of each part of the list."""
    groups = _in_group(scope.on)
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in groups.values()]
    row = session.execute(select(*sums).where(reached(scope))).one()
    return dict(zip(groups, row, strict=True))


def list_checks(session: Session, *, scope: Scope, group: Group, page: int) -> Page[FieldCheck]:
    """List the checks of one part of the list: the most urgent first; of what is over the latest first."""
    is_over = group in {Group.MISSED, Group.OBSERVED}
    order = FieldCheck.closes_on.desc() if is_over else FieldCheck.closes_on
    rows = session.scalars(
        select(FieldCheck)
        .where(reached(scope), _in_group(scope.on)[group])
        .order_by(order, FieldCheck.id)
        .offset(offset_of(page))
        .limit(PER_PAGE)
        .options(
            joinedload(FieldCheck.person), joinedload(FieldCheck.course), joinedload(FieldCheck.center),
            joinedload(FieldCheck.observer), joinedload(FieldCheck.observation), *with_round(),
        )
    ).all()  # fmt: skip
    return Page(rows, page, count_groups(session, scope=scope)[group])


@dataclass(frozen=True, slots=True)
class Observer:
    """Someone in charge at a center, their latest calibration, and why they cannot submit now (None: they can)."""

    person: Person
    center: OrgUnit
    latest: Calibration | None
    fault: str | None


def observers_at(on: date, center_ids: Sequence[int] | None) -> ColumnElement[bool]:
    """Return the condition on a posting that its person is in charge of its center, by duty or by job."""
    duties = select(Duty.person_id).where(
        Duty.kind.in_(CENTER_DUTIES), Duty.unit_id == Posting.center_id, covers(Duty, on)
    )
    in_charge = or_(Posting.person_id.in_(duties), JobRole.code.in_(list(DUTY_OF_JOB)))
    within = [] if center_ids is None else [Posting.center_id.in_(center_ids)]
    return and_(covers(Posting, on), Posting.is_primary, in_charge, *within)


def list_observers(session: Session, *, scope: Scope, page: int) -> Page[Observer]:
    """List those in charge at the viewer's centers, with whether they may submit."""
    center_ids = None if scope.network else sorted(scope.center_ids)
    wanted = (
        select(Person, OrgUnit)
        .join(Posting, Posting.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(observers_at(scope.on, center_ids), visible_people(scope))
    )
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(
        wanted.order_by(OrgUnit.code, Person.name, Person.id).offset(offset_of(page)).limit(PER_PAGE)
    ).all()
    known = _calibrations(session, [person.id for person, _ in rows])
    return Page([_observer(*row, known.get(row[0].id, []), scope.on) for row in rows], page, total)


def _observer(person: Person, center: OrgUnit, known: list[Calibration], on: date) -> Observer:
    return Observer(person, center, max(known, default=None), calibration_fault(known, on))


def _calibrations(session: Session, person_ids: Sequence[int]) -> dict[int, list[Calibration]]:
    rows = session.scalars(
        select(ObserverCalibration)
        .where(ObserverCalibration.person_id.in_(person_ids))
        .order_by(ObserverCalibration.recorded_at)
    )
    known: dict[int, dict[date, Calibration]] = {}
    for row in rows:
        one = Calibration(row.calibrated_on, row.agreement, row.valid_until)
        known.setdefault(row.person_id, {})[row.calibrated_on] = one
    return {person_id: list(days.values()) for person_id, days in known.items()}
