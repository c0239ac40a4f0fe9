"""What is deleted once it was kept long enough."""

from sqlalchemy.orm import Session

from lms.accounts import actions
from lms.audit.rules import Actor
from lms.jobs import sweeps
from lms.shared.clock import utcnow


@sweeps.register_purge
def purge(session: Session) -> int:
    """Delete tries, codes and sessions that were kept long enough; return how many rows."""
    return actions.purge(session, Actor(person_id=None, label="sweep", origin="background", at=utcnow()))
