"""Reading runs: how far one is, what it found, and whom it concerns, within the viewer's scope."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.courses.models import Course
from lms.enrollments.assignment_rules.models import (
    AssignmentRule,
    AssignmentRuleVersion,
    EnrollmentReason,
    RuleRun,
    RuleRunLine,
)
from lms.enrollments.assignment_rules.publishing.rules import BUSY, Effect, Moved, RunKind, RunState, moves_of
from lms.enrollments.models import Enrollment
from lms.people.models import OrgUnit, Person
from lms.people.queries import placement_on, visible_people
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError
from lms.shared.paging import PER_PAGE, Page, offset_of

# Given a session and a day, (due, completed) by center id: rates are told by a floor above this one.
RatesByCenter = Callable[[Session, date], Mapping[int, tuple[int, int]]]
_rates: list[RatesByCenter] = []


def register_rates(rates: RatesByCenter) -> None:
    """Have a rehearsal say how rates move; the last one registered is asked."""
    _rates[:] = [rates]


def get_run(session: Session, *, public_id: str) -> RuleRun:
    """Return the run of a rule that an address names.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalar(
        select(RuleRun)
        .where(RuleRun.public_id == public_id, RuleRun.version_id.is_not(None))
        .options(joinedload(RuleRun.version).joinedload(AssignmentRuleVersion.rule))
    )
    if found is None:
        raise NotFoundError
    return found


def get_network(session: Session) -> OrgUnit:
    """Return the unit above all others."""
    return session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.NETWORK).limit(1)).one()


def list_runs(session: Session, *, rule_id: int) -> Sequence[RuleRun]:
    """Return the runs of a rule's versions, newest first, the last twenty."""
    return session.scalars(
        select(RuleRun)
        .join(AssignmentRuleVersion, AssignmentRuleVersion.id == RuleRun.version_id)
        .where(AssignmentRuleVersion.rule_id == rule_id)
        .options(joinedload(RuleRun.version), joinedload(RuleRun.requested_by))
        .order_by(RuleRun.id.desc())
        .limit(20)
    ).all()


def find_run_by_request(session: Session, request_key: str) -> RuleRun | None:
    """Return the run that a form asked for before, or None."""
    return session.scalar(select(RuleRun).where(RuleRun.request_key == request_key)) if request_key else None


def find_rehearsal(session: Session, version: AssignmentRuleVersion) -> RuleRun | None:
    """Return the last rehearsal of a draft as it stands now, if it is done; None when there is none."""
    return session.scalar(
        select(RuleRun)
        .where(
            RuleRun.version_id == version.id,
            RuleRun.kind == RunKind.REHEARSAL,
            RuleRun.state == RunState.DONE,
            RuleRun.recorded_at >= version.recorded_at,
        )
        .order_by(RuleRun.id.desc())
        .limit(1)
    )


def is_busy(session: Session) -> bool:
    """Tell whether a publication is being applied or undone."""
    applying = select(RuleRun.id).where(RuleRun.kind != RunKind.REHEARSAL, RuleRun.version_id.is_not(None))
    return session.scalar(applying.where(RuleRun.state.in_(BUSY)).limit(1)) is not None


def list_unfinished(session: Session) -> Sequence[RuleRun]:
    """Return the runs of rules that wait for the background, oldest first."""
    waiting = select(RuleRun).where(RuleRun.version_id.is_not(None), RuleRun.state.in_(BUSY)).order_by(RuleRun.id)
    return session.scalars(waiting).all()


def count_people(session: Session) -> int:
    """Return over how many people a run goes: everyone on record."""
    return session.scalar(select(func.count()).select_from(Person)) or 0


def next_people(session: Session, *, after: int, most: int) -> Sequence[int]:
    """Return the ids of the next people, in their order."""
    return session.scalars(select(Person.id).where(Person.id > after).order_by(Person.id).limit(most)).all()


def mandatory_courses(session: Session) -> frozenset[int]:
    """Return the ids of the courses whose enrollments count in rates."""
    return frozenset(session.scalars(select(Course.id).where(Course.mandatory)))


