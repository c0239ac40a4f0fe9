"""Reads about accounts, sessions and attempts."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    bindparam,
    exists,
    false,
    func,
    select,
)
from sqlalchemy.orm import Session

from lms.accounts.models import Account, SignInAttempt, SignInSession
from lms.accounts.rules import WINDOW, Outcome, SessionTimes
from lms.people.models import Person, Posting
from lms.people.queries import covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What decides whether someone may sign in: the hash of their password and whether they work here that day."""

    person_id: int
    staff_no: str
    name: str
    password_hash: str | None
    is_employed: bool
    must_change_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A sign-in session with what every page needs to know about its person."""

    session_id: int
    person_id: int
    staff_no: str
    name: str
    language: str | None
    theme: str | None
    must_change_password: bool
    is_employed: bool
    times: SessionTimes


def employed_on(on: date) -> ColumnElement[bool]:
    """Return the condition that `Person` works here on a day: a posting in force covers it."""
    return exists().where(Posting.person_id == Person.id, covers(Posting, on))


def find_door(session: Session, *, staff_no: str, on: date) -> Door | None:
    """Return the door of the staff number in force, or None when nobody holds it."""
    row = session.execute(
        select(
            Person.id,
            Person.staff_no,
            Person.name,
            Account.password_hash,
            employed_on(on),
            func.coalesce(Account.must_change_password, false()),
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.staff_no == staff_no)
    ).one_or_none()
    return row and Door(
        person_id=row[0],
        staff_no=row[1],
        name=row[2],
        password_hash=row[3],
        is_employed=row[4],
        must_change_password=bool(row[5]),
    )


def find_open_session(session: Session | Connection, *, token_sha256: str, on: date) -> OpenSession | None:
    """Return the session of a token, live or not, or None."""
    row = session.execute(_open_session(on), {"token_sha256": token_sha256}).one_or_none()
    if row is None:
        return None
    return OpenSession(
        session_id=row.id,
        person_id=row.person_id,
        staff_no=row.staff_no,
        name=row.name,
        language=row.language,
        theme=row.theme,
        is_employed=row.is_employed,
        must_change_password=bool(row.must_change_password),
        times=SessionTimes(last_seen_at=row.last_seen_at, expires_at=row.expires_at, revoked_at=row.revoked_at),
    )


# Asked before every answer, so built once a day: see `people.queries.placement_on`.
@lru_cache(maxsize=8)
def _open_session(on: date) -> Select[*tuple[Any, ...]]:
    of_session, account = SignInSession, Account
    return (
        select(
            of_session.id, of_session.person_id, Person.staff_no, Person.name, account.language, account.theme,
            employed_on(on).label("is_employed"), account.must_change_password,
            of_session.last_seen_at, of_session.expires_at, of_session.revoked_at,
        )
        .join(Person, Person.id == of_session.person_id)
        .outerjoin(account, account.person_id == Person.id)
        .where(of_session.token_sha256 == bindparam("token_sha256"))
    )  # fmt: skip


# The same asked of what is about to be written: the session is live, its person works here and may go on.
IS_OPEN: ColumnElement[bool] = exists().where(
    SignInSession.token_sha256 == bindparam("of_token"),
    SignInSession.revoked_at.is_(None),
    SignInSession.expires_at > bindparam("session_at"),
    SignInSession.last_seen_at > bindparam("rests_since"),
    exists().where(
        Posting.person_id == SignInSession.person_id, covers(Posting, bindparam("session_on", type_=Date)),
    ),
    ~exists().where(Account.person_id == SignInSession.person_id, Account.must_change_password),
)  # fmt: skip


def count_failures_of_staff_no(session: Session, *, staff_no: str, now: datetime) -> int:
    """Return how often this staff number failed in the window ending at `now`, since it last succeeded."""
    last_success = (
        select(func.max(SignInAttempt.id))
        .where(SignInAttempt.staff_no == staff_no, SignInAttempt.outcome == Outcome.SUCCEEDED)
        .scalar_subquery()
    )
    found = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.staff_no == staff_no,
            SignInAttempt.at > now - WINDOW,
            SignInAttempt.outcome == Outcome.FAILED,
            SignInAttempt.id > func.coalesce(last_success, 0),
        )
    )
    return found or 0


def count_failures_of_ip(session: Session, *, ip: str, now: datetime) -> int:
    """Return how many sign-ins failed from this address in the window ending at `now`."""
    found = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.ip == ip, SignInAttempt.at > now - WINDOW, SignInAttempt.outcome != Outcome.SUCCEEDED)
    )
    return found or 0


def count_live_sessions(session: Session, *, person_id: int, now: datetime) -> int:
    """Return how many browsers the person is signed in with, those resting too long included until they end."""
    found = session.scalar(
        select(func.count())
        .select_from(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
    )
    return found or 0
