"""Saving, renaming and deleting views, and choosing one to start on."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.reports.saved.models import SavedView

KIND = "saved_view"


def save_view(session: Session, actor: Actor, *, person_id: int, name: str, address: str) -> SavedView:
    """Keep an address under a name."""
    view = SavedView(person_id=person_id, name=name, address=address, is_start=False, recorded_at=actor.at)
    session.add(view)
    session.flush()
    audit.record(session, actor, "save", KIND, view.public_id, detail={"address": address})
    return view


def rename_view(session: Session, actor: Actor, view: SavedView, name: str) -> None:
    """Give a view another name."""
    view.name = name
    session.flush()
    audit.record(session, actor, "rename", KIND, view.public_id)


def choose_start(session: Session, actor: Actor, view: SavedView, *, is_start: bool) -> None:
    """Make a view the page its owner starts on, in place of any other; or no longer."""
    session.execute(update(SavedView).where(SavedView.person_id == view.person_id).values(is_start=False))
    view.is_start = is_start
    session.flush()
    audit.record(session, actor, "start" if is_start else "no_start", KIND, view.public_id)


def delete_view(session: Session, actor: Actor, view: SavedView) -> None:
    """Forget a view."""
    audit.record(session, actor, "delete", KIND, view.public_id, detail={"address": view.address})
    session.delete(view)
    session.flush()
