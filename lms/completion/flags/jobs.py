"""Evaluating flags at each sweep: on Mondays there is a week to evaluate, on other days what was missed."""

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.flags.actions import evaluate_flags
from lms.jobs import sweeps
from lms.shared.clock import local_date, utcnow


@sweeps.register
def evaluate(session: Session) -> int:
    """Evaluate the weeks that wait, in this sweep; they wait for no job, so none is counted."""
    now = utcnow()
    actor = Actor(person_id=None, label="flags", origin="sweep", at=now)
    evaluate_flags(session, actor, today=local_date(now, current_app.config["SETTINGS"].timezone))
    return 0
