"""Reading flags: what the latest cut found within a viewer's scope, a center's history, and its holds."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from lms.completion.flags.models import FlagCut, FlagEvaluation, FlagHold
from lms.completion.flags.rules import (
    ORDER,
    CriticalCourse,
    Evaluation,
    Flag,
    FlagState,
    Seen,
    cuts_to_evaluate,
    last_cut,
)
from lms.completion.rules import Tally
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.people.models import OrgUnit, Person
from lms.people.queries import placement_on
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError

MOST_CUTS = 53


class FlaggedCenter(NamedTuple):
    """A center with its latest evaluation."""

    id: int
    public_id: str
    code: str
    name_ko: str
    name_en: str
    area_ko: str | None
    area_en: str | None
    evaluation: Evaluation

    @property
    def flag(self) -> Flag:
        """Return its flag."""
        return self.evaluation.flag


class Hold(NamedTuple):
    """A center's state is kept from–to; `held_by` is None where no person did it."""

    public_id: str
    starts_on: date
    ends_on: date
    reason: str
    held_by: str | None


class CriticalName(NamedTuple):
    """How a critical course is called."""

    code: str
    title_ko: str
    title_en: str


def find_cut(session: Session, *, on: date) -> date | None:
    """Return the latest cut by a day; None when there is none yet."""
    return session.scalar(select(func.max(FlagCut.as_of)).where(FlagCut.as_of <= on))


def list_waiting_cuts(session: Session, *, today: date) -> list[date]:
    """Return the weekly cuts that wait for evaluation, the oldest first; none where nobody must take anything."""
    if session.scalar(select(Enrollment.id).where(Enrollment.required).limit(1)) is None:
        return []
    return cuts_to_evaluate(find_cut(session, on=last_cut(today)), today)


def list_flags(session: Session, *, scope: Scope, cut: date, unit_id: int | None = None) -> list[FlaggedCenter]:
    """List the evaluated centers within the viewer's figures at a cut: who must act first stands first.

    `unit_id` keeps the centers of a network, region, area or center, as it stood then.
    """
    placed = placement_on(cut)
    area = select(OrgUnit).where(OrgUnit.kind == UnitKind.AREA).subquery("area")
    wanted = (
        select(FlagEvaluation, OrgUnit.public_id, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)
        .add_columns(area.c.name_ko.label("area_ko"), area.c.name_en.label("area_en"))
        .join(OrgUnit, OrgUnit.id == FlagEvaluation.center_id)
        .outerjoin(placed, placed.c.center_id == OrgUnit.id)
        .outerjoin(area, area.c.id == placed.c.area_id)
        .where(FlagEvaluation.as_of == cut, _is_seen(scope))
    )
    if unit_id is not None and session.scalar(select(OrgUnit.kind).where(OrgUnit.id == unit_id)) != UnitKind.NETWORK:
        wanted = wanted.where(or_(*(side == unit_id for side in placed.c)))
    found = [FlaggedCenter._make((row[0].center_id, *row[1:], _evaluation(row[0]))) for row in session.execute(wanted)]
    return sorted(found, key=_urgency)


def _urgency(center: FlaggedCenter) -> tuple[int, date, str]:
    return ORDER.index(center.flag.state), center.flag.raised_on or center.flag.since, center.code


def find_flag(session: Session, *, scope: Scope, center_id: int, on: date) -> Evaluation | None:
    """Return a center's latest evaluation by a day; None when it was not evaluated then, or is out of scope."""
    cut = find_cut(session, on=on)
    wanted = select(FlagEvaluation).where(
        FlagEvaluation.center_id == center_id, FlagEvaluation.as_of == cut, _is_seen(scope)
    )
    found = session.scalars(wanted).one_or_none() if cut else None
    return _evaluation(found) if found else None


