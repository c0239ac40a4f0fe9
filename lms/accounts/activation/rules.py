"""Decisions about one-time codes: how they read, how long they hold, and who issues one for whom."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.accounts.rules import Refusal
from lms.people.rules import CENTER_DUTIES, DutyKind, HeldDuty

# 32 signs carry 5 bits each: 60 bits. What looks alike on paper is left out and read as its twin.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
GROUPS, GROUP_LENGTH = 3, 4
CODE_LENGTH = GROUPS * GROUP_LENGTH
# Room for spaces and hyphens around what counts.
TYPED_MOST = 40
GOOD_FOR = timedelta(days=14)

# Who issues codes: at the centers of their duty, and these two at every center.
ADMINISTRATORS = frozenset({DutyKind.TRAINING_ADMIN, DutyKind.SYSTEM_ADMIN})
ISSUING_DUTIES = CENTER_DUTIES | ADMINISTRATORS
# Whose accounts only the system administrator resets: more rights than a training administrator has, or other ones.
APART = frozenset({DutyKind.SYSTEM_ADMIN, DutyKind.AUDITOR})


class AccountState(StrEnum):
    """How far someone's account is."""

    NOT_ACTIVATED = "NOT_ACTIVATED"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTerm:
    """When a code was issued, until when it holds, and what ended it before."""

    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether the code may be used at `now`."""
        return self.used_at is None and self.revoked_at is None and self.issued_at <= now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues codes: the centers of their duties, and whether they administer the network."""

    person_id: int | None
    center_ids: frozenset[int] = frozenset()
    administers: frozenset[DutyKind] = frozenset()


def new_code() -> str:
    """Return a fresh code of 60 random bits, as it is printed: 7K2M-Q9XR-04TV."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(signs[start : start + GROUP_LENGTH] for start in range(0, CODE_LENGTH, GROUP_LENGTH))


def read_code(typed: str) -> str:
    """Return the signs that a typed code means, whatever its case, width, spaces and hyphens."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(READ_AS)
    return "".join(sign for sign in plain if sign in ALPHABET)


def digest_of(code: str, *, key: str) -> str:
    """Return what is kept of a code: without the house's secret `key` nobody can try codes against it."""
    return hmac.new(key.encode(), b"one-time code:" + read_code(code).encode(), hashlib.sha256).hexdigest()


def is_same_code(typed: str, kept: str | None, *, key: str) -> bool:
    """Tell whether what was typed is the code behind a kept digest. Without one it takes as long and says no."""
    matches = hmac.compare_digest(digest_of(typed, key=key), kept or "0" * 64)
    return matches and kept is not None and len(read_code(typed)) == CODE_LENGTH


def state_of(*, has_password: bool, is_held_back: bool) -> AccountState:
    """Return how far an account is."""
    if is_held_back:
        return AccountState.LOCKED
    return AccountState.ACTIVE if has_password else AccountState.NOT_ACTIVATED


def may_issue(issuer: Issuer, *, person_id: int, duties: Iterable[HeldDuty]) -> bool:
    """Tell whether a code for this person gives its issuer no more than they reach anyway.

    Whoever knows a code can become its person. So nobody issues one for themselves, a center's people issue none for
    someone with a duty beyond that center, and only the system administrator for those in `APART`. `duties` are the
    person's, those to come included; that the person works at a center the issuer reaches is asked before.
    """
    if person_id == issuer.person_id:
        return False
    if DutyKind.SYSTEM_ADMIN in issuer.administers:
        return True
    if DutyKind.TRAINING_ADMIN in issuer.administers:
        return APART.isdisjoint(duty.kind for duty in duties)
    return all(duty.kind in CENTER_DUTIES and duty.unit_id in issuer.center_ids for duty in duties)


def refusal_of_code(
    *, known: bool, has_code: bool, is_right: bool, is_good: bool, is_employed: bool, is_held_back: bool
) -> Refusal | None:
    """Return why this try with a code fails, or None when it gives its person a password."""
    checks = (
        (is_held_back, Refusal.LOCKED),
        (not known, Refusal.UNKNOWN),
        (not has_code, Refusal.NO_CODE),
        (not is_right, Refusal.WRONG_CODE),
        (not is_good, Refusal.ENDED_CODE),
        (not is_employed, Refusal.NOT_EMPLOYED),
    )
    return next((refusal for holds, refusal in checks if holds), None)
