"""The roster behind a rate: everyone of a unit on a day, in the rate or left out for one reason."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, select, true
from sqlalchemy.orm import Session, aliased

from lms.completion.explain.rules import GONE_DAYS, OnRoster, Roster, Why, why_of
from lms.completion.queries_counting import (
    Reach,
    count_if,
    counts_on,
    enrollment,
    exempted_on,
    is_owed_on,
    reach_of,
    stream,
    would_count_on,
)
from lms.completion.queries_labels import Label, Place, load_organization, role_labels
from lms.completion.rules import RateFilter
from lms.people.models import Leave, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, on_leave, visible_people
from lms.people.rules import Scope
from lms.shared.paging import PER_PAGE, Page, offset_of, page_of

IDS_AT_ONCE = 5_000


Who = list[int] | Select[Any]


class RosterLine(NamedTuple):
    """Someone on the roster, where they work (of who is gone, worked), and why they are in the rate or not.

    `on` is the day that goes with the reason: first day there, first day back or out, next due date.
    """

    staff_no: str
    name: str
    public_id: str
    person_id: int
    place: Place
    role: Label
    why: Why
    on: date | None


@dataclass(frozen=True, slots=True)
class _Person:
    person_id: int
    center_id: int
    role_id: int
    why: Why
    on: date | None


def count_roster(session: Session, *, scope: Scope, as_of: date, where: RateFilter | None = None) -> Roster:
    """Count the people behind a rate, by whether and why not they are in it, where the viewer sees figures.

    The unit and the centers of the filter make the roster; its roles and courses only tell who is in the rate.
    """
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=False)
    head_count = session.scalar(_posted(reach, as_of, func.count())) or 0
    left_out = _left_out(session, as_of, reach)
    people = Counter(one.why for one in left_out)
    included = head_count - sum(1 for one in left_out if one.why not in {Why.LEFT, Why.MOVED_OUT})
    return Roster(head_count, {Why.INCLUDED: included, **people})


def list_roster(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter | None = None, why: Why, page: int = 1
) -> Page[RosterLine]:
    """List one page of the people of one reason, by staff number; only people whom the viewer may name."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=True)
    if why is not Why.INCLUDED:
        return page_of(_lines_left_out(session, scope, as_of, reach, why), page)
    people = _included_people(scope, as_of, reach)
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    rows = session.execute(people.order_by(Person.staff_no).limit(PER_PAGE).offset(offset_of(page)))
    return Page(list(_included_lines(session, rows, as_of)), page, total)


