"""The daily sync: everyone, in batches with a short transaction each; one that was broken off goes on where it was."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions_daily import SYNC_STATES_OPEN, ask_for_sync, look_ahead, take_next
from lms.enrollments.assignment_rules.models import RuleRun
from lms.enrollments.assignment_rules.queries import load_book
from lms.enrollments.assignment_rules.queries_places import load_places
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.shared.clock import local_date, utcnow
from lms.shared.db import only_reading

SYNC = "rules.sync"


@register(SYNC)
def sync(session: Session, **arguments: Any) -> None:
    """Do what is left of the sync `run_id`."""
    run = session.get(RuleRun, arguments["run_id"])
    if run is None or run.state not in SYNC_STATES_OPEN:
        return
    with only_reading():
        book, places = load_book(session, run.as_of), load_places(session)
        session.rollback()
    more = True
    while more:
        # Most days nearly everyone has what they need: finding that out must keep nobody from writing.
        with only_reading():
            ahead = look_ahead(session, run, book, places)
            session.rollback()
        more = take_next(session, run, ahead, book, places, actor=_actor())
        next_batch(session)


@sweeps.register
def ask_daily(session: Session) -> int:
    """Ask for the sync of the day once, and for one that was broken off again."""
    run = ask_for_sync(session, local_date(utcnow(), current_app.config["SETTINGS"].timezone), actor=_actor())
    if run is None:
        return 0
    request(session, SYNC, run_id=run.id)
    return 1


def _actor() -> Actor:
    return Actor(person_id=None, label="rules", origin="sweep", at=utcnow())
