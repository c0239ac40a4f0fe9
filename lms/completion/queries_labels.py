"""Names for groups: units, job roles, tiers and courses by database id, in the order of their codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lms.completion.queries_counting import Ids
from lms.completion.rules import Dimension
from lms.courses.models import Course, Tier
from lms.people.models import JobRole, OrgUnit
from lms.people.queries import is_open, placement_on
from lms.people.rules import UnitKind
from lms.shared.db import among, read


class Label(NamedTuple):
    """How a group is called; roles and tiers have no `public_id`."""

    code: str
    name_ko: str
    name_en: str
    public_id: str | None


class Place(NamedTuple):
    """A center with the area and region above it on a day; `NOWHERE` where it stands under none."""

    center: Label
    area: Label
    region: Label


NOWHERE = Label("", "", "", None)
Labels = Mapping[int | None, Label]
Rows = Select[*tuple[Any, ...]]

# Built once: see `people.queries.placement_on`.
ROLES = select(JobRole.id, JobRole.code, JobRole.title_ko, JobRole.title_en).order_by(JobRole.code)
SOME_ROLES = ROLES.where(among(JobRole.id, "ids"))
TIERS = select(Tier.level, Tier.name_ko, Tier.name_en).order_by(Tier.level)
SOME_TIERS = TIERS.where(Tier.level.in_(select(Course.tier_level).where(among(Course.id, "ids"))))
COURSES = select(Course.id, Course.code, Course.title_ko, Course.title_en, Course.public_id).order_by(Course.code)
SOME_COURSES = COURSES.where(among(Course.id, "ids"))


@dataclass(frozen=True, slots=True)
class Organization:
    """Every center's place on a day, and which unit ids it stands under."""

    labels: Mapping[int | None, Label]
    parents: Mapping[int | None, tuple[int | None, int | None]]
    network_id: int
    open_ids: frozenset[int]

    def place(self, center_id: int | None) -> Place:
        """Return the names of a center and of what it stands under."""
        area_id, region_id = self.parents[center_id]
        return Place(self.labels[center_id], self.labels[area_id], self.labels[region_id])

    def group_of(self, center_id: int | None, by: Dimension) -> int | None:
        """Return the id of the unit of level `by` that a center belongs to."""
        if by is Dimension.CENTER:
            return center_id
        area_id, region_id = self.parents[center_id]
        return area_id if by is Dimension.AREA else region_id if by is Dimension.REGION else self.network_id

    def groups(self, by: Dimension, center_ids: Iterable[int]) -> Labels:
        """Return the units of level `by` above some centers, in the order of their codes."""
        found = {self.group_of(center_id, by) for center_id in center_ids}
        return {unit_id: self.labels[unit_id] for unit_id in sorted(found, key=lambda key: self.labels[key].code)}


def load_organization(session: Session, *, as_of: date, center_ids: Ids = None) -> Organization:
    """Load the units and which stands under which on `as_of`; with `center_ids`, those and what is above them only."""
    placed, units_then, some_placed, some_units = _organization_on(as_of)
    if center_ids is None:
        parents = {center: (area, region) for center, area, region in read(session, placed)}
        units = read(session, units_then).all()
    else:
        found = read(session, some_placed, {"ids": list(center_ids)})
        parents = {center: (area, region) for center, area, region in found}
        above = {unit_id for pair in parents.values() for unit_id in pair if unit_id is not None}
        units = read(session, some_units, {"ids": list(center_ids | above)}).all()
    labels: dict[int | None, Label] = {unit.id: Label(*unit[1:5]) for unit in units}
    return Organization(
        labels=labels | {None: NOWHERE},
        parents=parents,
        network_id=next(unit.id for unit in units if unit.kind == UnitKind.NETWORK),
        open_ids=frozenset(unit.id for unit in units if unit.kind == UnitKind.CENTER and unit.is_open),
    )


@lru_cache(maxsize=64)
def _organization_on(as_of: date) -> tuple[Rows, Rows, Rows, Rows]:
    """Build the statements of `load_organization`: of everything, and of the units whose "ids" are given."""
    placement = placement_on(as_of)
    placed = select(placement)
    units = select(
        OrgUnit.id, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en, OrgUnit.public_id, OrgUnit.kind,
        is_open(as_of).label("is_open"),
    )  # fmt: skip
    some_placed = placed.where(among(placement.c.center_id, "ids"))
    return placed, units, some_placed, units.where(or_(among(OrgUnit.id, "ids"), OrgUnit.kind == UnitKind.NETWORK))


def role_labels(session: Session, ids: Ids = None) -> Labels:
    """Load the job roles in the order of their codes."""
    rows = read(session, ROLES) if ids is None else read(session, SOME_ROLES, {"ids": list(ids)})
    return {role_id: Label(code, ko, en, None) for role_id, code, ko, en in rows}


def tier_labels(session: Session, course_ids: Ids = None) -> Labels:
    """Load the tiers in their order; with `course_ids`, those of these courses."""
    rows = read(session, TIERS) if course_ids is None else read(session, SOME_TIERS, {"ids": list(course_ids)})
    return {level: Label(str(level), ko, en, None) for level, ko, en in rows}


def course_labels(session: Session, ids: Ids = None) -> Labels:
    """Load the courses in the order of their codes."""
    rows = read(session, COURSES) if ids is None else read(session, SOME_COURSES, {"ids": list(ids)})
    return {row[0]: Label(*row[1:]) for row in rows}


def find_unit_ids(session: Session, *, code: str, kinds: Iterable[UnitKind]) -> dict[UnitKind, int]:
    """Find the units with a code, by kind: a code is unique within its kind only."""
    query = select(OrgUnit.kind, OrgUnit.id).where(OrgUnit.code == code, OrgUnit.kind.in_(list(kinds)))
    return {UnitKind(kind): unit_id for kind, unit_id in session.execute(query)}
