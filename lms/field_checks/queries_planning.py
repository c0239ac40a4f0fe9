"""What is missing of the plan: people to draw for a week at a center, re-checks to make, windows that are over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.field_checks.models import FieldCheck
from lms.field_checks.rules import ANSWER_DAYS, DRAFT_DAYS, OBSERVED, SETTLE_DAYS, CheckKind, CheckState, Terms
from lms.field_checks.rules_sample import Candidate, allot, draw, week_of, weeks_to_plan
from lms.observations.models import BehaviorCourse, BehaviorRole, ItemSetItem, StandardItem
from lms.observations.queries_standards import find_version
from lms.people.models import Duty, JobRole
from lms.people.queries import active_postings, covers
from lms.people.rules import CENTER_DUTIES, DUTY_OF_JOB, DutyKind

# Whom a check falls to first.
ORDER = (
    DutyKind.COORDINATOR,
    DutyKind.DEPUTY_COORDINATOR,
    DutyKind.CENTER_MANAGER,
    DutyKind.REPRESENTATIVE,
)


class Trained(NamedTuple):
    """Someone who completed a course that asks for a check of their job."""

    enrollment_id: int
    person_id: int
    center_id: int
    role_id: int
    course_id: int
    completed_on: date


@dataclass(frozen=True, slots=True)
class Missing:
    """What the plan lacks: checks to make of these people, by the version of the standard; and re-checks to follow."""

    version_id: int | None
    trained: Sequence[Trained]
    rechecks: Sequence[FieldCheck]


def find_missing(session: Session, *, on: date) -> Missing:
    """Find what is missing of the plan on a day; nothing, once that is planned."""
    version = find_version(session, on=on)
    if version is None:
        return Missing(None, [], [])
    return Missing(version.id, _missing_trained(session, version.id, on), list_missing_rechecks(session, on=on))


def list_terms(session: Session) -> dict[int, Terms]:
    """List when checks are made, by the course that asks for them in the catalog."""
    standard = Terms()
    rows = session.scalars(select(Course).where(Course.field_check_required))
    return {
        row.id: Terms(
            standard.from_days if row.field_check_from_days is None else row.field_check_from_days,
            standard.to_days if row.field_check_to_days is None else row.field_check_to_days,
            row.recheck_days or 0,
        )
        for row in rows
    }


def _missing_trained(session: Session, version_id: int, on: date) -> list[Trained]:
    terms = list_terms(session)
    if not terms:
        return []
    since, until = weeks_to_plan(on, max(one.to_days for one in terms.values()))
    weeks: dict[date, dict[int, list[Trained]]] = {}
    for row in session.execute(_trained(version_id, since, until, on)):
        one = Trained(*row)
        weeks.setdefault(week_of(one.completed_on), {}).setdefault(one.center_id, []).append(one)
    planned = _planned(session, since, until)
    return [one for week, centers in weeks.items() for one in draw_week(week, centers, planned, terms, on)]


def draw_week(
    week: date, centers: Mapping[int, Sequence[Trained]], planned: Mapping[tuple[date, int], set[int]],
    terms: Mapping[int, Terms], on: date,
) -> Iterator[Trained]:  # fmt: skip
    """Give whom to draw for a week besides those who were; never a check whose window is over as it is made."""
    drawn_before = {who for (day, _center), people in planned.items() if day == week for who in people}
    wanted = allot({center: len({one.person_id for one in trained}) for center, trained in centers.items()})
    for center, number in wanted.items():
        # Who was drawn at a center they have left since was drawn.
        there = planned.get((week, center), set()) | (drawn_before & {one.person_id for one in centers[center]})
        if number <= len(there):
            continue
        by_id = {one.enrollment_id: one for one in centers[center]}
        candidates = [Candidate(one.person_id, one.enrollment_id) for one in by_id.values()]
        for drawn in draw(candidates, number, seed=f"{week}"):
            one = by_id[drawn.enrollment_id]
            is_late = terms[one.course_id].window(one.completed_on)[1] < on
            if drawn.person_id not in there and len(there) < number and not is_late:
                there = there | {drawn.person_id}
                yield one


def _trained(version_id: int, since: date, until: date, on: date) -> Select[Any]:
    """Select everyone active who completed a course that asks their job for something, in these days."""
    active = active_postings(on).subquery("active")
    return (
        select(
            Enrollment.id, Enrollment.person_id, active.c.center_id, active.c.role_id, Enrollment.course_id,
            Enrollment.completed_on,
        )
        .join(active, active.c.person_id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(
            Course.field_check_required,
            Enrollment.completed_on >= since, Enrollment.completed_on < until,
            _asks(version_id, Enrollment.course_id, active.c.role_id),
        )
    )  # fmt: skip


def _asks(version_id: int, course_id: Any, role_id: Any) -> ColumnElement[bool]:
    """Return the condition that a version of the standard asks something that a course teaches a job role."""
    # Few pairs of course and job: the database makes the list once, not for every row.
    return tuple_(course_id, role_id).in_(asked_pairs(version_id))


def asked_pairs(version_id: int) -> Select[int, int]:
    """Select each course and job role of which a version of the standard asks something."""
    named = exists().where(BehaviorRole.behavior_id == BehaviorCourse.behavior_id)
    return (
        select(BehaviorCourse.course_id, JobRole.id)
        .join(StandardItem, StandardItem.behavior_id == BehaviorCourse.behavior_id)
        .join(ItemSetItem, and_(ItemSetItem.item_id == StandardItem.id, ItemSetItem.item_set_id == version_id))
        .join(JobRole, or_(~named, named.where(BehaviorRole.job_role_id == JobRole.id)))
    )


def _planned(session: Session, since: date, until: date) -> dict[tuple[date, int], set[int]]:
    """Return who was drawn already, by week and center, whatever became of it."""
    rows = session.execute(
        select(FieldCheck.completed_on, FieldCheck.center_id, FieldCheck.person_id).where(
            FieldCheck.kind == CheckKind.CHECK, FieldCheck.completed_on >= since, FieldCheck.completed_on < until
        )
    )
    found: dict[tuple[date, int], set[int]] = {}
    for completed_on, center_id, person_id in rows:
        if completed_on is not None:
            found.setdefault((week_of(completed_on), center_id), set()).add(person_id)
    return found


def list_missing_rechecks(session: Session, *, on: date) -> list[FieldCheck]:
    """List the checks that a re-check is to follow and has not; of those who work where they did."""
    follower = aliased(FieldCheck)
    active = active_postings(on).subquery("active")
    terms = list_terms(session)
    longest = max((one.recheck_days + one.to_days - one.from_days for one in terms.values()), default=0)
    rows = session.scalars(
        select(FieldCheck)
        .join(Course, Course.id == FieldCheck.course_id)
        .join(active, and_(active.c.person_id == FieldCheck.person_id, active.c.center_id == FieldCheck.center_id))
        .where(
            FieldCheck.kind == CheckKind.CHECK,
            FieldCheck.state.in_(OBSERVED),
            # Follows from the windows below; said so that the years before are not read.
            FieldCheck.completed_on >= on - timedelta(days=longest),
            Course.recheck_days > 0,
            Course.field_check_required,
            ~exists().where(follower.follows_id == FieldCheck.id),
        )
        .order_by(FieldCheck.id)
    )
    return [
        row
        for row in rows
        if row.course_id and row.completed_on  # a check after training has both
        and terms[row.course_id].window(row.completed_on, CheckKind.RECHECK)[1] >= on
    ]  # fmt: skip


def list_over(session: Session, *, on: date) -> list[tuple[FieldCheck, bool]]:
    """List the open checks whose window is over, each with whether its person still works there."""
    active = active_postings(on).subquery("active")
    rows = session.execute(
        select(FieldCheck, active.c.person_id.is_not(None))
        .outerjoin(active, and_(active.c.person_id == FieldCheck.person_id, active.c.center_id == FieldCheck.center_id))
        .where(
            or_(
                and_(FieldCheck.state == CheckState.PLANNED, FieldCheck.closes_on < on),
                and_(FieldCheck.state == CheckState.DRAFT, FieldCheck.closes_on < on - timedelta(days=DRAFT_DAYS)),
            )
        )
        .order_by(FieldCheck.id)
    )
    return [(check, is_there) for check, is_there in rows]


def observers_by_center(
    session: Session, center_ids: Iterable[int], *, on: date, first: DutyKind = ORDER[0]
) -> dict[int, list[int]]:  # fmt: skip
    """Return who is in charge at centers, whom a check falls to first first; nobody who is away."""
    order = sorted(ORDER, key=lambda kind: (kind is not first, ORDER.index(kind)))
    wanted = sorted(set(center_ids))
    active = active_postings(on).subquery("active")
    by_duty = (
        select(Duty.unit_id, Duty.person_id, case({str(kind): at for at, kind in enumerate(order)}, value=Duty.kind))
        .join(active, active.c.person_id == Duty.person_id)
        .where(Duty.kind.in_(CENTER_DUTIES), Duty.unit_id.in_(wanted), covers(Duty, on))
    )
    by_job = (
        select(active.c.center_id, active.c.person_id, JobRole.code)
        .join(JobRole, JobRole.id == active.c.role_id)
        .where(JobRole.code.in_(list(DUTY_OF_JOB)), active.c.center_id.in_(wanted))
    )
    found = [tuple(row) for row in session.execute(by_duty)]
    found += [(center, person, order.index(DUTY_OF_JOB[code])) for center, person, code in session.execute(by_job)]
    in_charge: dict[int, list[int]] = {}
    for center, person, _place in sorted(found, key=lambda one: (one[2], one[1])):
        if person not in in_charge.setdefault(center, []):
            in_charge[center].append(person)
    return in_charge


def list_settled(session: Session, *, now: datetime) -> list[FieldCheck]:
    """List the checks that nothing waits for any more: acknowledged a while ago, or submitted and never answered."""
    no_second = or_(~FieldCheck.needs_second, FieldCheck.second_at.is_not(None))
    acknowledged = and_(
        FieldCheck.state == CheckState.ACKNOWLEDGED, FieldCheck.responded_at < now - timedelta(days=SETTLE_DAYS)
    )
    never_answered = and_(
        FieldCheck.state == CheckState.SUBMITTED, FieldCheck.submitted_at < now - timedelta(days=ANSWER_DAYS)
    )
    rows = select(FieldCheck).where(no_second, or_(acknowledged, never_answered)).order_by(FieldCheck.id)
    return list(session.scalars(rows))


def is_behind(session: Session, *, now: datetime, on: date) -> bool:
    """Tell whether a run of the plan would find something to do."""
    missing = find_missing(session, on=on)
    return bool(missing.trained or missing.rechecks or list_over(session, on=on) or list_settled(session, now=now))
