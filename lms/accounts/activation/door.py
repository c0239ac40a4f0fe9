"""At the door with a one-time code, in steps that each take as long for everyone."""

from flask import current_app
from sqlalchemy.orm import Session

from lms.accounts import passwords
from lms.accounts.activation import actions, queries
from lms.accounts.activation.rules import is_same_code, refusal_of_code
from lms.accounts.door import Admitted, begin_try, refuse
from lms.accounts.gate import SignedIn, recognize
from lms.accounts.queries import find_door
from lms.accounts.rules import Refusal
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.dates import today
from lms.web.transactions import short_transaction


def present_code(staff_no: str, code: str, new_password: str) -> Admitted | None:
    """Give the person of a right code their new password and return them, or None whatever the reason.

    The new password is hashed whether or not anything comes of it: that is what takes the time. Tries count together
    with those of signing in. Call it while the request's own session is untouched.

    Raises:
        FloodError: the address has failed too often; nothing was compared.
    """
    opened = begin_try(staff_no)
    with Session(db.engine) as session:
        door = find_door(session, staff_no=staff_no, on=today())
        held = queries.find_code(session, person_id=door.person_id if door else None, on=today())
    password_hash = passwords.hash_password(new_password)
    key = current_app.config["SETTINGS"].secret_key
    refusal = refusal_of_code(
        known=door is not None,
        has_code=held is not None,
        is_right=is_same_code(code, held.digest if held else None, key=key),
        is_good=held is not None and held.is_rooted and held.term.is_good(utcnow()),
        is_employed=door is not None and door.is_employed,
        is_held_back=opened.is_held_back,
    )
    if door is not None and held is not None and refusal is None:
        recognize(SignedIn("", 0, door.person_id, door.staff_no, door.name))
        with short_transaction() as session:
            used = actions.use_code(
                session, actor(), code_id=held.id, person_id=door.person_id, password_hash=password_hash
            )
        if used:
            return Admitted(door.person_id, door.staff_no, door.name, opened.id)
        refusal = Refusal.ENDED_CODE
    refuse(door, refusal, "code.refused")
    return None
