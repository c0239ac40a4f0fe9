"""Centers on the imports page."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import kinds
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.people.centers.actions import import_centers
from lms.people.centers.rows import read_centers
from lms.people.roster import wording
from lms.web.dates import today

TEMPLATE = (
    (
        "center_code", "name_ko", "name_en", "network_type", "region_code", "region_ko", "area_code", "area_ko",
        "city_ko", "opened_on", "closed_on", "headcount_plan",
    ),
    ("C0001", "자람 강남 서비스센터", "Jaram Gangnam service center", "DIRECT", "R1", "서울강원권", "R1-A01",
     "서울강원 1지역", "강남구", "2010-03-01", "", "57"),
)  # fmt: skip
COUNTED = {
    "centers_added": _l("New centers"),
    "centers_changed": _l("Changed centers"),
    "areas_added": _l("New areas"),
    "regions_added": _l("New regions"),
    "moved": _l("Standing elsewhere"),
    "refused": _l("Refused rows"),
}


def check(session: Session, run: ImportRun, table: Table) -> Outcome:
    """Say what the file would change: do it, look, and take it back."""
    actor = Actor(person_id=run.requested_by_id, label=run.requested_by, origin="import", at=run.recorded_at)
    attempt = session.begin_nested()
    outcome = apply(session, actor, run, table)
    attempt.rollback()
    return outcome


def apply(session: Session, actor: Actor, run: ImportRun, table: Table) -> Outcome:
    """Take over the centers."""
    rows, refused = read_centers(table)
    counts = import_centers(session, actor, rows, on=run.effective_on or today())
    return Outcome(counts=counts | {"refused": len(refused)}, refusals=refused)


def register() -> None:
    """Offer centers on the imports page."""
    wording.register()
    kinds.register(
        kinds.Kind(
            code=ImportKind.CENTERS,
            title=_l("Centers"),
            hint=_l("Centers with their areas and regions, one row each. Centers not in the file stay as they are."),
            template=TEMPLATE,
            check=check,
            apply=apply,
            counted=COUNTED,
        )
    )
