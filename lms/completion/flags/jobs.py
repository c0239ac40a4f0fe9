"""Evaluating flags in the background: on Mondays there is a week to evaluate, on other days what was missed."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.flags.actions import evaluate_flags
from lms.completion.flags.queries import list_waiting_cuts
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.shared.clock import local_date, utcnow

EVALUATE = "flags.evaluate"


@register(EVALUATE)
def evaluate(session: Session, **_: Any) -> None:
    """Evaluate the weeks that wait, each in a transaction of its own."""
    now = utcnow()
    actor = Actor(person_id=None, label="flags", origin="sweep", at=now)
    today = local_date(now, current_app.config["SETTINGS"].timezone)
    while evaluate_flags(session, actor, today=today, at_most=1):
        next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for the evaluation when a week waits for it; no row does, so none is counted."""
    today = local_date(utcnow(), current_app.config["SETTINGS"].timezone)
    if list_waiting_cuts(session, today=today):
        request(session, EVALUATE)
    return 0
