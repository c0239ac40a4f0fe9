"""The organization as a viewer may see its figures, and where a person has worked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, Integer, Select, bindparam, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from lms.people.models import Duty, OrgPlacement, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, placement_on, units_from, visible_people
from lms.people.rules import COUNTING_DUTIES, Scope, UnitKind
from lms.shared.db import among, read
from lms.shared.errors import NotFoundError

LEVELS = tuple(UnitKind)
KINDS = {kind.value: kind for kind in UnitKind}
# A network of fewer centers is read whole, and counted faster than it is remembered.
LARGE_NETWORK = 100
# Up to so many areas, or centers, are offered to choose from: few enough to look through.
MOST_TO_CHOOSE, ALL = 80, 1_000_000
CenterIds = frozenset[int]
Rows = tuple[tuple[Any, ...], ...]


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

    `own_ids` are those that the viewer was appointed over. `is_partial`: of a large network only what one page needs,
    see `load_units_around`.
    """

    by_id: Mapping[int, Unit]
    parents: Mapping[int, int]
    centers: Mapping[int, CenterIds]
    own_ids: frozenset[int] = frozenset()
    is_partial: bool = False

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
    placed, units = _everything(session, scope) if scope.counted_network else _around(session, scope)
    network_id = next(unit.id for unit in units if unit.kind is UnitKind.NETWORK)
    centers, parents = _under(placed, network_id)
    return Units(
        by_id={unit.id: unit for unit in units if _is_seen(scope, unit, centers.get(unit.id, frozenset()))},
        parents=parents,
        centers={unit.id: centers.get(unit.id, frozenset()) for unit in units},
        own_ids=_appointed_over(session, scope) or frozenset({network_id} if scope.counted_network else ()),
    )


def load_units_around(session: Session, *, scope: Scope, public_id: str | None) -> Units:
    """Load what a page about one unit, or about the whole, needs of `load_units`.

    Who sees all of a large network gets its regions and areas, but no center other than that unit; and of the areas,
    when asking for none, no more than tell that they are many. Thousands would be read to show none of them.
    """
    if not (scope.network and scope.counted_network):
        return load_units(session, scope=scope)
    units = _units(session, TOP, {"public_id": public_id or "", "areas": ALL if public_id else MOST_TO_CHOOSE + 1})
    if sum(unit.kind is UnitKind.CENTER for unit in units) < LARGE_NETWORK:
        return load_units(session, scope=scope)
    by_id = {unit.id: unit for unit in units if unit.kind is not UnitKind.CENTER or unit.public_id == public_id}
    network_id = next(unit.id for unit in units if unit.kind is UnitKind.NETWORK)
    parents = dict.fromkeys((unit.id for unit in units if unit.kind is UnitKind.REGION), network_id)
    if public_id:
        parents.update((row[0], row[1]) for row in _rows(session, _parents_on(scope.on), {"ids": list(by_id)}))
    own_ids = _appointed_over(session, scope) or frozenset({network_id})
    return Units(by_id=by_id, parents=parents, centers={}, own_ids=own_ids, is_partial=True)


def _everything(session: Session, scope: Scope) -> tuple[Rows, Sequence[Unit]]:
    """Read where every center stands, and all units."""
    return _rows(session, select_placements(scope.on)), _units(session, UNITS)


def _around(session: Session, scope: Scope) -> tuple[Rows, Sequence[Unit]]:
    """Read the whole areas and regions of a scope, so that it shows which of them lie within it as a whole.

    Nobody's scope holds a closed center, and none hides what stands above it.
    """
    touched_on, around_on = _open_placements(scope.on)
    centers = list(scope.counted_center_ids)
    touched = read(session, touched_on, {"centers": centers})
    above = {unit_id for row in touched for unit_id in (row.area_id, row.region_id) if unit_id}
    known = {"unit_ids": [*above, *centers]}
    return _rows(session, around_on, known), _units(session, SOME_UNITS, known)


def _units(session: Session, query: Executable, known: Mapping[str, Any] | None = None) -> Sequence[Unit]:
    return _made(_rows(session, query, known))


def _rows(session: Session, query: Executable, known: Mapping[str, Any] | None = None) -> Rows:
    return tuple(map(tuple, read(session, query, known)))


# Built once a day: see `people.queries.placement_on`.
UNITS = select(OrgUnit.id, OrgUnit.public_id, OrgUnit.kind, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en)
SOME_UNITS = UNITS.where(or_(among(OrgUnit.id, "unit_ids"), OrgUnit.kind == UnitKind.NETWORK))
# What stands above centers, the one that is asked for, and enough centers to know that there are many.
TOP = union_all(
    UNITS.where(OrgUnit.kind.in_([UnitKind.NETWORK, UnitKind.REGION])),
    select(UNITS.where(OrgUnit.kind == UnitKind.AREA).limit(bindparam("areas", type_=Integer)).subquery()),
    UNITS.where(OrgUnit.public_id == bindparam("public_id"), OrgUnit.kind == UnitKind.CENTER),
    select(UNITS.where(OrgUnit.kind == UnitKind.CENTER).limit(LARGE_NETWORK).subquery()),
)


@lru_cache(maxsize=8)
def _parents_on(on: date) -> Select[int, int]:
    return select(OrgPlacement.unit_id, OrgPlacement.parent_id).where(
        among(OrgPlacement.unit_id, "ids"), covers(OrgPlacement, on)
    )


@lru_cache(maxsize=8)
def select_placements(on: date) -> Select[*tuple[Any, ...]]:
    """Select where every center stands on a day: with the very same statement, whoever asks when."""
    return select(placement_on(on))


@lru_cache(maxsize=8)
def _open_placements(on: date) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Return the statements that place open centers: those given, and those with everything around them."""
    placed = placement_on(on).c
    opened = select_placements(on).join(OrgUnit, OrgUnit.id == placed.center_id).where(is_open(on))
    around = placed.center_id.in_(units_from("unit_ids", on))
    return opened.where(among(placed.center_id, "centers")), opened.where(around)


@lru_cache(maxsize=8)
def _held_on(on: date) -> Select[int]:
    of_person = Duty.person_id == bindparam("person_id")
    return select(Duty.unit_id).where(of_person, covers(Duty, on), Duty.kind.in_(COUNTING_DUTIES))


def _appointed_over(session: Session, scope: Scope) -> frozenset[int]:
    if scope.person_id is None:
        return frozenset()
    return frozenset(read(session, _held_on(scope.on), {"person_id": scope.person_id}).scalars())


# Everybody asks for the same network: what the same rows make is made once.
@lru_cache(maxsize=32)
def _made(rows: Rows) -> Sequence[Unit]:
    return [Unit(row[0], row[1], KINDS[row[2]], row[3], row[4], row[5]) for row in rows]


@lru_cache(maxsize=32)
def _under(placed: Rows, network_id: int) -> tuple[Mapping[int, CenterIds], Mapping[int, int]]:
    """Return the centers under each unit (a center stands under itself), and each unit's parent."""
    centers: defaultdict[int, set[int]] = defaultdict(set)
    parents: dict[int, int] = {}
    for center_id, area_id, region_id in placed:
        below = center_id
        centers[below].add(center_id)
        for above in (area_id, region_id, network_id):
            if above is not None:
                centers[above].add(center_id)
                parents[below] = above
                below = above
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
