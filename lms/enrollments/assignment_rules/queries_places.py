"""Where every unit stood, and when it was open: what "at this unit or below it" means on any day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, or_, select, true
from sqlalchemy.orm import Session

from lms.enrollments.assignment_rules.rules import FOREVER, Interval
from lms.people.models import OrgClosure, OrgPlacement, OrgUnit
from lms.people.rules import UnitKind


@dataclass(frozen=True, slots=True)
class Place:
    """A unit while it was open and stood under the same units; `unit_ids` are itself, those above, and the network."""

    unit_ids: frozenset[int]
    network_type: str | None
    starts_on: date
    ends_on: date


Places = dict[int, list[Place]]
# Parent from–to, by unit.
_Parents = dict[int, list[tuple[date, date, int]]]


def load_places(session: Session, unit_ids: Collection[int] | None = None) -> Places:
    """Load the history of these units (None: every one), cut where it, or what is above it, moved or was closed."""
    parents: _Parents = defaultdict(list)
    rows = select(OrgPlacement.unit_id, OrgPlacement.starts_on, OrgPlacement.ends_on, OrgPlacement.parent_id)
    rows = rows.where(OrgPlacement.superseded_at.is_(None))
    for unit_id, starts_on, ends_on, parent_id in _rising(session, rows, unit_ids):
        parents[unit_id].append((starts_on, ends_on or FOREVER, parent_id))
    closures: dict[int, list[Interval]] = defaultdict(list)
    closed = select(OrgClosure.unit_id, OrgClosure.starts_on, OrgClosure.ends_on)
    for unit_id, starts_on, ends_on in session.execute(closed.where(OrgClosure.superseded_at.is_(None))):
        closures[unit_id].append((starts_on, ends_on or FOREVER))
    wanted = select(OrgUnit.id, OrgUnit.kind, OrgUnit.network_type, OrgUnit.opened_on, OrgUnit.closed_on)
    chosen = true() if unit_ids is None else OrgUnit.id.in_(unit_ids)
    units = session.execute(wanted.where(or_(chosen, OrgUnit.kind == UnitKind.NETWORK))).all()
    networks = frozenset(row.id for row in units if row.kind == UnitKind.NETWORK)
    return {
        row.id: [
            Place(unit_ids_above | networks, row.network_type, first, end)
            for start, stop in _open(row.opened_on, row.closed_on, closures[row.id])
            for first, end, unit_ids_above in _above(row.id, start, stop, parents)
        ]
        for row in units
    }


def _rising(
    session: Session, rows: Select[int, date, date | None, int], unit_ids: Collection[int] | None
) -> list[Row[int, date, date | None, int]]:
    """Return where units stood, and where those stood that they stood under, up to the top."""
    if unit_ids is None:
        return list(session.execute(rows))
    found: list[Row[int, date, date | None, int]] = []
    seen: set[int] = set()
    level = set(unit_ids)
    while level:
        here = session.execute(rows.where(OrgPlacement.unit_id.in_(level))).all()
        found += here
        seen |= level
        level = {row.parent_id for row in here} - seen
    return found


def _open(opened_on: date | None, closed_on: date | None, closures: Sequence[Interval]) -> list[Interval]:
    start, found = opened_on or date.min, []
    end = closed_on or FOREVER
    for first, back in sorted(closures):
        if start < min(first, end):
            found.append((start, min(first, end)))
        start = max(start, back)
    return [*found, (start, end)] if start < end else found


def _above(unit_id: int, first: date, end: date, parents: _Parents) -> list[tuple[date, date, frozenset[int]]]:
    """Return the parts of [first, end) with the units that stood above; where none did, the unit alone."""
    found: list[tuple[date, date, frozenset[int]]] = []
    reached = first
    for starts_on, ends_on, parent_id in sorted(parents.get(unit_id, ())):
        start, stop = max(reached, starts_on), min(end, ends_on)
        if start >= stop:
            continue
        if reached < start:
            found.append((reached, start, frozenset({unit_id})))
        higher = _above(parent_id, start, stop, parents)
        found += [(one, other, above | {unit_id}) for one, other, above in higher]
        reached = stop
    if reached < end:
        found.append((reached, end, frozenset({unit_id})))
    return found
