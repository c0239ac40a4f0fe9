"""The service standard, and what mystery visits look at, on the imports page."""

from functools import partial

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import kinds
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.observations.rules_standards import MYSTERY, SERVICE
from lms.observations.standards import wording
from lms.observations.standards.actions import TakenStandard, import_standard

SERVICE_TEMPLATE = (
    (
        "item_code", "text_ko", "text_en", "stage", "dimension_code", "i_care", "course_code", "target_roles",
        "response_type", "is_critical", "weight", "method_ko", "evidence_ko", "na_allowed", "effective_from",
        "effective_to",
    ),
    ("FC-001", "고객 도착 후 1분 안에 먼저 인사한다", "Greets first within a minute of arrival", "BEFORE", "D02", "C",
     "CS-101", "SA;RC", "YN", "1", "2", "관찰", "", "0", "2019-01-01", ""),
    ("FC-002", "고객의 말을 되물어 확인한다", "Repeats what the customer said", "ON", "D05", "C;A",
     "CS-104", "SA", "SCALE4", "0", "1", "관찰", "", "1", "2019-01-01", ""),
)  # fmt: skip
MYSTERY_TEMPLATE = (
    ("item_code", "text_ko", "text_en", "stage", "channel", "points", "is_critical", "checklist_twin",
     "effective_from", "effective_to"),
    ("MS-001", "도착하자 먼저 인사를 받았다", "Was greeted first on arrival", "BEFORE", "VISIT", "3", "1", "FC-001",
     "2019-01-01", ""),
)  # fmt: skip
COUNTED: dict[str, LazyString] = {
    "new_versions": _l("New versions"),
    "added": _l("New items"),
    "changed": _l("Items in other words"),
    "dropped": _l("Items asked no more"),
    "resorted": _l("Behaviors sorted otherwise"),
    "refused": _l("Refused rows"),
}


def outcome_of(taken: TakenStandard) -> Outcome:
    """Return what the imports page shows of a standard."""
    items = {kind: len(codes) for kind, codes in taken.items.items()}
    return Outcome(counts=taken.counts | items, refusals=list(taken.refusals))


def check(session: Session, run: ImportRun, table: Table, *, standard: str) -> Outcome:
    """Say what the file would change: do it, look, and take it back."""
    actor = Actor(person_id=run.requested_by_id, label=run.requested_by, origin="import", at=run.recorded_at)
    attempt = session.begin_nested()
    try:
        return outcome_of(import_standard(session, actor, table, code=standard, run=run))
    finally:
        attempt.rollback()


def apply(session: Session, actor: Actor, run: ImportRun, table: Table, *, standard: str) -> Outcome:
    """Take the file as the whole standard from its effective day on."""
    return outcome_of(import_standard(session, actor, table, code=standard, run=run))


def register() -> None:
    """Offer both on the imports page."""
    wording.register()
    for kind, standard, title, hint, template in (
        (
            ImportKind.STANDARD,
            SERVICE,
            _l("Service standard"),
            _l("The whole standard from its effective day on, one row for each item. A version never changes later."),
            SERVICE_TEMPLATE,
        ),
        (
            ImportKind.MYSTERY_ITEMS,
            MYSTERY,
            _l("Items of mystery visits"),
            _l("All items, one row each; checklist_twin names the check item of the same behavior."),
            MYSTERY_TEMPLATE,
        ),
    ):
        kinds.register(
            kinds.Kind(
                code=kind,
                title=title,
                hint=hint,
                template=template,
                check=partial(check, standard=standard),
                apply=partial(apply, standard=standard),
                counted=COUNTED,
                is_whole=True,
            )
        )
