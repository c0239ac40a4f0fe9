"""Trends, movements between two days and grids equal a plain recomputation on random histories."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates
from lms.completion.queries_mix import load_grid
from lms.completion.queries_trend import count_movement, list_trend
from lms.completion.rules import Dimension, RateFilter
from lms.completion.rules_trend import trend_days
from lms.people.rules import whole_network
from tests.completion import oracle
from tests.completion.oracle import Ask, World
from tests.completion.test_rates_equal_oracle import narrowings
from tests.completion.worlds import FIRST, WINDOW, draw_world, load

LAST = FIRST + timedelta(days=WINDOW)


@pytest.fixture
def world() -> World:
    chance = Random(12)
    world = draw_world(chance, 1)
    while len(world.people) < 60:
        world = draw_world(chance, 120)
    return world


def persons(world: World, day: date, ask: Ask) -> dict[str, bool]:
    """Return who has something due, and whether they are below 80 %."""
    tallies: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in oracle.counted(world, day, ask):
        tallies[one.staff_no][0] += 1
        tallies[one.staff_no][1] += one.done
    return {staff_no: oracle.is_below(done, due, 80) for staff_no, (due, done) in tallies.items()}


def test_a_trend_is_each_day_s_rate(session: Session, world: World):
    unit_ids = load(session, world)
    for both in narrowings(unit_ids):
        found = list_trend(
            session,
            scope=whole_network(LAST),
            as_of=LAST,
            where=RateFilter(**both.where),  # type: ignore[arg-type]
        )
        assert [point.day for point in found] == trend_days(LAST)
        for point in found:
            expected = oracle.rates(world, point.day, "network", both.ask).get("NETWORK", (0, 0, 0, 0, 0))
            assert (*point.tally, point.people_judged, point.people_short) == expected, (both.ask, point.day)


def test_people_move_as_the_oracle_counts(session: Session, world: World):
    unit_ids = load(session, world)
    before, now = FIRST + timedelta(days=WINDOW // 3), LAST
    moved = 0
    for both in narrowings(unit_ids):
        where = RateFilter(**both.where)  # type: ignore[arg-type]
        found = count_movement(session, scope=whole_network(now), before=before, now=now, where=where)
        one, other = persons(world, before, both.ask), persons(world, now, both.ask)
        there = one.keys() & other.keys()
        assert found == (
            sum(other[who] and not one[who] for who in there),
            sum(one[who] and not other[who] for who in there),
            sum(one[who] and other[who] for who in there),
            len(there),
        ), both.ask
        moved += found.became_short + found.recovered
    assert moved > 20


@pytest.mark.parametrize("columns", [Dimension.ROLE, Dimension.TIER])
def test_a_grid_adds_up_to_the_rates_of_its_rows_and_columns(session: Session, world: World, columns: Dimension):
    unit_ids = load(session, world)
    scope = whole_network(LAST)
    for rows in (Dimension.AREA, Dimension.CENTER):
        for both in narrowings(unit_ids):
            where = RateFilter(**both.where)  # type: ignore[arg-type]
            grid = load_grid(session, scope=scope, as_of=LAST, rows=rows, columns=columns, where=where)
            for place, by in ((0, rows), (1, columns)):
                sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
                for key, cell in grid.cells.items():
                    for index, count in enumerate(cell.tally):
                        sums[key[place]][index] += count
                lines = list_rates(session, scope=scope, as_of=LAST, by=by, where=where)
                assert {line.code: list(line.tally) for line in lines} == sums
            assert [label.code for label in grid.rows] == sorted({row for row, _ in grid.cells})
            assert {label.code for label in grid.columns} == {column for _, column in grid.cells}
