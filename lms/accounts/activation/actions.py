"""Issuing and using one-time codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.accounts.actions import revoke_codes, set_password
from lms.accounts.activation.queries import AccountLine
from lms.accounts.activation.rules import GOOD_FOR, digest_of, new_code
from lms.accounts.models import Account, AccountCode
from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people.models import OrgUnit, Person
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is handed to a person: the code is kept nowhere else."""

    name: str
    staff_no: str
    code: str
    expires_at: datetime
    is_reset: bool


def issue_codes(
    session: Session, actor: Actor, *, center: OrgUnit, lines: Sequence[AccountLine], key: str
) -> list[Slip]:
    """Issue a code for each of these people of a center; those issued before end.

    Raises:
        NotFoundError: one of them is not for the viewer to issue.
    """
    if not all(line.is_issuable for line in lines):
        raise NotFoundError
    person_ids = [line.person_id for line in lines]
    replaced = revoke_codes(session, person_ids=person_ids, now=actor.at)
    slips = []
    for line in lines:
        code = _issue(session, actor, person_id=line.person_id, center_id=center.id, key=key)
        expires_at = actor.at + GOOD_FOR
        slips.append(
            Slip(name=line.name, staff_no=line.staff_no, code=code, expires_at=expires_at, is_reset=line.has_password)
        )
    audit.record(
        session,
        actor,
        "code.issued",
        "org_unit",
        center.public_id,
        subject_ids=person_ids,
        detail={"center": center.code, "resets": sum(slip.is_reset for slip in slips), "replaced": replaced},
    )
    session.flush()
    return slips


def issue_code_of(session: Session, actor: Actor, *, person: Person, key: str) -> Slip:
    """Issue a code for one person from the command line, wherever they work."""
    account = session.get(Account, person.id)
    replaced = revoke_codes(session, person_ids=[person.id], now=actor.at)
    code = _issue(session, actor, person_id=person.id, center_id=None, key=key)
    is_reset = account is not None and account.password_hash is not None
    detail: dict[str, object] = {"resets": int(is_reset), "replaced": replaced}
    audit.record(session, actor, "code.issued", "account", person.public_id, subject_ids=[person.id], detail=detail)
    session.flush()
    return Slip(
        name=person.name, staff_no=person.staff_no, code=code, expires_at=actor.at + GOOD_FOR, is_reset=is_reset
    )


def _issue(session: Session, actor: Actor, *, person_id: int, center_id: int | None, key: str) -> str:
    code = new_code()
    session.add(
        AccountCode(
            person_id=person_id,
            center_id=center_id,
            code_digest=digest_of(code, key=key),
            issued_at=actor.at,
            issued_by_id=actor.person_id,
            expires_at=actor.at + GOOD_FOR,
        )
    )
    return code


def use_code(session: Session, actor: Actor, *, code_id: int, person_id: int, password_hash: str) -> bool:
    """Give a person their new password for a code, once; False when the code ended meanwhile, a moment ago too."""
    still_good = (
        AccountCode.id == code_id,
        AccountCode.used_at.is_(None),
        AccountCode.revoked_at.is_(None),
        AccountCode.expires_at > actor.at,
    )
    used = session.scalars(
        update(AccountCode).where(*still_good).values(used_at=actor.at).returning(AccountCode.id)
    ).all()
    if not used:
        return False
    account = session.get(Account, person_id)
    is_reset = account is not None and account.password_hash is not None
    set_password(session, actor, person_id=person_id, password_hash=password_hash)
    what = "code.reset_password" if is_reset else "code.activated"
    audit.record(session, actor, what, "account", "", subject_ids=[person_id])
    return True
