"""Ending attempts in the background whose time is over and that nobody came back to."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.learning.quizzes.actions import end_overdue
from lms.learning.quizzes.queries import list_overdue
from lms.learning.quizzes.rules_attempts import GRACE
from lms.shared.clock import local_date, utcnow

END = "quizzes.end_overdue"


@register(END)
def end(session: Session, **_: Any) -> None:
    """Grade what was saved, some attempts at a time."""
    now = utcnow()
    actor = Actor(person_id=None, label="quizzes", origin="sweep", at=now)
    today = local_date(now, current_app.config["SETTINGS"].timezone)
    while end_overdue(session, actor, today=today):
        next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for it when some attempt waits; return whether."""
    waits = bool(list_overdue(session, before=utcnow() - GRACE, at_most=1))
    if waits:
        request(session, END)
    return int(waits)
