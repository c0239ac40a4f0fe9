"""At the door: compare a staff number and a password, in steps that each take as long for everyone."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts import actions, passwords, queries
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
    """Someone whose password proved right, and the try that showed it."""

    person_id: int
    staff_no: str
    name: str
    try_id: int


def knock(staff_no: str, password: str) -> Admitted | None:
    """Compare a password and return its person, or None whatever the reason; the try and the refusal are written.

    Call it while the request's own session is untouched: the try is kept even when the answer is an error, and no
    lock is held while hashing.

    Raises:
        FloodError: the address has failed too often; nothing was compared.
    """
    with short_transaction() as session:
        opened = actions.open_try(session, staff_no=staff_no, ip=origin(), now=utcnow())
    if opened is None:
        raise FloodError
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
        return Admitted(door.person_id, door.staff_no, door.name, opened.id)
    with short_transaction() as session:
        actions.note_refusal(
            session, actor(), person_id=door.person_id if door else None, refusal=refusal or Refusal.UNKNOWN
        )
    return None
