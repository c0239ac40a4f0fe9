"""At the door: compare a staff number and a password, in steps that each take as long for everyone."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, request
from flask import session as browser
from flask_login import current_user, login_user
from sqlalchemy.orm import Session

from lms.accounts import actions, passwords, queries
from lms.accounts.gate import SignedIn, recognize
from lms.accounts.queries import Door
from lms.accounts.rules import Refusal, refusal_of
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.access_log import actor, origin
from lms.web.dates import today
from lms.web.transactions import short_transaction


class FloodError(Exception):
    """Too many tries failed from this address."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Someone whose password or code proved right, and the try that showed it."""

    person_id: int
    staff_no: str
    name: str
    try_id: int
    must_change_password: bool = False


def knock(staff_no: str, password: str) -> Admitted | None:
    """Compare a password and return its person, or None whatever the reason; the try and the refusal are written.

    Call it while the request's own session is untouched: the try is kept even when the answer is an error, and no
    lock is held while hashing.

    Raises:
        FloodError: the address has failed too often; nothing was compared.
    """
    opened = begin_try(staff_no)
    with Session(db.engine) as session:
        door = queries.find_door(session, staff_no=staff_no, on=today())
    right = passwords.is_right(password, door.password_hash if door else None)
    refusal = refusal_of(
        known=door is not None,
        has_password=door is not None and door.password_hash is not None,
        is_employed=door is not None and door.is_employed,
        is_right=right,
        is_held_back=opened.is_held_back,
    )
    if door is not None and refusal is None:
        return Admitted(door.person_id, door.staff_no, door.name, opened.id, door.must_change_password)
    refuse(door, refusal, "sign_in.refused")
    return None


def begin_try(staff_no: str) -> actions.Try:
    """Write down a try, by password or by code, before anything is compared.

    Raises:
        FloodError: the address has failed too often.
    """
    with short_transaction() as session:
        opened = actions.open_try(session, staff_no=staff_no, ip=origin(), now=utcnow())
        if opened is None:
            actions.note_flood(session, actor())
    if opened is None:
        raise FloodError
    return opened


def refuse(door: Door | None, refusal: Refusal | None, what: str) -> None:
    """Write why a try failed, for the trail alone."""
    with short_transaction() as session:
        actions.note_refusal(
            session,
            actor(),
            person_id=door.person_id if door else None,
            refusal=refusal or Refusal.UNKNOWN,
            what=what,
        )


def let_in(admitted: Admitted) -> None:
    """Open a session for someone admitted, in the request's transaction, and give its token to their browser."""
    session, settings = db.session(), current_app.config["SETTINGS"]
    if current_user.is_authenticated:  # whoever was signed in here before leaves
        actions.end_session(session, actor(), session_id=current_user.session_id)
    who = (admitted.person_id, admitted.staff_no, admitted.name)
    recognize(SignedIn("", 0, *who))
    opened = actions.start_session(
        session,
        actor(),
        person_id=admitted.person_id,
        try_id=admitted.try_id,
        lasts=timedelta(minutes=settings.session_absolute_minutes),
        user_agent=request.user_agent.string,
    )
    # Whatever the browser held before sign-in, its CSRF secret too, was not this person's.
    browser.clear()
    login_user(SignedIn(opened.token, opened.id, *who, must_change_password=admitted.must_change_password))
