"""Thousands of random histories, as known now and then, count as plain Python counts them, on both databases."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.completion.explain.queries import count_roster
from lms.completion.known.queries import reading_as_known
from lms.completion.queries import list_rates
from lms.completion.queries_exempt import exempt_shares
from lms.completion.queries_shortfalls import iter_shortfalls
from lms.completion.rules import Dimension, RateLine, ShortfallFilter
from lms.people.rules import whole_network
from tests.completion import oracle
from tests.completion.histories import FIRST, INSTANTS, LAST, Loader, draw_past
from tests.completion.oracle import Ask, World
from tests.completion.test_rates_equal_oracle import short
from tests.support.effort import effort

PEOPLE = 5_000
BATCHES = effort(1, 10)  # on each database; together 10,000 histories in every run, 100,000 when there is time
A_MOMENT = timedelta(microseconds=1)


def questions(chance: Random) -> Iterator[tuple[date, datetime | None]]:
    """Give days to ask about and instants to know from: those of changes, just before them, in between, and now."""
    first, *later = INSTANTS
    instants = [first, None, None, *later, *(at - A_MOMENT for at in later), later[0] + timedelta(days=9)]
    for at in instants:
        yield FIRST + timedelta(days=chance.randrange((LAST - FIRST).days)), at


def figures(line: RateLine) -> tuple[int, ...]:
    return (*line.tally, line.people_judged, line.people_short, line.people_done)


def expected_rates(world: World, day: date) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return due, done, on time, people judged, short and with everything done, by center and by person."""
    people: dict[str, list[oracle.Counted]] = {}
    for one in oracle.counted(world, day, Ask()):
        people.setdefault(one.staff_no, []).append(one)
    found: dict[str, dict[str, tuple[int, ...]]] = {"center": {}, "person": {}}
    for staff_no, ones in people.items():
        due, done, on_time = len(ones), sum(one.done for one in ones), sum(one.on_time for one in ones)
        sums = (due, done, on_time, 1, int(oracle.is_below(done, due, 80)), int(done == due))
        found["person"][staff_no] = sums
        center = found["center"].get(ones[0].center, (0,) * len(sums))
        found["center"][ones[0].center] = tuple(map(sum, zip(center, sums, strict=True)))
    return found


def head_count(world: World, day: date) -> int:
    return sum(any(job.primary and job.when.covers(day) for job in one.postings) for one in world.people)


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the first few that differ: pytest would take minutes to show thousands side by side."""
    keys = sorted(found.keys() | expected.keys())
    return [(key, found.get(key), expected.get(key)) for key in keys if found.get(key) != expected.get(key)][:5]


def compare(session: Session, world: World, day: date) -> int:
    """Compare figures of every person and center and the list of who falls short; return how many were compared."""
    scope = whole_network(day)
    expected = expected_rates(world, day)
    for by in (Dimension.PERSON, Dimension.CENTER):
        lines = list_rates(session, scope=scope, as_of=day, by=by)
        assert differences({line.code: figures(line) for line in lines}, expected[by.lower()]) == []
        shares = exempt_shares(session, scope=scope, as_of=day, by=by, where=None, lines=lines)
        spared = {} if by is Dimension.PERSON else oracle.exempt(world, day, "center", Ask())
        assert differences(shares, spared) == []
    listed = iter_shortfalls(session, scope=scope, as_of=day, where=ShortfallFilter(frontline=None))
    missing = {one[0]: one for one in oracle.shortfalls(world, day, Ask(), None)}
    assert differences({line.staff_no: short(line) for line in listed}, missing) == []
    roster = count_roster(session, scope=scope, as_of=day)
    assert roster.head_count == head_count(world, day)
    return len(expected["person"]) + len(expected["center"]) + len(missing)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_histories_count_as_the_oracle_counts_for_any_day_as_known_at_any_instant(
    session: Session, backend: str, batch: int, record_property: Callable[[str, object], None]
):
    chance = Random(f"histories {batch}")
    past = draw_past(chance, PEOPLE)
    Loader(session, past).load()
    compared = 0
    for day, known_at in questions(chance):
        with reading_as_known(session, known_at, scope=whole_network(day)) as then:
            compared += compare(then, past.world(known_at), day)
        session.rollback()
    assert compared > PEOPLE
    record_property(f"random histories on {backend}", PEOPLE)
    record_property(f"figures of random histories compared on {backend}", compared)
