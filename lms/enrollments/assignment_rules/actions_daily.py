"""The sync of a day as a row with a state: asked for once, done in batches, gone on with when it was broken off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions import list_changes, sync_batch
from lms.enrollments.assignment_rules.models import AssignmentRuleVersion, RuleRun
from lms.enrollments.assignment_rules.queries import IN_FORCE
from lms.enrollments.assignment_rules.queries_places import Places
from lms.enrollments.assignment_rules.rules import RuleBook
from lms.people.models import Person

BATCH = 500
DAILY = "SYNC"
# The words are those of `publishing.rules.RunState`.
WAITING, RUNNING, DONE = "WAITING", "RUNNING", "DONE"
SYNC_STATES_OPEN = frozenset({WAITING, RUNNING})


def ask_for_sync(session: Session, day: date, *, actor: Actor) -> RuleRun | None:
    """Return the sync of a day that is still to be done, begun if there is none; None when it was done.

    Without rules there is nothing to ask for.
    """
    run = session.scalars(select(RuleRun).where(RuleRun.kind == DAILY, RuleRun.as_of == day)).first()
    if run is not None:
        return run if run.state in SYNC_STATES_OPEN else None
    if (
        session.scalar(select(AssignmentRuleVersion.id).where(AssignmentRuleVersion.state.in_(IN_FORCE)).limit(1))
        is None
    ):
        return None
    people = session.scalar(select(func.count()).select_from(Person)) or 0
    run = RuleRun(kind=DAILY, state=WAITING, as_of=day, people=people, recorded_at=actor.at, moved_at=actor.at)
    session.add(run)
    session.flush()
    return run


@dataclass(frozen=True, slots=True)
class Ahead:
    """The people of a run who come after `after`, and those of them whose enrollments a sync would change."""

    after: int
    people: Sequence[int]
    concerned: Sequence[int]


def look_ahead(session: Session, run: RuleRun, book: RuleBook, places: Places) -> Ahead:
    """Find the next people of a run, and whom of them it would change something for; it writes nothing."""
    following = select(Person.id).where(Person.id > run.last_person_id).order_by(Person.id).limit(BATCH)
    people = list(session.scalars(following))
    concerned = {change.person_id for change in list_changes(session, people, book, places)} if people else ()
    return Ahead(run.last_person_id, people, sorted(concerned))


def take_next(session: Session, run: RuleRun, ahead: Ahead, book: RuleBook, places: Places, *, actor: Actor) -> bool:
    """Sync the people looked at and note how far a run is; tell whether more remain. The caller commits each batch."""
    session.refresh(run, with_for_update=True)
    if run.state not in SYNC_STATES_OPEN or run.last_person_id != ahead.after:
        return False  # done with, or another worker has gone on with it
    people = ahead.people
    if people:
        counted = sync_batch(session, ahead.concerned, book, places, actor=actor) if ahead.concerned else {}
        run.sums = {key: run.sums.get(key, 0) + counted.get(key, 0) for key in {*run.sums, *counted}}
        run.last_person_id, run.done = people[-1], run.done + len(people)
    run.state, run.moved_at = RUNNING, actor.at
    if len(people) < BATCH:
        run.state, run.finished_at = DONE, actor.at
    session.flush()
    return run.state == RUNNING
