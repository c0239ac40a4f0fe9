"""Reads about where one is signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.browsers.rules import Device, device_of
from lms.accounts.models import SignInSession
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBrowser:
    """A browser in which someone is signed in."""

    session_id: int
    public_id: str
    device: Device
    ip: str
    signed_in_at: datetime
    last_used_at: datetime
    ends_at: datetime


def list_open_browsers(session: Session, *, person_id: int, now: datetime, idle: timedelta) -> list[OpenBrowser]:
    """List where a person is signed in at `now`, last used first; `idle` is how long a session may rest."""
    live = (
        SignInSession.person_id == person_id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.last_seen_at > now - idle,
    )
    rows = session.scalars(select(SignInSession).where(*live).order_by(SignInSession.last_seen_at.desc()))
    return [
        OpenBrowser(
            session_id=row.id,
            public_id=row.public_id,
            device=device_of(row.user_agent),
            ip=row.ip,
            signed_in_at=row.created_at,
            last_used_at=row.last_seen_at,
            ends_at=row.expires_at,
        )
        for row in rows
    ]


def get_session_id(session: Session, *, person_id: int, public_id: str) -> int:
    """Return the database id of one of a person's sessions.

    Raises:
        NotFoundError: it is missing or somebody else's.
    """
    own = (SignInSession.person_id == person_id, SignInSession.public_id == public_id)
    found = session.scalars(select(SignInSession.id).where(*own)).one_or_none()
    if found is None:
        raise NotFoundError
    return found