def iter_roster(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter | None = None
) -> Iterator[RosterLine]:
    """Yield everyone on the roster whom the viewer may name, by staff number."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where or RateFilter(), named=True)
    left_out = _lines_left_out(session, scope, as_of, reach, None)
    people = _included_people(scope, as_of, reach).order_by(Person.staff_no)
    included = _included_lines(session, stream(session, people), as_of)
    yield from heapq.merge(left_out, included, key=lambda line: line.staff_no)


def explain_person(session: Session, *, scope: Scope, person_id: int, as_of: date) -> Why | None:
    """Return whether someone is in the rate of their center on a day, or why not; None when they work nowhere then."""
    center_id = session.scalar(
        select(Posting.center_id)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.person_id == person_id, Posting.is_primary, covers(Posting, as_of), visible_people(scope))
    )
    if center_id is None:
        return None
    found = _left_out(session, as_of, Reach(center_ids=frozenset({center_id})))
    return next((one.why for one in found if one.person_id == person_id), Why.INCLUDED)


def _posted(reach: Reach, as_of: date, *columns: Any) -> Select[Any]:
    """Select from the primary postings at the unit on the day: its head-count."""
    query = select(*columns).select_from(Posting).join(OrgUnit, OrgUnit.id == Posting.center_id)
    return query.where(covers(Posting, as_of), Posting.is_primary, _here(reach))


def _here(reach: Reach) -> ColumnElement[bool]:
    return true() if reach.center_ids is None else Posting.center_id.in_(reach.center_ids)


def _fits(reach: Reach) -> ColumnElement[bool]:
    return true() if reach.role_ids is None else Posting.role_id.in_(reach.role_ids)


def _asked(reach: Reach) -> ColumnElement[bool]:
    return true() if reach.course_ids is None else enrollment.c.course_id.in_(reach.course_ids)


def _is_included(as_of: date, reach: Reach) -> ColumnElement[bool]:
    """Tell whether someone posted at the unit is in its rate: active, in the jobs asked for, with something counted."""
    counted = select(literal(1)).select_from(enrollment)
    counted = counted.where(enrollment.c.person_id == Posting.person_id, counts_on(as_of), _asked(reach))
    return and_(is_open(as_of), ~on_leave(Posting.person_id, as_of), _fits(reach), counted.correlate(Posting).exists())


def _left_out(session: Session, as_of: date, reach: Reach) -> list[_Person]:
    """Read everyone who is not in the rate: who is posted here, and who was in the days before."""
    chosen = not_(_is_included(as_of, reach))
    columns: tuple[Any, ...] = (
        Posting.person_id, Posting.center_id, Posting.role_id, Posting.starts_on, is_open(as_of).label("open"),
        on_leave(Posting.person_id, as_of).label("away"), _fits(reach).label("fits"),
    )  # fmt: skip
    rows = session.execute(_posted(reach, as_of, *columns).where(chosen)).all()
    found = list(_gone(session, as_of, reach))
    if not rows:
        return found
    # Few are left out: naming them spares finding them again. So many that it would not, are found again.
    who: Who = [row[0] for row in rows]
    if len(rows) > IDS_AT_ONCE:
        who = _posted(reach, as_of, Posting.person_id).where(chosen)
    owed = {row[0]: _Owed(*row[1:]) for row in session.execute(_tallies(as_of, reach, who))}
    came_on: dict[int, date | None] = dict(session.execute(_came_on(as_of, who)).all())
    back_on: dict[int, date | None] = dict(session.execute(_back_on(as_of, who)).all())
    for person_id, center_id, role_id, since, center_open, away, fits in rows:
        facts = OnRoster(
            is_posted=True,
            center_open=bool(center_open),
            away=bool(away),
            role_fits=bool(fits),
            since=since,
            came_on=came_on.get(person_id),
            **owed.get(person_id, _Owed())._asdict(),
        )
        why = why_of(facts, as_of)
        found.append(_Person(person_id, center_id, role_id, why, _day_of(why, facts, back_on.get(person_id))))
    return found


class _Owed(NamedTuple):
    counted: int = 0
    exempt: int = 0
    counted_at_all: int = 0
    assigned: int = 0
    moved: int = 0
    next_due_on: date | None = None


def _tallies(as_of: date, reach: Reach, who: Who) -> Select[Any]:
    """Select what each of these people owes, in the order of `_Owed`."""
    due_on, asked = enrollment.c.due_on, _asked(reach)
    later = and_(asked, due_on > as_of)
    return (
        select(
            enrollment.c.person_id,
            count_if(and_(asked, counts_on(as_of))),
            count_if(and_(asked, would_count_on(as_of), exempted_on(as_of))),
            count_if(counts_on(as_of)),
            func.count(),
            count_if(and_(later, enrollment.c.nominal_due_on <= as_of)),
            func.min(due_on).filter(later),
        )
        .where(enrollment.c.person_id.in_(who), is_owed_on(as_of))
        .group_by(enrollment.c.person_id)
    )


def _came_on(as_of: date, who: Who) -> Select[int, date | None]:
    """Select the day on which each of these people last left another posting."""
    ended = (Posting.superseded_at.is_(None), Posting.is_primary, Posting.ends_on <= as_of)
    return select(Posting.person_id, func.max(Posting.ends_on)).where(*ended, Posting.person_id.in_(who)).group_by(
        Posting.person_id
    )  # fmt: skip


def _back_on(as_of: date, who: Who) -> Select[int, date | None]:
    return select(Leave.person_id, Leave.ends_on).where(covers(Leave, as_of), Leave.person_id.in_(who))


def _day_of(why: Why, facts: OnRoster, back_on: date | None) -> date | None:
    days = {
        Why.ON_LEAVE: back_on,
        Why.NEW: facts.since,
        Why.MOVED_IN: facts.since,
        Why.DUE_MOVED: facts.next_due_on,
        Why.NOTHING_DUE: facts.next_due_on,
    }
    return days.get(why)


def _gone(session: Session, as_of: date, reach: Reach) -> Iterator[_Person]:
    """Read who was posted here in the days before and is not any more, by their last posting here."""
    recent = and_(
        Posting.superseded_at.is_(None),
        Posting.is_primary,
        Posting.ends_on <= as_of,
        Posting.ends_on > as_of - timedelta(days=GONE_DAYS),
    )
    other = aliased(Posting)
    elsewhere = exists().where(other.person_id == Posting.person_id, other.is_primary, covers(other, as_of))
    rows = session.execute(
        select(Posting.person_id, Posting.center_id, Posting.role_id, Posting.ends_on, elsewhere.label("elsewhere"))
        .where(recent, _here(reach), Posting.person_id.not_in(_posted(reach, as_of, Posting.person_id)))
        .order_by(Posting.ends_on)
    )
    last = {row.person_id: row for row in rows}
    for person_id, center_id, role_id, ends_on, is_elsewhere in last.values():
        facts = OnRoster(is_posted=False, is_elsewhere=bool(is_elsewhere), since=ends_on or as_of)
        yield _Person(person_id, center_id, role_id, why_of(facts, as_of), ends_on)


def _lines_left_out(session: Session, scope: Scope, as_of: date, reach: Reach, why: Why | None) -> list[RosterLine]:
    people = {one.person_id: one for one in _left_out(session, as_of, reach) if why in {None, one.why}}
    organization, roles = load_organization(session, as_of=as_of), role_labels(session)
    lines = []
    for row in _named(session, scope, people):
        one = people[row.id]
        place = organization.place(one.center_id)
        lines.append(
            RosterLine(row.staff_no, row.name, row.public_id, row.id, place, roles[one.role_id], one.why, one.on)
        )
    return sorted(lines, key=lambda line: line.staff_no)


def _named(session: Session, scope: Scope, ids: Collection[int]) -> Iterable[Any]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = Person.id.in_(wanted[start : start + IDS_AT_ONCE])
        people = select(Person.id, Person.staff_no, Person.name, Person.public_id)
        yield from session.execute(people.where(some, visible_people(scope)))


def _included_people(scope: Scope, as_of: date, reach: Reach) -> Select[Any]:
    columns = (Person.staff_no, Person.name, Person.public_id, Person.id, Posting.center_id, Posting.role_id)
    query = _posted(reach, as_of, *columns).join(Person, Person.id == Posting.person_id)
    return query.where(_is_included(as_of, reach), visible_people(scope))


def _included_lines(session: Session, rows: Iterable[Any], as_of: date) -> Iterator[RosterLine]:
    organization, roles = load_organization(session, as_of=as_of), role_labels(session)
    for staff_no, name, public_id, person_id, center_id, role_id in rows:
        place = organization.place(center_id)
        yield RosterLine(staff_no, name, public_id, person_id, place, roles[role_id], Why.INCLUDED, None)
