"""The same rate on several days: its trend, and who came to fall short or recovered between two of them."""

from datetime import date
from typing import Any

from sqlalchemy import FromClause, Select, and_, func, not_, select
from sqlalchemy.orm import Session

from lms.completion.queries import person_tallies, total_rate
from lms.completion.queries_counting import count_if, is_short, places_of_counted, reach_of
from lms.completion.rules import RateFilter
from lms.completion.rules_trend import Movement, TrendPoint, trend_days
from lms.people.rules import Scope


def list_trend(session: Session, *, scope: Scope, as_of: date, where: RateFilter) -> list[TrendPoint]:
    """List the rate at the end of each of the twelve months before and on `as_of`, the oldest first.

    Each point is what the page of that day shows: the unit's centers, their people and roles as of then.
    """
    points = []
    for day in trend_days(as_of):
        whole = total_rate(session, scope=scope, as_of=day, where=where)
        points.append(TrendPoint(day, whole.tally, whole.people_judged, whole.people_short))
    return points


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