def count_flags(session: Session, *, scope: Scope, cut: date) -> dict[FlagState, int]:
    """Count the centers within the viewer's figures by their state at a cut."""
    counted = (
        select(FlagEvaluation.state, func.count())
        .where(FlagEvaluation.as_of == cut, _is_seen(scope))
        .group_by(FlagEvaluation.state)
    )
    return {FlagState(state): number for state, number in session.execute(counted)}


def get_center(session: Session, *, scope: Scope, public_id: str) -> OrgUnit:
    """Return a center whose figures the viewer may see.

    Raises:
        NotFoundError: out of scope, missing, or no center.
    """
    wanted = select(OrgUnit).where(OrgUnit.public_id == public_id, OrgUnit.kind == UnitKind.CENTER)
    found = session.scalars(wanted).one_or_none()
    if found is None or not (scope.counted_network or found.id in scope.counted_center_ids):
        raise NotFoundError
    return found


def list_evaluations(session: Session, *, center_id: int, on: date, cuts: int = MOST_CUTS) -> list[Evaluation]:
    """List a center's evaluations by a day, the latest first. The center was found within the viewer's scope."""
    wanted = _of_center(center_id, on).order_by(FlagEvaluation.as_of.desc()).limit(cuts)
    return [_evaluation(row) for row in session.scalars(wanted)]


def list_transitions(session: Session, *, center_id: int, on: date) -> list[Evaluation]:
    """List every change of a center's state by a day, the latest first."""
    changed = _of_center(center_id, on).where(FlagEvaluation.state != FlagEvaluation.former)
    return [_evaluation(row) for row in session.scalars(changed.order_by(FlagEvaluation.as_of.desc()))]


def list_holds(session: Session, *, center_id: int) -> list[Hold]:
    """List a center's holds as known now, the latest first."""
    wanted = (
        select(FlagHold.public_id, FlagHold.starts_on, FlagHold.ends_on, FlagHold.reason, Person.name)
        .outerjoin(Person, Person.id == FlagHold.recorded_by_id)
        .where(FlagHold.center_id == center_id, FlagHold.superseded_at.is_(None))
        .order_by(FlagHold.starts_on.desc())
    )
    return [Hold._make(row) for row in session.execute(wanted)]


def critical_names(session: Session, evaluations: Iterable[Evaluation]) -> dict[int, CriticalName]:
    """Return how the alarming courses of some evaluations are called, by database id."""
    ids = {course.course_id for one in evaluations for course in one.flag.seen.critical}
    if not ids:
        return {}
    wanted = select(Course.id, Course.code, Course.title_ko, Course.title_en).where(Course.id.in_(ids))
    return {row[0]: CriticalName(*row[1:]) for row in session.execute(wanted)}


def load_flags(session: Session, *, cut: date) -> dict[int, Flag]:
    """Load every center's flag after a cut, by center id: what the next cut goes on from."""
    rows = session.scalars(select(FlagEvaluation).where(FlagEvaluation.as_of == cut))
    return {row.center_id: _evaluation(row).flag for row in rows}


def held_centers(session: Session, *, on: date) -> frozenset[int]:
    """Return the ids of centers whose state is kept on a day."""
    held = select(FlagHold.center_id).where(
        FlagHold.superseded_at.is_(None), FlagHold.starts_on <= on, FlagHold.ends_on > on
    )
    return frozenset(session.scalars(held))


def _of_center(center_id: int, on: date) -> Select[FlagEvaluation]:
    return select(FlagEvaluation).where(FlagEvaluation.center_id == center_id, FlagEvaluation.as_of <= on)


def _is_seen(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.counted_network else FlagEvaluation.center_id.in_(sorted(scope.counted_center_ids))


def _evaluation(row: FlagEvaluation) -> Evaluation:
    seen = Seen(
        as_of=row.as_of,
        tally=Tally(row.due, row.done),
        people=row.people,
        target=row.target,
        critical=[CriticalCourse(*course) for course in row.critical],
    )
    flag = Flag(state=FlagState(row.state), since=row.since, raised_on=row.raised_on, seen=seen, is_held=row.is_held)
    return Evaluation(flag, FlagState(row.former), row.rule_version)
