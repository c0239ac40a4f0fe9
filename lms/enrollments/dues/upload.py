"""Due dates follow a roster: what an applied or undone file changed about people moves their due dates at once."""

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.dues.queries import list_people_changed_at
from lms.imports import kinds
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, ImportState


def follow_roster(session: Session, actor: Actor, run: ImportRun) -> None:
    """Move the due dates of the people a roster concerned; an undone one may concern everyone."""
    undone = run.state == ImportState.UNDONE
    refresh_due_dates(session, None if undone else list_people_changed_at(session, actor.at), actor=actor)


def register() -> None:
    """Have due dates follow rosters."""
    kinds.call_after(ImportKind.ROSTER, follow_roster)
