"""Reading staged rows back for the lists of refused ones. Only the files' own sender sees them."""

from sqlalchemy import ColumnElement, Connection, select

from lms.enrollments.history.rules import MOST_LISTED, Refusals
from lms.imports.rules import RowRefusal
from lms.observations.history.models import staged_findings, staged_visits
from lms.observations.history.rules import FINDING_COLUMNS, VISIT_COLUMNS
from lms.observations.models import StandardItem
from lms.people.models import OrgUnit

VISITS = select(
    staged_visits.c.line,
    staged_visits.c.reference,
    OrgUnit.code,
    staged_visits.c.observed_on,
    staged_visits.c.kind,
    staged_visits.c.points,
).join(OrgUnit, OrgUnit.id == staged_visits.c.center_id)
FINDINGS = select(staged_findings.c.line, staged_findings.c.reference, StandardItem.code).join(
    StandardItem, StandardItem.id == staged_findings.c.item_id
)


def refuse_visits(connection: Connection, which: ColumnElement[bool], code: str, refusals: Refusals) -> int:
    """Refuse the staged visits that fit a condition, and return how many were looked at (10,000 at most)."""
    rows = connection.execute(VISITS.where(which).order_by(staged_visits.c.line).limit(MOST_LISTED)).all()
    for line, *values in rows:
        cells = dict(zip(VISIT_COLUMNS, ("" if value is None else str(value) for value in values), strict=True))
        refusals.add(RowRefusal(line, "visit_id", cells["visit_id"], code, cells))
    return len(rows)


def refuse_findings(connection: Connection, which: ColumnElement[bool], code: str, refusals: Refusals) -> int:
    """Refuse the staged findings that fit a condition, and return how many were looked at (10,000 at most)."""
    rows = connection.execute(FINDINGS.where(which).order_by(staged_findings.c.line).limit(MOST_LISTED)).all()
    for line, *values in rows:
        cells = dict(zip(FINDING_COLUMNS, values, strict=True))
        refusals.add(RowRefusal(line, "visit_id", cells["visit_id"], code, cells))
    return len(rows)
