"""The thread of a behavior, from what teaches it to what was seen of it; and where a thread is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from lms.courses.models import Course
from lms.learning.content.models import Module
from lms.learning.content.queries import newest_edition
from lms.observations.models import (
    Behavior,
    BehaviorCourse,
    ItemSet,
    ItemSetItem,
    Observation,
    ObservationResult,
    Standard,
    StandardItem,
)
from lms.observations.queries_reports import counted
from lms.observations.queries_standards import find_version
from lms.observations.rules_reports import Where
from lms.observations.rules_scores import Score
from lms.observations.rules_standards import FORMS, SERVICE
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Taught:
    """A course that teaches a behavior, with the parts of its newest content."""

    course: Course
    modules: Sequence[Module]


@dataclass(frozen=True, slots=True)
class Wording:
    """What one version of a standard asks of a behavior."""

    standard: Standard
    version: ItemSet
    code: str
    asked: ItemSetItem


@dataclass(frozen=True, slots=True)
class Seen:
    """How often one kind of observer found a behavior met, of how often it applied."""

    occasion: str
    observer_kind: str
    score: Score
    last_on: date


@dataclass(frozen=True, slots=True)
class Gaps:
    """Courses that no item checks, items that nobody observed yet, and items that no course teaches."""

    unchecked: Sequence[Course]
    unseen: Sequence[Wording]
    untaught: Sequence[Wording]


def get_behavior(session: Session, *, public_id: str) -> Behavior:
    """Return the behavior that an address names.

    Raises:
        NotFoundError: there is none.
    """
    whole = selectinload(Behavior.courses), selectinload(Behavior.roles)
    found = session.scalar(select(Behavior).where(Behavior.public_id == public_id).options(*whole))
    if found is None:
        raise NotFoundError
    return found


def list_taught(session: Session, behavior: Behavior) -> list[Taught]:
    """List the courses that teach a behavior, by code, each with what a learner is shown."""
    editions = ((course, newest_edition(session, course.id)) for course in behavior.courses)
    return [Taught(course, edition.modules if edition else ()) for course, edition in editions]


def list_wordings(session: Session, behavior: Behavior) -> list[Wording]:
    """List the items that ask for a behavior, in all versions: the service standard first, the latest of each first.

    Forms say what a version says, so they are left out.
    """
    return _wordings(session, StandardItem.behavior_id == behavior.id, Standard.code != FORMS)


def _wordings(session: Session, *conditions: ColumnElement[bool]) -> list[Wording]:
    rows = session.execute(
        select(Standard, ItemSet, StandardItem.code, ItemSetItem)
        .join_from(ItemSetItem, StandardItem, StandardItem.id == ItemSetItem.item_id)
        .join(ItemSet, ItemSet.id == ItemSetItem.item_set_id)
        .join(Standard, Standard.id == ItemSet.standard_id)
        .where(*conditions)
        .order_by(Standard.code != SERVICE, Standard.code, ItemSet.number.desc(), ItemSetItem.place)
        .options(joinedload(ItemSetItem.item).joinedload(StandardItem.behavior))
    )
    return [Wording(*row) for row in rows]


def list_seen(session: Session, behavior: Behavior, *, scope: Scope, as_of: date) -> list[Seen]:
    """List what was seen of a behavior within the viewer's figures, by occasion and observer."""
    items = select(StandardItem.id).where(StandardItem.behavior_id == behavior.id)
    conditions = counted(scope, as_of, Where())
    by = (Observation.occasion, Observation.observer_kind)
    # An item of the set without a row of its own was simply met: counting what differs reads far fewer rows.
    differing = session.execute(
        select(*by, func.count(case((ObservationResult.met.is_(None), 1))), func.count(ObservationResult.met))
        .join_from(ObservationResult, Observation, Observation.id == ObservationResult.observation_id)
        .where(ObservationResult.item_id.in_(items), ObservationResult.met.is_not(True), *conditions)
        .group_by(*by)
    )
    unsure_and_failed = {(occasion, kind): numbers for occasion, kind, *numbers in differing}
    found = []
    for (occasion, kind), (number, last_on) in sorted(_times_asked(session, items, conditions).items()):
        unsure, failed = unsure_and_failed.get((occasion, kind), (0, 0))
        n = number - unsure
        found.append(Seen(occasion, kind, Score(n, n - failed, n), last_on))
    return found


def _times_asked(
    session: Session, items: Select[int], conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, str], tuple[int, date]]:
    """Return how often items were asked, by occasion and observer, and the last day: set by set, from its index."""
    entries = select(ItemSetItem.item_set_id, func.count()).where(ItemSetItem.item_id.in_(items))
    times = dict(session.execute(entries.group_by(ItemSetItem.item_set_id)).all())
    by = (Observation.item_set_id, Observation.occasion, Observation.observer_kind)
    rows = session.execute(
        select(*by, func.count(), func.max(Observation.observed_on))
        .where(Observation.item_set_id.in_(times), *conditions)
        .group_by(*by)
    )
    found: dict[tuple[str, str], tuple[int, date]] = {}
    for item_set_id, occasion, kind, number, last_on in rows:
        before, day = found.get((occasion, kind), (0, last_on))
        found[occasion, kind] = before + number * times[item_set_id], max(day, last_on)
    return found


def find_gaps(session: Session, *, on: date) -> Gaps:
    """Find what is taught but never checked, and what is checked but never taught."""
    version = find_version(session, on=on)
    in_force = ItemSet.id == (version.id if version else 0)
    later = aliased(ItemSet)
    latest = ~exists().where(later.standard_id == ItemSet.standard_id, later.number > ItemSet.number)
    of_histories = and_(ItemSet.effective_from.is_(None), latest)
    untaught = ~exists().where(BehaviorCourse.behavior_id == StandardItem.behavior_id)
    return Gaps(
        unchecked=_unchecked(session, version, on),
        unseen=_wordings(session, in_force, ~_is_seen()),
        untaught=_wordings(session, or_(in_force, of_histories), untaught),
    )


def _is_seen() -> ColumnElement[bool]:
    """Return the condition on `StandardItem` that some observation found it met or not."""
    sets: Any = aliased(ItemSetItem)
    unsure = (
        exists()
        .where(
            ObservationResult.observation_id == Observation.id,
            ObservationResult.item_id == sets.item_id,
            ObservationResult.met.is_(None),
        )
        .correlate(Observation, sets)
    )
    return exists().where(
        sets.item_id == StandardItem.id,
        Observation.item_set_id == sets.item_set_id,
        Observation.superseded_at.is_(None),
        ~unsure,
    )


def _unchecked(session: Session, version: ItemSet | None, on: date) -> Sequence[Course]:
    asked = (
        select(BehaviorCourse.course_id)
        .join(StandardItem, StandardItem.behavior_id == BehaviorCourse.behavior_id)
        .join(ItemSetItem, ItemSetItem.item_id == StandardItem.id)
        .where(ItemSetItem.item_set_id == (version.id if version else 0))
    )
    in_use = or_(Course.retired_on.is_(None), Course.retired_on > on)
    return session.scalars(select(Course).where(in_use, Course.id.not_in(asked)).order_by(Course.code)).all()
