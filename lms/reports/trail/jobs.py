"""Removing lines of the trail that were kept long enough."""

from sqlalchemy.orm import Session

from lms.audit.actions_retention import purge_old_lines
from lms.audit.rules import Actor
from lms.jobs import sweeps
from lms.shared.clock import utcnow


@sweeps.register
def purge(session: Session) -> int:
    """Remove lines older than two years at each sweep; they wait for no job, so none is counted."""
    now = utcnow()
    purge_old_lines(session, Actor(person_id=None, label="retention", origin="sweep", at=now), now=now)
    return 0
