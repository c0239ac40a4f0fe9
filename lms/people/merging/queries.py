"""Reads for merging: two people side by side, what clashes, and what was merged before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.people.merging.parts import Figure, Merging, registered
from lms.people.merging.rules import Period, clashes, is_later, stays_first
from lms.people.models import Duty, Leave, OrgUnit, Person, PersonMerge, Posting, StaffNumber
from lms.people.queries import find_person_by_staff_no, visible_people
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError


def find_kept(session: Session, *, scope: Scope, public_id: str) -> Person | None:
    """Find whom a person was merged into, if the viewer may see that one; None where there is no such merge."""
    merged = aliased(Person)
    into = select(PersonMerge.kept_id).join(merged, merged.id == PersonMerge.merged_id)
    into = into.where(merged.public_id == public_id, PersonMerge.undone_at.is_(None))
    kept_id = session.scalar(into)
    further = select(PersonMerge.kept_id).where(PersonMerge.undone_at.is_(None))
    while kept_id is not None and (next_id := session.scalar(further.where(PersonMerge.merged_id == kept_id))):
        kept_id = next_id
    if kept_id is None:
        return None
    return session.scalars(select(Person).where(Person.id == kept_id, visible_people(scope))).one_or_none()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two, with everything known now."""

    person: Person
    numbers: Sequence[str]
    postings: Sequence[Posting]
    duties: Sequence[Duty]
    leaves: Sequence[Leave]

    @property
    def stays(self) -> list[Period]:
        """Return the primary postings as periods."""
        return [Period(one.starts_on, one.ends_on) for one in self.postings if one.is_primary]

    @property
    def charges(self) -> list[Period]:
        """Return the duties as periods, each with its unit and kind."""
        return [Period(one.starts_on, one.ends_on, f"{one.unit_id} {one.kind}") for one in self.duties]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two people who may be one: who would stay, what would become of it, and what stands in the way."""

    kept: Side
    merged: Side
    merging: Merging
    figures: Sequence[Figure]
    posting_clashes: Sequence[tuple[Period, Period]]
    duty_clashes: Sequence[tuple[Period, Period]]

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.posting_clashes and not self.duty_clashes


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLine:
    """A merge in the list."""

    public_id: str
    kept_id: int
    name: str
    staff_no: str
    merged_name: str
    reason: str
    recorded_at: datetime
    recorded_by: str | None
    undone_at: datetime | None


def may_merge(scope: Scope) -> bool:
    """Tell whether everyone's names are open to the viewer now: a merge looks at two whole histories."""
    return scope.network and not scope.purpose_needed


def find_pair(session: Session, *, scope: Scope, first: str, second: str) -> Pair | None:
    """Return two people by staff numbers they hold or held; None when one is missing or both are one already.

    Raises:
        NotFoundError: the viewer may not see everyone's names now.
    """
    if not may_merge(scope):
        raise NotFoundError
    people = [find_person_by_staff_no(session, scope=scope, staff_no=number) for number in (first, second)]
    if people[0] is None or people[1] is None or people[0].id == people[1].id:
        return None
    sides = [_side(session, people[0]), _side(session, people[1])]
    if not stays_first(sides[0].stays, sides[1].stays):
        sides.reverse()
    kept, merged = sides
    merging = Merging(kept.person.id, merged.person.id, is_later(kept.stays, merged.stays))
    return Pair(
        kept=kept,
        merged=merged,
        merging=merging,
        figures=[figure for part in registered() for figure in part.preview(session, merging)],
        posting_clashes=clashes(kept.stays, merged.stays),
        duty_clashes=clashes(kept.charges, merged.charges),
    )


def _side(session: Session, person: Person) -> Side:
    postings = select(Posting).options(joinedload(Posting.center), joinedload(Posting.role))
    duties = select(Duty).options(joinedload(Duty.unit))
    numbers = select(StaffNumber.staff_no).where(StaffNumber.person_id == person.id)
    return Side(
        person=person,
        numbers=session.scalars(numbers.order_by(StaffNumber.issued_on, StaffNumber.staff_no)).all(),
        postings=session.scalars(postings.where(_current(Posting, person)).order_by(Posting.starts_on)).all(),
        duties=session.scalars(duties.where(_current(Duty, person)).order_by(Duty.starts_on)).all(),
        leaves=session.scalars(select(Leave).where(_current(Leave, person)).order_by(Leave.starts_on)).all(),
    )


def _current(model: type[Posting | Duty | Leave], person: Person) -> ColumnElement[bool]:
    return and_(model.person_id == person.id, model.superseded_at.is_(None))


def list_merges(session: Session, *, scope: Scope) -> list[MergeLine]:
    """List past merges, newest first; none while names are closed to the viewer."""
    if not may_merge(scope):
        return []
    kept, merged, by = aliased(Person), aliased(Person), aliased(Person)
    rows = session.execute(
        select(PersonMerge, kept, merged.name, by.name)
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(merged, merged.id == PersonMerge.merged_id)
        .outerjoin(by, by.id == PersonMerge.recorded_by_id)
        .order_by(PersonMerge.id.desc())
        .limit(100)
    )
    return [
        MergeLine(
            public_id=merge.public_id,
            kept_id=merge.kept_id,
            name=person.name,
            staff_no=person.staff_no,
            merged_name=merged_name,
            reason=merge.reason,
            recorded_at=merge.recorded_at,
            recorded_by=by_name,
            undone_at=merge.undone_at,
        )
        for merge, person, merged_name, by_name in rows
    ]


def get_merge(session: Session, *, scope: Scope, public_id: str) -> PersonMerge:
    """Return a merge for whoever may merge.

    Raises:
        NotFoundError: missing, or names are closed to the viewer.
    """
    found = session.scalars(select(PersonMerge).where(PersonMerge.public_id == public_id)).one_or_none()
    if found is None or not may_merge(scope):
        raise NotFoundError
    return found


def network_of(session: Session) -> OrgUnit:
    """Return the network, for stating a purpose."""
    return session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.NETWORK)).one()
