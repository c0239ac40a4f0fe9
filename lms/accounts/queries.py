"""Reads about accounts, sessions and attempts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, false, func, literal, select
from sqlalchemy.orm import Session

from lms.accounts.models import Account, SignInAttempt, SignInSession
from lms.accounts.rules import WINDOW, Office, Outcome, SessionTimes
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers
from lms.people.rules import DutyKind


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


def find_open_session(session: Session, *, token_sha256: str, on: date) -> OpenSession | None:
    """Return the session of a token, live or not, or None."""
    row = session.execute(
        select(
            SignInSession,
            Person.staff_no,
            Person.name,
            Account.language,
            Account.theme,
            employed_on(on),
            Account.must_change_password,
        )
        .join(Person, Person.id == SignInSession.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(SignInSession.token_sha256 == token_sha256)
    ).one_or_none()
    if row is None:
        return None
    found: SignInSession = row[0]
    return OpenSession(
        session_id=found.id,
        person_id=found.person_id,
        staff_no=row[1],
        name=row[2],
        language=row[3],
        theme=row[4],
        is_employed=row[5],
        must_change_password=bool(row[6]),
        times=SessionTimes(last_seen_at=found.last_seen_at, expires_at=found.expires_at, revoked_at=found.revoked_at),
    )


def list_offices(session: Session, *, person_id: int, on: date) -> list[Office]:
    """List the duties a person holds on a day; without any, their jobs."""
    unit = (OrgUnit.name_ko, OrgUnit.name_en)
    appointed = (
        select(Duty.kind, literal(""), literal(""), *unit)
        .join(OrgUnit, OrgUnit.id == Duty.unit_id)
        .where(Duty.person_id == person_id, covers(Duty, on))
    )
    posted = (
        select(literal(""), JobRole.title_ko, JobRole.title_en, *unit)
        .join_from(Posting, JobRole, JobRole.id == Posting.role_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Posting.person_id == person_id, covers(Posting, on))
    )
    offices = [
        Office(duty=DutyKind(kind) if kind else None, title_ko=ko, title_en=en, unit_ko=unit_ko, unit_en=unit_en)
        for kind, ko, en, unit_ko, unit_en in session.execute(appointed.union_all(posted))
    ]
    return [office for office in offices if office.duty] or offices


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
