"""Decisions about signing in, sessions and passwords."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.people.rules import DutyKind, Post

WINDOW = timedelta(minutes=10)
FAILURES_PER_STAFF_NO = 5
FAILURES_PER_IP = 50
# A page that loads six things at once must not write the session row six times.
TOUCH_EVERY = timedelta(minutes=1)
# How long tries to sign in and codes are kept; and sessions after their end, so that their browser can be told why.
KEPT = timedelta(days=30)
ENDED_KEPT = timedelta(days=1)
PASSWORD_MIN = 10
PASSWORD_MAX = 200
# "aaaaaaaaaa" or "1212121212" are long and yet among the first guesses.
DISTINCT_CHARACTERS_MIN = 5


class Outcome(StrEnum):
    """What became of a try to sign in. One that was held back counts against its address, not its staff number."""

    FAILED = "FAILED"
    SUCCEEDED = "SUCCEEDED"
    HELD_BACK = "HELD_BACK"


class Refusal(StrEnum):
    """Why a sign-in or a code failed. Only the trail learns it: people at the door are told one and the same thing."""

    UNKNOWN = "UNKNOWN"
    WRONG_PASSWORD = "WRONG_PASSWORD"  # noqa: S105 - a reason, not a password
    NO_PASSWORD = "NO_PASSWORD"  # noqa: S105
    NOT_EMPLOYED = "NOT_EMPLOYED"
    LOCKED = "LOCKED"
    NO_CODE = "NO_CODE"
    WRONG_CODE = "WRONG_CODE"
    ENDED_CODE = "ENDED_CODE"


class SessionEnd(StrEnum):
    """What ended a sign-in session."""

    IDLE = "IDLE"
    ABSOLUTE = "ABSOLUTE"
    REVOKED = "REVOKED"


class PasswordFault(StrEnum):
    """Why a new password is not good enough."""

    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    TOO_FEW_CHARACTERS = "TOO_FEW_CHARACTERS"
    CONTAINS_STAFF_NO = "CONTAINS_STAFF_NO"
    COMMON = "COMMON"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """When a sign-in session was last used, when it ends whatever happens, and when it was ended by hand."""

    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_live(self, now: datetime, idle: timedelta) -> bool:
        """Tell whether the session still opens doors at `now`; `idle` is how long it may rest."""
        return self.end(now, idle) is None

    def end(self, now: datetime, idle: timedelta) -> SessionEnd | None:
        """Return what ended the session by `now`, or None while it lives."""
        if self.revoked_at is not None:
            return SessionEnd.REVOKED
        if now >= self.expires_at:
            return SessionEnd.ABSOLUTE
        return SessionEnd.IDLE if now >= self.last_seen_at + idle else None

    def is_due_for_touch(self, now: datetime) -> bool:
        """Tell whether the last use is to be written again."""
        return now - self.last_seen_at >= TOUCH_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """As what someone works here on a day: a duty over a unit, or without any the job at a center."""

    duty: DutyKind | None
    title_ko: str
    title_en: str
    unit_ko: str
    unit_en: str


def offices_of(posts: Iterable[Post]) -> list[Office]:
    """Return the duties that someone holds; without any, their jobs."""
    offices = [
        Office(
            duty=post.duty, title_ko=post.title_ko, title_en=post.title_en, unit_ko=post.unit_ko, unit_en=post.unit_en
        )
        for post in posts
    ]
    return [office for office in offices if office.duty] or offices


def is_held_back(failures: int) -> bool:
    """Tell whether a staff number is locked after this many failures in the window, since its last success."""
    return failures >= FAILURES_PER_STAFF_NO


def is_flooding(failures: int) -> bool:
    """Tell whether an address is refused after this many failures in the window, whoever they were for."""
    return failures >= FAILURES_PER_IP


def fault_of_password(password: str, *, staff_no: str, common: frozenset[str]) -> PasswordFault | None:
    """Return why `password` may not be chosen, or None. `common` holds known passwords in lower case.

    Length and being hard to guess are what counts; nobody is made to mix kinds of characters.
    """
    lowered = password.casefold()
    checks = (
        (len(password) < PASSWORD_MIN, PasswordFault.TOO_SHORT),
        (len(password) > PASSWORD_MAX, PasswordFault.TOO_LONG),
        (len(set(lowered)) < DISTINCT_CHARACTERS_MIN, PasswordFault.TOO_FEW_CHARACTERS),
        (len(staff_no) >= 4 and staff_no.casefold() in lowered, PasswordFault.CONTAINS_STAFF_NO),
        (lowered in common, PasswordFault.COMMON),
    )
    return next((fault for holds, fault in checks if holds), None)


def refusal_of(
    *, known: bool, has_password: bool, is_employed: bool, is_right: bool, is_held_back: bool
) -> Refusal | None:
    """Return why this try to sign in fails, or None when it succeeds."""
    checks = (
        (is_held_back, Refusal.LOCKED),
        (not known, Refusal.UNKNOWN),
        (not has_password, Refusal.NO_PASSWORD),
        (not is_right, Refusal.WRONG_PASSWORD),
        (not is_employed, Refusal.NOT_EMPLOYED),
    )
    return next((refusal for holds, refusal in checks if holds), None)