def has_completions(session: Session, *, version_id: int, since: date) -> bool:
    """Tell whether someone completed, since a day, what no other rule asks them for but this version."""
    by_this = select(EnrollmentReason.enrollment_id).where(
        EnrollmentReason.version_id == version_id, EnrollmentReason.superseded_at.is_(None)
    )
    by_others = select(EnrollmentReason.enrollment_id).where(
        EnrollmentReason.version_id != version_id, EnrollmentReason.superseded_at.is_(None)
    )
    completed = select(Enrollment.id).where(
        Enrollment.id.in_(by_this), Enrollment.id.not_in(by_others), Enrollment.completed_on >= since
    )
    return session.scalar(completed.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found, in numbers: people concerned, lines by effect, and those of them past due or impossible."""

    people: int
    by_effect: Mapping[str, int]
    overdue: int
    impossible: int

    def of(self, effect: Effect) -> int:
        """Return how many enrollments come to this."""
        return self.by_effect.get(effect, 0)


def count_lines(session: Session, run: RuleRun) -> Found:
    """Count what a run found."""
    of_run = RuleRunLine.run_id == run.id
    rows = session.execute(
        select(
            RuleRunLine.effect,
            func.count(),
            func.count().filter(RuleRunLine.is_overdue),
            func.count().filter(RuleRunLine.is_impossible),
        )
        .where(of_run)
        .group_by(RuleRunLine.effect)
    ).all()
    people = session.scalar(select(func.count(RuleRunLine.person_id.distinct())).where(of_run)) or 0
    return Found(people, {row[0]: row[1] for row in rows}, sum(row[2] for row in rows), sum(row[3] for row in rows))


class LineOnPage(NamedTuple):
    """A line with whom and what it is about."""

    line: RuleRunLine
    person: Person
    center: OrgUnit | None
    course: Course


def list_lines(
    session: Session, *, scope: Scope, run: RuleRun, effect: str = "", center: str = "", page: int = 1
) -> Page[LineOnPage]:
    """Return the people of a run's lines whom the viewer may name, by center and staff number.

    `effect` is an `Effect`, "OVERDUE" or "IMPOSSIBLE"; `center` a center's public id; "" asks for all.
    """
    lines = (
        select(RuleRunLine, Person, OrgUnit, Course)
        .join(Person, Person.id == RuleRunLine.person_id)
        .join(Course, Course.id == RuleRunLine.course_id)
        .outerjoin(OrgUnit, OrgUnit.id == RuleRunLine.center_id)
        .where(RuleRunLine.run_id == run.id, visible_people(scope))
    )
    if effect == "OVERDUE":
        lines = lines.where(RuleRunLine.is_overdue)
    elif effect == "IMPOSSIBLE":
        lines = lines.where(RuleRunLine.is_impossible)
    elif effect:
        lines = lines.where(RuleRunLine.effect == effect)
    if center:
        lines = lines.where(OrgUnit.public_id == center)
    total = session.scalar(select(func.count()).select_from(lines.subquery())) or 0
    ordered = lines.order_by(OrgUnit.code, Person.staff_no, Course.code).limit(PER_PAGE).offset(offset_of(page))
    return Page([LineOnPage(*row) for row in session.execute(ordered)], page, total)


class UnitMove(NamedTuple):
    """A unit with how its rate moves."""

    unit: OrgUnit
    moved: Moved


def list_moves(session: Session, run: RuleRun) -> list[UnitMove]:
    """Return how rates move: the network, then regions, then centers by how much, most first. Empty when none does."""
    if not _rates or not any(run.sums.get(name) for name in ("due", "done")):
        return []
    placement = placement_on(run.as_of)
    network = get_network(session).id
    rows = session.execute(select(placement.c.center_id, placement.c.region_id))
    above = {row.center_id: [key for key in (row.region_id, network) if key] for row in rows}
    moves = moves_of(_rates[0](session, run.as_of), run.sums, above)
    units = _units(session, moves)
    order = list(UnitKind)
    found = [UnitMove(units[key], moved) for key, moved in moves.items()]
    return sorted(
        found,
        key=lambda one: (
            order.index(UnitKind(one.unit.kind)),
            -abs(one.moved.change_tenths) if one.unit.kind == UnitKind.CENTER else 0,
            one.unit.code,
        ),
    )


def _units(session: Session, ids: Iterable[int]) -> dict[int, OrgUnit]:
    wanted: Collection[int] = sorted(ids)
    return {one.id: one for one in session.scalars(select(OrgUnit).where(OrgUnit.id.in_(wanted)))}


def get_rule_of(session: Session, version: AssignmentRuleVersion) -> AssignmentRule:
    """Return the rule of a version with all its versions loaded."""
    return session.scalars(select(AssignmentRule).where(AssignmentRule.id == version.rule_id)).one()
