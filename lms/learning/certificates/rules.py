"""Whether a certificate holds, and how its number reads."""

from datetime import date
from enum import StrEnum

# 18 letters of 27 are 85 bits: nobody finds one by trying.
CODE_LENGTH = 18


class Standing(StrEnum):
    """What the public check says of a code, and nothing more."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    UNKNOWN = "UNKNOWN"


def standing(*, completed_on: date | None, voided_on: date | None, expires_on: date | None, on: date) -> Standing:
    """Return where a certificate stands on a day, from what is known of its completion."""
    if completed_on is None or (voided_on is not None and voided_on <= on):
        return Standing.WITHDRAWN
    if expires_on is not None and expires_on <= on:
        return Standing.EXPIRED
    return Standing.VALID


def number(year: int, serial: int) -> str:
    """Return the number as it is printed: 2026-000123."""
    return f"{year:04}-{serial:06}"
