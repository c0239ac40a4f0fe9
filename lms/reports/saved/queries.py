"""Reads of saved views. Everyone reads their own alone."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.reports.saved.models import SavedView
from lms.shared.errors import NotFoundError


def list_views(session: Session, *, person_id: int) -> list[SavedView]:
    """List a person's saved views by name."""
    return list(session.scalars(select(SavedView).where(SavedView.person_id == person_id).order_by(SavedView.name)))


def get_view(session: Session, *, person_id: int, public_id: str) -> SavedView:
    """Return one of a person's saved views.

    Raises:
        NotFoundError: another's, or missing.
    """
    wanted = select(SavedView).where(SavedView.public_id == public_id, SavedView.person_id == person_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def count_views(session: Session, *, person_id: int) -> int:
    """Count a person's saved views."""
    return session.scalar(select(func.count()).where(SavedView.person_id == person_id)) or 0


def is_name_taken(session: Session, *, person_id: int, name: str, but: int | None = None) -> bool:
    """Tell whether a person has a view of this name already, other than the one with database id `but`."""
    found = session.scalar(select(SavedView.id).where(SavedView.person_id == person_id, SavedView.name == name))
    return found is not None and found != but


def find_start(session: Session, *, person_id: int) -> str | None:
    """Find the address of the page a person chose to start on."""
    return session.scalar(select(SavedView.address).where(SavedView.person_id == person_id, SavedView.is_start))
