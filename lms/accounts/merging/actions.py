"""The account of the later posting goes to the person who stays; the other row keeps one that opens nothing.

No password is copied into the record of the merge: the two accounts change places, and back.
"""

import hashlib
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Account, AccountCode, SignInSession
from lms.audit.rules import Actor
from lms.people.merging import parts
from lms.people.merging.parts import Figure, Merging
from lms.shared.errors import DomainError

KEPT_WITH_THE_PERSON = frozenset({"person_id", "recorded_at"})


def preview(session: Session, merging: Merging) -> list[Figure]:
    """Count accounts with a password, and browsers that will be signed out."""
    return [
        Figure("accounts", _count_passwords(session, merging.kept_id), _count_passwords(session, merging.merged_id)),
        Figure("browsers", _count_live(session, merging.kept_id), _count_live(session, merging.merged_id)),
    ]


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:
    """Put the account in force with the person who stays; end sessions and codes of both."""
    if merging.merged_is_later:
        _exchange(session, actor, merging)
    _end_all(session, actor, merging)
    return {"exchanged": merging.merged_is_later, "password": _trace(session, merging.kept_id)}


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:
    """Put the accounts back.

    Raises:
        DomainError: the password was changed since ("merge_rests").
    """
    if _trace(session, merging.kept_id) != restore["password"]:
        raise DomainError("merge_rests")
    if restore["exchanged"]:
        _exchange(session, actor, merging)
    _end_all(session, actor, merging)


def _exchange(session: Session, actor: Actor, merging: Merging) -> None:
    accounts = [_account_of(session, person_id, actor) for person_id in (merging.kept_id, merging.merged_id)]
    columns = [column.key for column in Account.__table__.columns if column.key not in KEPT_WITH_THE_PERSON]
    values = [{name: getattr(account, name) for name in columns} for account in accounts]
    for account, other in zip(accounts, reversed(values), strict=True):
        for name, value in other.items():
            setattr(account, name, value)
    session.flush()


def _account_of(session: Session, person_id: int, actor: Actor) -> Account:
    account = session.get(Account, person_id)
    if account is None:
        account = Account(person_id=person_id, recorded_at=actor.at)
        session.add(account)
        session.flush()
    return account


def _end_all(session: Session, actor: Actor, merging: Merging) -> None:
    ids = (merging.kept_id, merging.merged_id)
    live = (SignInSession.person_id.in_(ids), SignInSession.revoked_at.is_(None))
    session.execute(update(SignInSession).where(*live).values(revoked_at=actor.at))
    valid = (AccountCode.person_id.in_(ids), AccountCode.used_at.is_(None), AccountCode.revoked_at.is_(None))
    session.execute(update(AccountCode).where(*valid).values(revoked_at=actor.at))


def _trace(session: Session, person_id: int) -> str | None:
    """Return what tells whether a password is still the same one, and nothing else about it."""
    found = session.scalar(select(Account.password_hash).where(Account.person_id == person_id))
    return hashlib.sha256(found.encode()).hexdigest() if found else None


def _count_passwords(session: Session, person_id: int) -> int:
    wanted = select(func.count()).select_from(Account)
    return session.scalar(wanted.where(Account.person_id == person_id, Account.password_hash.is_not(None))) or 0


def _count_live(session: Session, person_id: int) -> int:
    wanted = select(func.count()).select_from(SignInSession)
    live = wanted.where(SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None))
    return session.scalar(live) or 0


PART = parts.Part(name="accounts", preview=preview, apply=apply, undo=undo)
