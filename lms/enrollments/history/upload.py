"""Training histories on the imports page."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.history import wording
from lms.enrollments.history.actions import import_history
from lms.imports import kinds
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.people.rules import whole_network
from lms.web.dates import today

TEMPLATE = (
    ("staff_no", "course_code", "assigned_on", "due_on", "completed_on", "score", "voided_on"),
    ("00001234", "CS-101", "2019-03-04", "2019-04-03", "2019-03-28", "85", ""),
    ("00001234", "CS-104", "2019-03-04", "2019-04-03", "", "", ""),
)
COUNTED = {
    "rows": _l("Rows read"),
    "added": _l("New enrollments"),
    "changed": _l("Changed enrollments"),
    "unchanged": _l("Unchanged"),
    "repeated": _l("Repeated rows"),
    "refused": _l("Refused rows"),
}


def check(session: Session, run: ImportRun, table: Table) -> Outcome:
    """Say what the history would change: do it, look, and take it back."""
    actor = Actor(person_id=run.requested_by_id, label=run.requested_by, origin="import", at=run.recorded_at)
    attempt = session.begin_nested()
    outcome = apply(session, actor, run, table)
    attempt.rollback()
    return outcome


def apply(session: Session, actor: Actor, run: ImportRun, table: Table) -> Outcome:
    """Apply the history."""
    return import_history(session, table, run=run, scope=whole_network(today()), actor=actor)


def register() -> None:
    """Offer training histories on the imports page."""
    wording.register()
    kinds.register(
        kinds.Kind(
            code=ImportKind.HISTORY,
            title=_l("Training history"),
            hint=_l("One row for each enrollment: who, which course, assigned, due, completed, score, withdrawn."),
            template=TEMPLATE,
            check=check,
            apply=apply,
            counted=COUNTED,
        )
    )
