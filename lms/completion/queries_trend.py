"""The same rate on several days: its trend, and who came to fall short or recovered between two of them."""

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Executable,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from lms.completion.queries import person_tallies
from lms.completion.queries_counting import Reach, count_if, is_short, places_of_counted, reach_of
from lms.completion.rules import RateFilter, Tally
from lms.completion.rules_trend import Movement, TrendPoint, trend_days
from lms.people.models import OrgPlacement
from lms.people.rules import Scope

# Days of few centers are asked for in one statement: building and sending takes longer than a center's answer.
MOST_CENTERS = 60
# The day that PostgreSQL is at, where it goes through a list of them.
EACH_DAY: Any = literal_column("days.day", Date)
CENTER_IDS: Any = bindparam("center_ids", expanding=True)


def list_trend(session: Session, *, scope: Scope, as_of: date, where: RateFilter) -> list[TrendPoint]:
    """List the rate at the end of each of the twelve months before and on `as_of`, the oldest first.

    Each point is what the page of that day shows: the unit's centers, their people and roles as of then.
    """
    days = trend_days(as_of)
    reaches = reaches_on(session, scope, days, where)
    points = []
    for reach in dict.fromkeys(reaches):
        points += _points(session, [day for day, of_day in zip(days, reaches, strict=True) if of_day == reach], reach)
    return sorted(points)


def _points(session: Session, days: list[date], reach: Reach) -> list[TrendPoint]:
    centers = reach.center_ids
    at_once = len(days) if centers is not None and len(centers) <= MOST_CENTERS else 1
    # Its centers are left open, so that one statement serves every unit.
    open_reach = replace(reach, center_ids=None if centers is None else CENTER_IDS)
    goes_through = centers is not None and len(centers) == 1 and session.get_bind().dialect.name == "postgresql"
    query: Executable = _each_day(open_reach, at_once) if goes_through else _wholes(open_reach, at_once)
    known = {} if centers is None else {"center_ids": list(centers)}
    points = []
    for first in range(0, len(days), at_once):
        asked = days[first : first + at_once]
        for number, *counts in session.execute(query, known | {f"day_{nth}": day for nth, day in enumerate(asked)}):
            # Sums over nobody are null; PostgreSQL's sums of counts come as Decimal.
            due, done, on_time, judged, short = (int(count or 0) for count in counts)
            points.append(TrendPoint(asked[number], Tally(due, done, on_time), judged, short))
    return points


def reaches_on(session: Session, scope: Scope, days: list[date], where: RateFilter) -> list[Reach]:
    """Return what the scope and filter leave on each day; looked up once where nothing they stand on has changed."""
    last = days[-1]
    if where.frontline is not None or session.scalar(MOVED, {"first": days[0], "last": last}) is not None:
        return [reach_of(session, scope=scope, as_of=day, where=where, named=False) for day in days]
    return [reach_of(session, scope=scope, as_of=last, where=where, named=False)] * len(days)


# Built once: see `people.queries.placement_on`.
FIRST, LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
MOVED = (
    select(OrgPlacement.id)
    .where(
        OrgPlacement.superseded_at.is_(None),
        or_(
            and_(OrgPlacement.starts_on > FIRST, OrgPlacement.starts_on <= LAST),
            and_(OrgPlacement.ends_on > FIRST, OrgPlacement.ends_on <= LAST),
        ),
    )
    .limit(1)
)


@lru_cache(maxsize=64)
def _wholes(reach: Reach, days: int) -> CompoundSelect[Any]:
    return union_all(*(_whole(reach, _day(nth), literal_column(str(nth))) for nth in range(days)))


@lru_cache(maxsize=64)
def _each_day(reach: Reach, days: int) -> Select[Any]:
    """Build what `_wholes` does as one part for all days: PostgreSQL plans thirteen parts for longer than it counts.

    It knows no day when it plans this, and would choose badly for more people than a center has.
    """
    known = union_all(*(select(literal_column(str(nth)).label("nth"), _day(nth).label("day")) for nth in range(days)))
    of_day = _whole(reach, EACH_DAY).lateral("of_day")
    return select(known.subquery("days").c.nth, *of_day.c).join(of_day, true())


def _day(nth: int) -> Any:
    return bindparam(f"day_{nth}", type_=Date())


def _whole(reach: Reach, day: Any, *number: ColumnElement[Any]) -> Select[Any]:
    tallies = person_tallies(day, reach).subquery("tallies")
    active = places_of_counted(day, reach).subquery("active")
    due, done, on_time = tallies.c.due, tallies.c.done, tallies.c.on_time
    sums = (func.sum(due), func.sum(done), func.sum(on_time), func.count(), count_if(is_short(due, done)))
    return select(*number, *sums).join_from(tallies, active, active.c.person_id == tallies.c.person_id)


def count_movement(session: Session, *, scope: Scope, before: date, now: date, where: RateFilter) -> Movement:
    """Count how the people of a unit moved between two days, by rate alone against the default target.

    Only those who have something due in the unit on both days can have moved.
    """
    one = _standing(session, scope, before, where, "before")
    other = _standing(session, scope, now, where, "now")
    short_before, short_now = is_short(one.c.due, one.c.done), is_short(other.c.due, other.c.done)
    query = select(
        count_if(and_(short_now, not_(short_before))),
        count_if(and_(short_before, not_(short_now))),
        count_if(and_(short_now, short_before)),
        func.count(),
    ).join_from(one, other, one.c.person_id == other.c.person_id)
    # PostgreSQL's sums of counts come as Decimal; sums over nobody are null.
    return Movement(*(int(count or 0) for count in session.execute(query).one()))


def _standing(session: Session, scope: Scope, day: date, where: RateFilter, name: str) -> FromClause:
    reach = reach_of(session, scope=scope, as_of=day, where=where, named=False)
    tallies = person_tallies(day, reach).subquery(f"tallies_{name}")
    active = places_of_counted(day, reach).subquery(f"active_{name}")
    joined: Select[Any] = select(tallies.c.person_id, tallies.c.due, tallies.c.done).join(
        active, active.c.person_id == tallies.c.person_id
    )
    return joined.subquery(name)
