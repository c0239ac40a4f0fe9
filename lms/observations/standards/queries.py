"""Reads of the standard: versions, what each asks, and who read which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.observations.models import Behavior, ItemSet, ItemSetItem, Standard, StandardItem, StandardReading
from lms.observations.rules_standards import SERVICE
from lms.observations.standards.rules import ASKED, StandardRow
from lms.people.models import OrgUnit, Person
from lms.people.queries import active_postings
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError

SORTED_BY = joinedload(ItemSetItem.item).options(
    joinedload(StandardItem.behavior).options(selectinload(Behavior.courses), selectinload(Behavior.roles))
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An item of a version, and the address of its behavior."""

    row: StandardRow
    behavior_id: str


@dataclass(frozen=True, slots=True)
class CenterReaders:
    """A center with how many work there, and those who have not read a version."""

    center: OrgUnit
    people: int
    unread: Sequence[Person]


def list_versions(session: Session, code: str = SERVICE) -> Sequence[ItemSet]:
    """List the versions of a standard, usually the service standard, the latest first."""
    return session.scalars(
        select(ItemSet).join(Standard).where(Standard.code == code).order_by(ItemSet.number.desc())
    ).all()


def get_version(session: Session, *, public_id: str) -> ItemSet:
    """Return the version of the service standard that an address names.

    Raises:
        NotFoundError: there is none.
    """
    found = select(ItemSet).join(Standard).where(Standard.code == SERVICE, ItemSet.public_id == public_id)
    if (version := session.scalar(found)) is None:
        raise NotFoundError
    return version


def list_asked(session: Session, version: ItemSet) -> list[Asked]:
    """List what a version asks, in its order, with what the behaviors are sorted by."""
    entries = session.scalars(
        select(ItemSetItem)
        .where(ItemSetItem.item_set_id == version.id)
        .order_by(ItemSetItem.place)
        .options(SORTED_BY)
    )  # fmt: skip
    return [Asked(_row(entry), entry.item.behavior.public_id) for entry in entries]


def list_rows(session: Session, version: ItemSet) -> list[StandardRow]:
    """List what a version asks, in its order."""
    return [one.row for one in list_asked(session, version)]


def _row(entry: ItemSetItem) -> StandardRow:
    behavior = entry.item.behavior
    return StandardRow(
        code=entry.item.code,
        stage=behavior.stage,
        dimension_code=behavior.dimension_code,
        i_care=behavior.i_care,
        courses=frozenset(one.code for one in behavior.courses),
        roles=frozenset(one.code for one in behavior.roles),
        **{name: getattr(entry, name) for name in ASKED},
    )


def find_reading(session: Session, *, version: ItemSet, person_id: int) -> datetime | None:
    """Return when someone read a version; None when they have not."""
    reading = session.get(StandardReading, (version.id, person_id))
    return reading.read_at if reading else None


def list_center_readers(session: Session, *, scope: Scope, version: ItemSet, on: date) -> list[CenterReaders]:
    """List the centers of the viewer's own duty, by code, with those at work who have not read a version, by name."""
    at_work = active_postings(on).subquery("at_work")
    here = at_work.c.center_id.in_(sorted(scope.own_center_ids))
    counts: dict[int, int] = dict(
        session.execute(select(at_work.c.center_id, func.count()).where(here).group_by(at_work.c.center_id)).all()
    )
    read = select(StandardReading.person_id).where(StandardReading.item_set_id == version.id)
    unread: dict[int, list[Person]] = {}
    rows = session.execute(
        select(at_work.c.center_id, Person)
        .join(Person, Person.id == at_work.c.person_id)
        .where(here, Person.id.not_in(read))
        .order_by(Person.name, Person.staff_no)
    )
    for center_id, person in rows:
        unread.setdefault(center_id, []).append(person)
    centers = session.scalars(select(OrgUnit).where(OrgUnit.id.in_(counts)).order_by(OrgUnit.code))
    return [CenterReaders(center, counts[center.id], unread.get(center.id, [])) for center in centers]
