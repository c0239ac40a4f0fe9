"""Rules follow what changes about people: rosters at once, appointments and center changes in their own transaction."""

from collections.abc import Collection
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.dues.queries import list_people_changed_at
from lms.imports import kinds
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, ImportState
from lms.people import changes
from lms.people.models import Duty
from lms.shared.clock import local_date
from lms.web.dates import day_of


def follow_roster(session: Session, actor: Actor, run: ImportRun) -> None:
    """Assign what rules ask of the people a roster concerned; an undone one may concern everyone."""
    session.flush()
    concerned = None if run.state == ImportState.UNDONE else list_people_changed_at(session, actor.at)
    if concerned is not None:
        told = or_(Duty.recorded_at == actor.at, Duty.superseded_at == actor.at)
        concerned |= set(session.scalars(select(Duty.person_id).where(told)))
    sync_people(session, concerned, as_of=day_of(actor.at), actor=actor)


def follow(timezone: str, session: Session, actor: Actor, person_ids: Collection[int]) -> None:
    """Assign what rules ask of people of whom something changed, as of the day of the change in the zone."""
    sync_people(session, person_ids, as_of=local_date(actor.at, timezone), actor=actor)


def register(timezone: str) -> None:
    """Have rules follow rosters and other changes about people."""
    kinds.call_after(ImportKind.ROSTER, follow_roster)
    changes.call_after("rules", partial(follow, timezone))
