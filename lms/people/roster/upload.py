"""The roster on the imports page."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import kinds
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.people.roster import wording
from lms.people.roster.actions import apply_roster, outcome_of, plan_of
from lms.people.roster.actions_undo import undo_roster
from lms.people.roster.rows import OPTIONAL, REQUIRED
from lms.people.roster.rules import ChangeKind, Plan

TEMPLATE = (
    (*REQUIRED, *OPTIONAL),
    ("00001234", "김민수", "C0001", "SA", "2019-03-04", "", "", "", ""),
    ("00001235", "이서연", "C0001", "CM", "2017-11-01", "", "", "2019-05-01", "2019-08-01"),
    ("00009001", "박지훈", "C0002", "MT", "2019-06-03", "", "00000777", "", ""),
)
CHANGES = {
    ChangeKind.JOINER: _l("Joiners"),
    ChangeKind.MOVER: _l("Transfers"),
    ChangeKind.ROLE_CHANGE: _l("Role changes"),
    ChangeKind.RETURNER: _l("Returners"),
    ChangeKind.LEAVER: _l("Leavers"),
    ChangeKind.CORRECTION: _l("Corrections"),
    ChangeKind.LEAVE: _l("Leaves of absence"),
}
COUNTED = {kind.value: title for kind, title in CHANGES.items()} | {
    "unchanged": _l("Unchanged"),
    "refused": _l("Refused rows"),
    "leavers_held": _l("Absent, but kept"),
    "duties_ended": _l("Duties ended"),
}


def check(session: Session, run: ImportRun, table: Table) -> Outcome:
    """Say what the roster would change."""
    return outcome_of(session, _plan(session, run, table))


def apply(session: Session, actor: Actor, run: ImportRun, table: Table) -> Outcome:
    """Apply the roster."""
    plan = _plan(session, run, table)
    return apply_roster(session, actor, run, plan, allow_large=bool(run.options.get("allow_large")))


def _plan(session: Session, run: ImportRun, table: Table) -> Plan:
    width = run.options.get("staff_width")
    return plan_of(
        session,
        table,
        on=run.effective_on or date.min,
        partial=bool(run.options.get("partial")),
        staff_width=int(width) if width else None,
    )


def register() -> None:
    """Offer rosters on the imports page."""
    wording.register()
    kinds.register(
        kinds.Kind(
            code=ImportKind.ROSTER,
            title=_l("Roster"),
            hint=_l("Everyone who works in the network, one row each: staff number, name, center and job role."),
            template=TEMPLATE,
            check=check,
            apply=apply,
            undo=undo_roster,
            counted=COUNTED,
            changes={kind.value: title for kind, title in CHANGES.items()},
            takes_roster_options=True,
        )
    )
