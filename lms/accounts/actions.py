"""Writes about accounts, sessions and attempts."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Account, AccountCode, SignInAttempt, SignInSession
from lms.accounts.queries import count_failures_of_ip, count_failures_of_staff_no
from lms.accounts.rules import ENDED_KEPT, KEPT, WINDOW, Outcome, Refusal, is_flooding, is_held_back
from lms.audit import actions as audit
from lms.audit.queries import TrailFilter, count_lines
from lms.audit.rules import Actor
from lms.shared.db import Base

TOKEN_BYTES = 32
STAFF_NO_LENGTH = 64
USER_AGENT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Try:
    """A try to sign in that was let through to the comparison of passwords, or held back."""

    id: int
    is_held_back: bool


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just opened, and its token, which is kept nowhere."""

    id: int
    token: str


def digest(token: str) -> str:
    """Return what is kept of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_try(session: Session, *, staff_no: str, ip: str, now: datetime) -> Try | None:
    """Write down a try before its password is looked at, or return None when its address is refused altogether.

    Written first and as failed, so that a hundred tries at once cannot all find the count still low.
    """
    _take_turn(session, staff_no)
    if is_flooding(count_failures_of_ip(session, ip=ip, now=now)):
        return None
    held_back = is_held_back(count_failures_of_staff_no(session, staff_no=staff_no, now=now))
    row = SignInAttempt(
        staff_no=staff_no[:STAFF_NO_LENGTH], ip=ip, at=now, outcome=Outcome.HELD_BACK if held_back else Outcome.FAILED
    )
    session.add(row)
    session.flush()
    return Try(row.id, held_back)


def _take_turn(session: Session, staff_no: str) -> None:
    """Let tries of one staff number pass one by one; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(staff_no))))


def note_flood(session: Session, actor: Actor) -> None:
    """Tell the trail that an address is shut out: once in a window, or the flood would fill the trail as well."""
    lately = TrailFilter(since=actor.at - WINDOW, actions=("sign_in.flooded",), origin=actor.origin)
    if count_lines(session, where=lately) == 0:
        audit.record(session, actor, "sign_in.flooded", "account", "")


def note_refusal(
    session: Session, actor: Actor, *, person_id: int | None, refusal: Refusal, what: str = "sign_in.refused"
) -> None:
    """Tell the trail why someone was not let in. What was typed is not kept there: it may be a password."""
    subjects = [] if person_id is None else [person_id]
    audit.record(session, actor, what, "account", "", subject_ids=subjects, detail={"why": refusal})


def start_session(
    session: Session, actor: Actor, *, person_id: int, try_id: int, lasts: timedelta, user_agent: str
) -> NewSession:
    """Open a session for a person whose password proved right in the try `try_id`; it ends after `lasts` at most."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = SignInSession(
        token_sha256=digest(token),
        person_id=person_id,
        created_at=actor.at,
        last_seen_at=actor.at,
        expires_at=actor.at + lasts,
        ip=actor.origin,
        user_agent=user_agent[:USER_AGENT_LENGTH],
    )
    session.add(row)
    session.execute(update(SignInAttempt).where(SignInAttempt.id == try_id).values(outcome=Outcome.SUCCEEDED))
    session.flush()
    audit.record(session, actor, "sign_in.succeeded", "sign_in_session", row.public_id, subject_ids=[person_id])
    return NewSession(row.id, token)


def touch_session(session: Session, *, session_id: int, now: datetime) -> None:
    """Write when a session was last used."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now))


def end_session(session: Session, actor: Actor, *, session_id: int) -> None:
    """Sign a browser out."""
    row = session.get_one(SignInSession, session_id)
    if row.revoked_at is None:
        row.revoked_at = actor.at
        audit.record(session, actor, "sign_out", "sign_in_session", row.public_id, subject_ids=[row.person_id])


def set_password(
    session: Session, actor: Actor, *, person_id: int, password_hash: str, must_change: bool = False
) -> int:
    """Give a person a password and sign out every browser they were signed in with; return how many those were.

    Codes that would set another one end with it. `must_change` tells that someone else knows the password: its person
    chooses another before anything else.
    """
    account = _account_of(session, person_id, actor.at)
    account.password_hash, account.must_change_password = password_hash, must_change
    revoke_codes(session, person_ids=[person_id], now=actor.at)
    count = len(_end_live(session, person_id, actor.at))
    audit.record(
        session, actor, "password.set", "account", "", subject_ids=[person_id], detail={"sessions_ended": count}
    )
    return count


def revoke_codes(session: Session, *, person_ids: Sequence[int], now: datetime) -> int:
    """End the codes of people that were not used; return how many those were."""
    open_ones = (
        AccountCode.person_id.in_(person_ids),
        AccountCode.used_at.is_(None),
        AccountCode.revoked_at.is_(None),
        AccountCode.expires_at > now,
    )
    ended = session.scalars(update(AccountCode).where(*open_ones).values(revoked_at=now).returning(AccountCode.id))
    return len(ended.all())


def end_other_sessions(session: Session, actor: Actor, *, person_id: int, but: int) -> int:
    """Sign a person out of every browser but that of session `but`; return how many those were."""
    ended = _end_live(session, person_id, actor.at, but=but)
    if ended:
        detail: dict[str, object] = {"sessions_ended": len(ended)}
        audit.record(session, actor, "sign_out.others", "account", "", subject_ids=[person_id], detail=detail)
    return len(ended)


def _end_live(session: Session, person_id: int, now: datetime, but: int | None = None) -> Sequence[int]:
    live = [SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None), SignInSession.expires_at > now]
    if but is not None:
        live.append(SignInSession.id != but)
    return session.scalars(update(SignInSession).where(*live).values(revoked_at=now).returning(SignInSession.id)).all()


def set_preferences(
    session: Session, *, person_id: int, language: str | None, theme: str | None, now: datetime
) -> None:
    """Remember how a person likes the pages; None leaves a choice as it is."""
    account = _account_of(session, person_id, now)
    account.language = language or account.language
    account.theme = theme or account.theme


def purge(session: Session, actor: Actor) -> int:
    """Delete tries and codes older than `KEPT`, and sessions that ended; return how many rows. The trail stays."""
    old = actor.at - KEPT
    gone = {
        "tries": _delete(session, SignInAttempt, SignInAttempt.at < old),
        "codes": _delete(session, AccountCode, AccountCode.expires_at < old),
        "sessions": _delete(session, SignInSession, SignInSession.expires_at < actor.at - ENDED_KEPT),
    }
    total = sum(gone.values())
    if total:
        audit.record(session, actor, "accounts.purged", "account", "", detail=dict(gone))
    return total


def _delete(session: Session, table: type[Base], which: ColumnElement[bool]) -> int:
    found = cast("CursorResult[Any]", session.execute(delete(table).where(which)))
    return found.rowcount


def _account_of(session: Session, person_id: int, now: datetime) -> Account:
    account = session.get(Account, person_id)
    if account is None:
        account = Account(person_id=person_id, recorded_at=now)
        session.add(account)
        session.flush()
    return account
