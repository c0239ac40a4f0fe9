"""A session that was open a moment ago is presumed open: what is written confirms it, or nothing is written."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Account, SignInSession
from lms.learning.progress.models import ProgressPost
from lms.people.models import Posting
from lms.shared.clock import utcnow
from tests.learning.studying import Player, Studying, body
from tests.support.sign_in import sign_in

SIGNED_OUT = (401, {"error": "signed_out"})
Change = Callable[[Session, int], None]


def revoked(session: Session, person_id: int) -> None:
    session.execute(update(SignInSession).filter_by(person_id=person_id).values(revoked_at=utcnow()))


def rested_too_long(session: Session, person_id: int) -> None:
    long_ago = utcnow() - timedelta(hours=9)
    session.execute(update(SignInSession).filter_by(person_id=person_id).values(last_seen_at=long_ago))


def lasted_too_long(session: Session, person_id: int) -> None:
    session.execute(update(SignInSession).filter_by(person_id=person_id).values(expires_at=utcnow()))


def purged(session: Session, person_id: int) -> None:
    session.execute(delete(SignInSession).filter_by(person_id=person_id))


def works_here_no_more(session: Session, person_id: int) -> None:
    session.execute(update(Posting).filter_by(person_id=person_id).values(ends_on=date(2020, 1, 1)))


def must_choose_a_password(session: Session, person_id: int) -> None:
    session.merge(Account(person_id=person_id, recorded_at=utcnow(), must_change_password=True))


@pytest.fixture
def studying(session: Session) -> Studying:
    return Studying(session)


@pytest.fixture
def presumed(client: FlaskClient, studying: Studying) -> Player:
    """Give a player whose posts are no longer asked for their session; a neighbor's stays open all the while."""
    player = Player(client, studying)
    for percent in (1, 2):
        assert player.post(said(studying, percent)).status_code == 200
    return player


def said(studying: Studying, percent: int = 40) -> dict[str, Any]:
    return body(studying.modules[0].public_id, "READ", percent=percent)


@pytest.mark.parametrize(
    "change",
    [revoked, rested_too_long, lasted_too_long, purged, works_here_no_more, must_choose_a_password],
)
def test_a_session_that_ended_cuts_the_next_post(
    app: Flask, presumed: Player, studying: Studying, session: Session, change: Change
):
    neighbor = app.test_client()
    sign_in(neighbor, studying.cast.namesake)
    session.rollback()
    change(session, studying.cast.employee.id)
    session.commit()
    for sent in (said(studying), b"no post", said(studying) | {"module": "zzzzzzzzzzz"}):
        answer = presumed.post(sent)
        assert (answer.status_code, answer.json) == SIGNED_OUT
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ProgressPost)) == 2
    assert neighbor.get(f"/study/{studying.neighbors.public_id}/state").status_code == 200


@pytest.mark.parametrize("sent", [b"no post", {"kind": "COMPLETE"}])
def test_a_refusal_leaves_only_after_the_session_was_asked_for(
    presumed: Player, studying: Studying, session: Session, sent: Any
):
    sent = sent if isinstance(sent, bytes) else said(studying) | sent
    assert presumed.post(sent).status_code == 422
    session.rollback()
    revoked(session, studying.cast.employee.id)
    session.commit()
    assert presumed.post(sent).status_code == 401


def test_a_stale_token_of_an_ended_session_is_told_as_ended(presumed: Player, studying: Studying, session: Session):
    presumed.token = "stale"
    answer = presumed.post(said(studying))
    assert (answer.status_code, answer.json) == (400, {"error": "csrf"})
    session.rollback()
    revoked(session, studying.cast.employee.id)
    session.commit()
    answer = presumed.post(said(studying))
    assert (answer.status_code, answer.json) == SIGNED_OUT


def test_the_first_post_to_another_record_asks_for_the_session(presumed: Player, studying: Studying, session: Session):
    presumed.address = f"/study/{studying.neighbors.public_id}"
    assert presumed.post(said(studying)).status_code == 404
    session.rollback()
    revoked(session, studying.cast.employee.id)
    session.commit()
    assert presumed.post(said(studying) | {"key": str(uuid.uuid4())}).status_code == 401
