"""The catalog on the imports page."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.catalog import wording
from lms.courses.catalog.actions import CatalogOutcome, import_catalog
from lms.imports import kinds
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.web.dates import today

TEMPLATE = (
    (
        "course_code", "title_ko", "title_en", "tier", "delivery", "minutes", "chapters", "pass_progress_pct",
        "pass_score", "validity_months", "due_days", "target_roles", "prerequisites", "i_care", "mandatory",
    ),
    ("CS-101", "맞이인사와 배웅인사", "Greeting and farewell", "1", "ONLINE", "40", "2", "80", "60", "12", "30",
     "SA;RC;CM", "", "C", "1"),
    ("CS-104", "경청과 되묻기", "Active listening", "1", "ONLINE", "50", "2", "80", "60", "12", "30",
     "SA;RC", "CS-101", "C;A", "1"),
)  # fmt: skip
COUNTED = {
    "added": _l("New courses"),
    "changed": _l("Changed courses"),
    "new_versions": _l("New versions"),
    "unchanged": _l("Unchanged"),
    "refused": _l("Refused rows"),
}


def outcome_of(found: CatalogOutcome) -> Outcome:
    """Return what the imports page shows of a catalog file."""
    return Outcome(counts=found.counts, refusals=found.refusals)


def check(session: Session, run: ImportRun, table: Table) -> Outcome:
    """Say what the catalog would change: do it, look, and take it back."""
    actor = Actor(person_id=run.requested_by_id, label=run.requested_by, origin="import", at=run.recorded_at)
    attempt = session.begin_nested()
    found = import_catalog(session, table, actor=actor, as_of=today())
    attempt.rollback()
    return outcome_of(found)


def apply(session: Session, actor: Actor, run: ImportRun, table: Table) -> Outcome:  # noqa: ARG001 - the registry's shape
    """Apply the catalog; its effects are found by the audit trail, not by the run."""
    return outcome_of(import_catalog(session, table, actor=actor, as_of=today()))


def register() -> None:
    """Offer catalogs on the imports page."""
    wording.register()
    kinds.register(
        kinds.Kind(
            code=ImportKind.COURSES,
            title=_l("Courses"),
            hint=_l("The catalog, one row for each course. Columns left out stay as they are recorded."),
            template=TEMPLATE,
            check=check,
            apply=apply,
            counted=COUNTED,
        )
    )
