"""Taking over centers, areas and regions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people.centers.rules import CenterRow, Named
from lms.people.models import OrgPlacement, OrgUnit
from lms.people.rules import UnitKind
from lms.people.timeline.rules import Span, Timeline, changed_from, difference, ending_on, timeline_of

# Before anyone asks: a unit without a known first day stood where it stands.
EPOCH = date(1900, 1, 1)
ATTRIBUTES = (
    "name_ko", "name_en", "network_type", "ownership", "city_ko", "opened_on", "closed_on", "headcount_plan",
)  # fmt: skip


@dataclass
class _Units:
    """The units of one level by code, and what was done to them."""

    kind: UnitKind
    known: dict[str, OrgUnit]
    counts: Counter[str] = field(default_factory=Counter)
    changed: list[dict[str, Any]] = field(default_factory=list)
    added: list[OrgUnit] = field(default_factory=list)

    def take(self, code: str, values: dict[str, Any]) -> OrgUnit:
        """Add the unit, or change what the file says otherwise; a value it does not give stays."""
        unit = self.known.get(code)
        if unit is None:
            unit = self.known[code] = OrgUnit(kind=self.kind, code=code, **values)
            self.added.append(unit)
            self.counts["added"] += 1
            return unit
        before = {
            name: getattr(unit, name)
            for name, value in values.items()
            if value not in (None, "") and getattr(unit, name) != value
        }
        if before:
            for name in before:
                setattr(unit, name, values[name])
            self.counts["changed"] += 1
            texts = {name: str(value) for name, value in before.items()}
            self.changed.append({"kind": str(self.kind), "code": code, "before": texts})
        return unit

    def write(self, session: Session) -> dict[str, int]:
        """Insert the new units, all at once, and return the ids of all by code."""
        session.bulk_save_objects(self.added)
        rows = session.execute(select(OrgUnit.code, OrgUnit.id).where(OrgUnit.kind == self.kind))
        return {row.code: row.id for row in rows}


def import_centers(session: Session, actor: Actor, rows: list[CenterRow], *, on: date) -> dict[str, int]:
    """Take over centers with their areas and regions; what stands under something else does so from `on`.

    Centers that the file does not name stay as they are. Returns numbers by what was done.
    """
    regions, areas, centers = (_Units(kind, _known(session, kind)) for kind in _LEVELS)
    for row in rows:
        regions.take(row.region.code, _names(row.region))
        areas.take(row.area.code, _names(row.area))
        centers.take(row.code, {name: getattr(row, name) for name in ATTRIBUTES})
    region_ids, area_ids, center_ids = (units.write(session) for units in (regions, areas, centers))
    placements = _Placements(session, actor, on)
    for row in rows:
        center, area_id = centers.known[row.code], area_ids[row.area.code]
        placements.put(area_id, region_ids[row.region.code])
        placements.put(center_ids[row.code], area_id, center.opened_on, center.closed_on)
    moved = placements.write()
    counts = {
        "centers_added": centers.counts["added"],
        "centers_changed": centers.counts["changed"],
        "areas_added": areas.counts["added"],
        "regions_added": regions.counts["added"],
        "moved": moved,
    }
    if any(counts.values()):
        detail: dict[str, object] = {"counts": counts, "changed": [*centers.changed, *areas.changed, *regions.changed]}
        audit.record(session, actor, "centers.import", "org_unit", "file", detail=detail)
    session.flush()
    return counts


_LEVELS = (UnitKind.REGION, UnitKind.AREA, UnitKind.CENTER)


def _known(session: Session, kind: UnitKind) -> dict[str, OrgUnit]:
    return {unit.code: unit for unit in session.scalars(select(OrgUnit).where(OrgUnit.kind == kind))}


def _names(named: Named) -> dict[str, Any]:
    return {"name_ko": named.name_ko, "name_en": named.name_en}


class _Placements:
    """Where units stand, as known now, and what becomes of it."""

    def __init__(self, session: Session, actor: Actor, on: date) -> None:
        self.session, self.actor, self.on = session, actor, on
        self.before: dict[int, Timeline] = {}
        spans: dict[int, list[Span]] = {}
        for row in session.scalars(select(OrgPlacement).where(OrgPlacement.superseded_at.is_(None))):
            spans.setdefault(row.unit_id, []).append(Span(row.starts_on, row.ends_on, (row.parent_id,), row.id))
        self.before = {unit_id: timeline_of(of_unit) for unit_id, of_unit in spans.items()}
        self.after: dict[int, Timeline] = {}

    def put(self, unit_id: int, parent_id: int, opened_on: date | None = None, closed_on: date | None = None) -> None:
        """Have a unit stand under a parent; a known one from the day of the file, a new one from its first day."""
        known = self.before.get(unit_id)
        if known is None:
            self.after[unit_id] = (Span(opened_on or EPOCH, closed_on, (parent_id,)),)
            return
        placed = changed_from(known, self.on, (parent_id,))
        first = placed[0]
        if opened_on and opened_on != first.starts_on and (first.ends_on is None or opened_on < first.ends_on):
            placed = (Span(opened_on, first.ends_on, first.at), *placed[1:])
        if closed_on != placed[-1].ends_on and (closed_on is None or closed_on > placed[0].starts_on):
            placed = ending_on(placed, closed_on)
        self.after[unit_id] = placed

    def write(self) -> int:
        """Supersede and insert what changed; return how many known units stand elsewhere or for another time."""
        moved = 0
        old: list[int] = []
        new: list[dict[str, Any]] = []
        for unit_id, after in self.after.items():
            superseded, inserted = difference(self.before.get(unit_id, ()), after)
            moved += 1 if superseded else 0
            old += [span.id for span in superseded if span.id is not None]
            new += [
                {
                    "unit_id": unit_id,
                    "parent_id": span.at[0],
                    "starts_on": span.starts_on,
                    "ends_on": span.ends_on,
                    "recorded_at": self.actor.at,
                }
                for span in inserted
            ]
        if old:
            self.session.execute(
                update(OrgPlacement).where(OrgPlacement.id.in_(old)).values(superseded_at=self.actor.at)
            )
        if new:
            self.session.execute(insert(OrgPlacement), new)
        return moved
