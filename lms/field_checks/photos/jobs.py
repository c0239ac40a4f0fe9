"""Bytes of photos that nothing refers to any more are deleted."""

from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from lms.field_checks.photos import actions
from lms.field_checks.photos.rules import FOLDER
from lms.jobs import sweeps
from lms.shared.clock import utcnow


@sweeps.register_purge
def purge(session: Session) -> int:
    """Delete photos that were dropped from their form some time ago; return how many files."""
    folder = Path(current_app.config["SETTINGS"].data_dir) / FOLDER
    return actions.drop_unused(session, folder, now=utcnow())
