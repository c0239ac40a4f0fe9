"""Hashing passwords with argon2id, and the list of those that everybody tries first."""

import os
import secrets
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's smallest recommended setting; about 40 ms and 19 MiB each.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
# A rush of sign-ins waits here, so that it cannot take all memory and every processor from those already inside.
_seats = BoundedSemaphore(max(1, os.cpu_count() or 1))
COMMON_FILE = Path(__file__).with_name("common_passwords.txt")


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and settings in it."""
    with _seats:
        return _hasher.hash(_composed(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` belongs to the hash. Without a hash it takes as long and says no."""
    with _seats:
        matches = _hasher.verify(_composed(password), password_hash or _decoy())
    return matches and password_hash is not None


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first, in lower case, keyboard patterns of Korea among them."""
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if line and not line.startswith("#"))


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _composed(password: str) -> str:
    # Phones and desks send Hangul composed or in parts; both are the same password.
    return unicodedata.normalize("NFC", password)
