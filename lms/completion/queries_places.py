"""The organization as a viewer may see its figures, and where a person has worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Select, Subquery, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.people.models import Duty, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, placement_on, visible_people
from lms.people.rules import COUNTING_DUTIES, Scope, UnitKind
from lms.shared.errors import NotFoundError

LEVELS = tuple(UnitKind)
CenterIds = frozenset[int]


class Unit(NamedTuple):
    """The network, a region, an area or a center."""

    id: int
    public_id: str
    kind: UnitKind
    code: str
    name_ko: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Units:
    """The units whose every center lies within the viewer's figures, on the day of the viewer's scope.

    `own_ids` are those that the viewer was appointed over.
    """

    by_id: Mapping[int, Unit]
    parents: Mapping[int, int]
    centers: Mapping[int, CenterIds]
    own_ids: frozenset[int] = frozenset()

    def find(self, public_id: str | None) -> Unit | None:
        """Return the unit an address names; None when out of scope or missing."""
        return next((unit for unit in self.by_id.values() if unit.public_id == public_id), None)

    def get(self, public_id: str) -> Unit:
        """Return the unit an address names.

        Raises:
            NotFoundError: out of scope or missing.
        """
        found = self.find(public_id)
        if found is None:
            raise NotFoundError
        return found

    @property
    def home(self) -> Unit:
        """Return the viewer's own unit: the highest they were appointed over, else the center their job is at.

        Raises:
            NotFoundError: the viewer sees nobody's figures.
        """
        if not self.by_id:
            raise NotFoundError
        own = [self.by_id[unit_id] for unit_id in self.own_ids if unit_id in self.by_id]
        if own:
            return min(own, key=lambda unit: (LEVELS.index(unit.kind), unit.code))
        return max(self.by_id.values(), key=lambda unit: (LEVELS.index(unit.kind), -unit.id))

    def path(self, unit: Unit) -> list[Unit]:
        """Return what stands above a unit, from the top, as far as the viewer may see it."""
        above: list[Unit] = []
        parent_id = self.parents.get(unit.id)
        while parent_id is not None:
            if parent_id in self.by_id:
                above.insert(0, self.by_id[parent_id])
            parent_id = self.parents.get(parent_id)
        return above

    def of_kind(self, *kinds: UnitKind) -> Sequence[Unit]:
        """Return the units of some levels, by level and code."""
        wanted = (unit for unit in self.by_id.values() if unit.kind in kinds)
        return sorted(wanted, key=lambda unit: (LEVELS.index(unit.kind), unit.code))


def load_units(session: Session, *, scope: Scope) -> Units:
    """Load the units whose figures the viewer may see, and which stands under which, on the day of the scope."""
    # Through the connection: the session would look at each of a thousand rows for objects.
    connection = session.connection()
    placement, placed = _everything_on(scope.on)
    wanted = UNITS
    if not scope.counted_network:
        # Whole areas and regions, so that it shows which of them lie within the scope as a whole: nobody's scope holds
        # a closed center, and none hides what stands above it.
        placed = placed.join(OrgUnit, OrgUnit.id == placement.c.center_id).where(is_open(scope.on))
        touched = connection.execute(placed.where(placement.c.center_id.in_(scope.counted_center_ids))).all()
        areas = {row.area_id for row in touched if row.area_id}
        regions = {row.region_id for row in touched if row.region_id}
        alone = placement.c.center_id.in_(scope.counted_center_ids)
        placed = placed.where(or_(placement.c.area_id.in_(areas), placement.c.region_id.in_(regions), alone))
        wanted = wanted.where(
            or_(OrgUnit.id.in_(scope.counted_center_ids | areas | regions), OrgUnit.kind == UnitKind.NETWORK)
        )
    units = _units(tuple(map(tuple, connection.execute(wanted))))
    network_id = next(unit.id for unit in units if unit.kind is UnitKind.NETWORK)
    centers, parents = _under(tuple(map(tuple, connection.execute(placed))), network_id)
    return Units(
        by_id={unit.id: unit for unit in units if _is_seen(scope, unit, centers.get(unit.id, frozenset()))},
        parents=parents,
        centers={unit.id: centers.get(unit.id, frozenset()) for unit in units},
        own_ids=_appointed_over(session, scope) or frozenset({network_id} if scope.counted_network else ()),
    )


# Built once a day: see `people.queries.placement_on`.
UNITS = select(OrgUnit.id, OrgUnit.public_id, OrgUnit.kind, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)


@lru_cache(maxsize=8)
def _everything_on(on: date) -> tuple[Subquery, Select[*tuple[Any, ...]]]:
    """Return where units stand, and the statement that reads it: made of the very same part, whoever asks when."""
    placement = placement_on(on)
    return placement, select(placement)


@lru_cache(maxsize=8)
def _held_on(on: date) -> Select[int]:
    of_person = Duty.person_id == bindparam("person_id")
    return select(Duty.unit_id).where(of_person, covers(Duty, on), Duty.kind.in_(COUNTING_DUTIES))


def _appointed_over(session: Session, scope: Scope) -> frozenset[int]:
    if scope.person_id is None:
        return frozenset()
    return frozenset(session.scalars(_held_on(scope.on), {"person_id": scope.person_id}))


# Everybody asks for the same network: what the same rows make is made once.
@lru_cache(maxsize=32)
def _units(rows: tuple[tuple[Any, ...], ...]) -> Sequence[Unit]:
    return [Unit(row[0], row[1], UnitKind(row[2]), *row[3:]) for row in rows]


@lru_cache(maxsize=32)
def _under(placed: tuple[tuple[Any, ...], ...], network_id: int) -> tuple[Mapping[int, CenterIds], Mapping[int, int]]:
    """Return the centers under each unit (a center stands under itself), and each unit's parent."""
    centers: dict[int, set[int]] = {}
    parents: dict[int, int] = {}
    for placed_at in placed:
        chain = [unit_id for unit_id in (*placed_at, network_id) if unit_id is not None]
        parents.update(pairwise(chain))
        for unit_id in chain:
            centers.setdefault(unit_id, set()).add(chain[0])
    return {unit_id: frozenset(found) for unit_id, found in centers.items()}, parents


def _is_seen(scope: Scope, unit: Unit, centers: CenterIds) -> bool:
    if scope.counted_network:
        return True
    return unit.kind is not UnitKind.NETWORK and bool(centers) and centers <= scope.counted_center_ids


def list_postings(session: Session, *, scope: Scope, person_id: int) -> Sequence[Posting]:
    """List where a person works and has worked, as known now, the latest first."""
    wanted = (
        select(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.person_id == person_id, Posting.superseded_at.is_(None), visible_people(scope))
        .options(joinedload(Posting.center), joinedload(Posting.role))
        .order_by(Posting.starts_on.desc(), Posting.id.desc())
    )
    return session.scalars(wanted).all()
