"""The plan of self-monitoring is brought up to date in the background, once a day."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.field_checks.monitoring.actions import plan_rounds
from lms.field_checks.monitoring.queries_planning import find_missing_rounds
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.shared.clock import local_date, utcnow

PLAN = "monitoring.plan"


@register(PLAN)
def plan_today(session: Session, **_: Any) -> None:
    """Plan what is missing today; a second run finds nothing to do."""
    now = utcnow()
    actor = Actor(person_id=None, label="self-monitoring", origin="sweep", at=now)
    plan_rounds(session, actor, on=local_date(now, current_app.config["SETTINGS"].timezone))
    next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for the plan when something is missing of it; no row waits for it, so none is counted."""
    if find_missing_rounds(session, on=local_date(utcnow(), current_app.config["SETTINGS"].timezone)):
        request(session, PLAN)
    return 0
