"""Bringing people to a published edition in the background, some hundred in each transaction."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.queries import load_book
from lms.enrollments.dues.queries import BATCH
from lms.enrollments.versions.queries import list_completed
from lms.jobs import sweeps
from lms.jobs.queue import next_batch, register, request
from lms.learning.content.actions_publishing import MOVE, bring_people, finish_bringing
from lms.learning.content.models import Edition
from lms.learning.content.queries import list_waiting_editions
from lms.learning.content.rules import Keeps
from lms.shared.clock import local_date, utcnow


@register(MOVE)
def move(session: Session, **arguments: Any) -> None:
    """Bring everyone to the edition `edition_id`; one that was broken off goes on where it was."""
    edition = session.get(Edition, arguments["edition_id"], with_for_update=True)
    if edition is None or edition.moved_at is not None:
        return
    while bring_people(session, _actor(edition), edition, today=_today()):
        next_batch(session)
    if edition.keeps == Keeps.RETAKE:
        _retake(session, edition)
    finish_bringing(session, _actor(edition), edition)
    session.commit()


def _retake(session: Session, edition: Edition) -> None:
    """Let the rules ask those who completed for all of it today; the daily sync asks whoever comes later."""
    version, after = edition.course_version, 0
    if version is None:
        return
    book = load_book(session, _today())
    while found := list_completed(session, version, on=_today(), limit=BATCH, after=after):
        after = found[-1].id
        sync_people(session, [one.person_id for one in found], as_of=_today(), actor=_actor(edition), book=book)
        next_batch(session)


@sweeps.register
def ask(session: Session) -> int:
    """Ask for the move to each edition that has come into force, or whose move was broken off."""
    waiting = list_waiting_editions(session, today=_today())
    for edition in waiting:
        request(session, MOVE, edition_id=edition.id)
    return len(waiting)


def _today() -> Any:
    return local_date(utcnow(), current_app.config["SETTINGS"].timezone)


def _actor(edition: Edition) -> Actor:
    """Return who published an edition: people are brought to it on their behalf."""
    return Actor(person_id=edition.published_by_id, label="publishing", origin="background", at=utcnow())
