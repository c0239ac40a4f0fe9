"""How many fall short, without naming anyone: by center and by severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import reach_of
from lms.completion.queries_labels import Label, load_organization
from lms.completion.queries_places import Unit
from lms.completion.queries_shortfalls import select_shortfalls
from lms.completion.rules import SEVERITY_DAYS, Severity, ShortfallFilter
from lms.people.rules import Scope

NOT_OVERDUE = ""  # below target, with nothing overdue


@dataclass(frozen=True, slots=True)
class UnitShortfall:
    """How many people of a unit fall short, by severity; "" counts those with nothing overdue."""

    unit: Label | Unit
    by_severity: Mapping[str, int]

    @property
    def people(self) -> int:
        """Return how many people fall short here."""
        return sum(self.by_severity.values())

    def only(self, severity: Severity) -> "UnitShortfall":
        """Return the same with the people of one severity."""
        return UnitShortfall(self.unit, {severity: self.by_severity.get(severity, 0)})


def list_shortfall_counts(
    session: Session, *, scope: Scope, as_of: date, where: ShortfallFilter
) -> list[UnitShortfall]:
    """Count the people of `list_shortfalls` by center and severity, most people first."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    people = select_shortfalls(scope, as_of, where, reach).subquery("people")
    severity = case(
        *((people.c.oldest <= as_of - timedelta(days=SEVERITY_DAYS[one][0]), one) for one in reversed(Severity)),
        else_=NOT_OVERDUE,
    ).label("severity")
    query = select(people.c.center_id, severity, func.count()).group_by(people.c.center_id, severity)
    counts: dict[int, dict[str, int]] = {}
    for center_id, found, number in session.execute(query):
        counts.setdefault(center_id, {})[found] = number
    labels = load_organization(session, as_of=as_of).labels if counts else {}
    lines = [UnitShortfall(labels[center_id], by_severity) for center_id, by_severity in counts.items()]
    return sorted(lines, key=lambda line: (-line.people, line.unit.code))
