"""What a reading request saw, written at the edge in a short transaction of its own, before the answer (ruling 17)."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.transactions import SAFE_METHODS, short_transaction


def origin() -> str:
    """Return where the request comes from: the client's address."""
    return request.remote_addr or "unknown"


def actor() -> Actor:
    """Return who acts in this request. Set at sign-in check by `accounts`."""
    person_id: int | None = g.get("person_id")
    return Actor(person_id=person_id, label=g.get("person_label", "anonymous"), origin=origin(), at=utcnow())


def note_access(
    action: str,
    object_type: str,
    object_id: str,
    *,
    subject_ids: Sequence[int] = (),
    subject_count: int | None = None,
    reason: str | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Remember that this request shows other people's data; it is written before the answer leaves."""
    note: dict[str, Any] = {"subject_ids": subject_ids, "subject_count": subject_count, "reason": reason}
    g.setdefault("access_notes", []).append((action, object_type, object_id, {**note, "detail": detail}))


def init_app(app: Flask) -> None:
    """Write the notes of a reading request; those of a writing one go into its own transaction."""

    @app.after_request
    def write_notes(response: Response) -> Response:
        notes = g.pop("access_notes", [])
        if notes and response.status_code < 400:
            if request.method in SAFE_METHODS:
                with short_transaction() as session:
                    _write(session, notes)
            else:
                _write(db.session(), notes)
        return response


def _write(session: Session, notes: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    for action, object_type, object_id, rest in notes:
        audit.record(session, actor(), action, object_type, object_id, **rest)
