"""Runs of rules in the background, a short transaction for each batch: one that was broken off goes on where it was."""

from typing import Any

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.models import RuleRun
from lms.enrollments.assignment_rules.publishing import actions, queries
from lms.enrollments.assignment_rules.publishing.rules import BUSY
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.shared.clock import utcnow

RUN = "rules.run"


@register(RUN)
def run(session: Session, **arguments: Any) -> None:
    """Do what is left of run `run_id`, batch by batch."""
    found = session.get(RuleRun, arguments["run_id"])
    if found is None or found.state not in BUSY:
        return
    try:
        prepared = actions.prepare(session, found)
        while actions.take_batch(session, found, prepared, actor=_actor(found)):
            next_batch(session)
        session.commit()
    except Exception:
        session.rollback()
        actions.fail(found, "unexpected", actor=_actor(found))
        session.commit()
        raise


def _actor(found: RuleRun) -> Actor:
    """Return who asked, at the instant of the batch: what it writes is known from then on."""
    name = found.requested_by.name if found.requested_by else "system"
    return Actor(person_id=found.requested_by_id, label=name, origin="rules", at=utcnow())


@sweeps.register
def pick_up(session: Session) -> int:
    """Ask again for the runs that wait; return how many there are."""
    waiting = queries.list_unfinished(session)
    for one in waiting:
        request(session, RUN, run_id=one.id)
    return len(waiting)
