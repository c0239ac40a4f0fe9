"""The plan of checks is brought up to date in the background, once a day."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.field_checks.actions_planning import plan
from lms.field_checks.queries_planning import is_behind
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.shared.clock import local_date, utcnow

PLAN = "field_checks.plan"


@register(PLAN)
def plan_today(session: Session, **_: Any) -> None:
    """Plan what is missing today; a second run finds nothing to do."""
    now = utcnow()
    actor = Actor(person_id=None, label="field checks", origin="sweep", at=now)
    plan(session, actor, on=local_date(now, current_app.config["SETTINGS"].timezone))
    next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for the plan when something is missing of it; no row waits for it, so none is counted."""
    now = utcnow()
    if is_behind(session, now=now, on=local_date(now, current_app.config["SETTINGS"].timezone)):
        request(session, PLAN)
    return 0
