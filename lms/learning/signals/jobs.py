"""Looking at completions in the background, a batch at a time."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.learning.signals.actions import evaluate_signals
from lms.learning.signals.queries_history import waiting
from lms.shared.clock import utcnow

EVALUATE = "signals.evaluate"


@register(EVALUATE)
def evaluate(session: Session, **_: Any) -> None:
    """Look at the completions that wait, each batch in a transaction of its own."""
    actor = Actor(person_id=None, label="signals", origin="sweep", at=utcnow())
    while evaluate_signals(session, actor, timezone=current_app.config["SETTINGS"].timezone):
        next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for a look when a completion waits for it; no row says so, so none is counted."""
    if session.scalar(waiting(utcnow()).limit(1)) is not None:
        request(session, EVALUATE)
    return 0
