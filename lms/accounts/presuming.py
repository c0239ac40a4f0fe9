"""Sessions as this process last read them, for requests whose view confirms by what it writes that they are open."""

from datetime import datetime, timedelta

from flask import current_app

from lms.accounts.queries import OpenSession

EXTENSION = "presumed sessions"
MOST_REMEMBERED = 4096


def remember(token_sha256: str, found: OpenSession) -> None:
    """Remember a session that was found open."""
    known = _known()
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[token_sha256] = found


def recall(token_sha256: str, now: datetime, idle: timedelta) -> OpenSession | None:
    """Return a session that may be presumed open; None where it must be asked for, as at least once a minute in use."""
    found = _known().get(token_sha256)
    if found is None or found.times.is_due_for_touch(now) or not found.times.is_live(now, idle):
        return None
    return found


def _known() -> dict[str, OpenSession]:
    found: dict[str, OpenSession] = current_app.extensions.setdefault(EXTENSION, {})
    return found
