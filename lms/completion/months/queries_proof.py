"""Proof of a frozen month: its rows are those that were hashed, its figures follow from them, and the report as known
at the close gives the same rows again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.completion.known.queries import reading_as_known
from lms.completion.months.models import MonthClose, MonthFigure
from lms.completion.months.queries_freezing import read_month
from lms.completion.months.rules import ALL_TIERS, DEFINITION, Delta, last_day
from lms.completion.months.rules_snapshot import changes_between, delta_of, lines_of, sha256_of, unpack
from lms.people.models import JobRole, OrgUnit
from lms.people.rules import whole_network


@dataclass(frozen=True, slots=True)
class MonthProof:
    """What became of looking. `is_reproduced` is None where what counts was defined otherwise at the close."""

    is_whole: bool
    figures_agree: bool
    is_reproduced: bool | None
    differences: Delta

    @property
    def holds(self) -> bool:
        """Tell whether nothing speaks against the frozen month."""
        return self.is_whole and self.figures_agree and self.is_reproduced is not False


def prove_month(session: Session, close: MonthClose) -> MonthProof:
    """Look a frozen month over: against its own hash, its figures, and the facts as known when it was closed."""
    is_whole = sha256_of(close.snapshot) == close.sha256
    if close.definition != DEFINITION:
        return MonthProof(is_whole, _figures_agree(session, close), None, Delta())
    then = delta_since(session, close, known_at=close.known_at)
    return MonthProof(is_whole, _figures_agree(session, close), then.rows == 0, then)


def delta_since(session: Session, close: MonthClose, *, known_at: datetime | None = None) -> Delta:
    """Return how the report of a closed month, as known now or at an instant, differs from its snapshot."""
    frozen = lines_of(close.snapshot)
    with reading_as_known(session, known_at, scope=whole_network(last_day(close.month))) as past:
        facts = read_month(past, month=close.month)
    if facts.packed.sha256 == close.sha256:
        return Delta()
    return delta_of(changes_between(frozen, lines_of(facts.packed.blob)))


def _figures_agree(session: Session, close: MonthClose) -> bool:
    found: Counter[tuple[str, str]] = Counter()
    for row in unpack(close.snapshot):
        found[row.center, row.role] += 1
    kept = (
        select(OrgUnit.public_id, JobRole.code, func.sum(MonthFigure.due))
        .join(OrgUnit, OrgUnit.id == MonthFigure.center_id)
        .join(JobRole, JobRole.id == MonthFigure.role_id)
        .where(MonthFigure.close_id == close.id, MonthFigure.tier_level == ALL_TIERS)
        .group_by(OrgUnit.public_id, JobRole.code)
    )
    sums = {(center, role): int(due) for center, role, due in session.execute(kept)}
    return sums == found and len([*unpack(close.snapshot)]) == close.row_count == close.due
