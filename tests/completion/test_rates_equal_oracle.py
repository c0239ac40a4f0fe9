"""Every rate and shortfall list equals a plain recomputation, on random histories, on both databases."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_exempt import exempt_share, exempt_shares
from lms.completion.queries_proof import prove_rates
from lms.completion.queries_shortfalls import count_shortfalls, iter_shortfalls, list_shortfalls
from lms.completion.rules import (
    Dimension,
    RateFilter,
    RateLine,
    Severity,
    ShortfallFilter,
    ShortfallLine,
    ShortfallSort,
)
from lms.people.rules import whole_network
from tests.completion import oracle
from tests.completion.oracle import Ask, World
from tests.completion.worlds import FIRST, WINDOW, draw_world, load
from tests.support.effort import effort

# A fixed seed keeps a failure; hypothesis adds new histories at every run.
SEEDS = (1, 2)
SHORTFALLS = ((None, None), (80, None), (50, None), *((None, one) for one in Severity))


@dataclass
class Both:
    """The same narrowing said to the oracle and to the product."""

    ask: Ask
    where: dict[str, object]


def narrowings(unit_ids: dict[str, int]) -> Iterator[Both]:
    yield Both(Ask(), {})
    yield Both(Ask(), {"unit_id": unit_ids["NETWORK"]})
    yield Both(Ask(centers={"C1"}), {"unit_id": unit_ids["C1"]})
    yield Both(Ask(area="A1"), {"unit_id": unit_ids["A1"]})
    yield Both(Ask(region="R1"), {"unit_id": unit_ids["R1"]})
    yield Both(Ask(centers={"C2", "C3"}), {"center_codes": ("C2", "C3")})
    yield Both(Ask(area="A2", centers={"C2", "C3"}), {"unit_id": unit_ids["A2"], "center_codes": ("C2", "C3")})
    yield Both(Ask(roles={"SA", "BP"}), {"role_codes": ("SA", "BP")})
    yield Both(Ask(tiers={1}), {"tiers": (1,)})
    yield Both(Ask(courses={"K1", "K4"}), {"course_codes": ("K1", "K4")})
    yield Both(Ask(courses={"K1", "K2"}, tiers={1, 9}), {"course_codes": ("K1", "K2"), "tiers": (1, 9)})
    yield Both(Ask(frontline=True), {"frontline": True})
    yield Both(Ask(frontline=False), {"frontline": False})
    yield Both(
        Ask(frontline=True, region="R2", courses={"K2"}, roles={"SA", "RC", "BP"}),
        {"frontline": True, "unit_id": unit_ids["R2"], "course_codes": ("K2",), "role_codes": ("SA", "RC", "BP")},
    )


def figures(line: RateLine) -> tuple[int, ...]:
    return (*line.tally, line.people_judged, line.people_short)


def compare_rates(session: Session, world: World, day: date, both: Both) -> int:
    """Compare every dimension; return how many groups were compared."""
    scope, where = whole_network(day), RateFilter(**both.where)  # type: ignore[arg-type]
    compared = 0
    for by in Dimension:
        lines = list_rates(session, scope=scope, as_of=day, by=by, where=where)
        expected = oracle.rates(world, day, by.lower(), both.ask)
        assert {line.code: figures(line) for line in lines} == expected, (by, both.ask, day)
        assert [line.code for line in lines] == sorted(expected), "ordered by code"
        compared += len(expected)
        if by is not Dimension.PERSON:
            shares = exempt_shares(session, scope=scope, as_of=day, by=by, where=where, lines=lines)
            assert shares == oracle.exempt(world, day, by.lower(), both.ask), (by, both.ask, day)
    whole = total_rate(session, scope=scope, as_of=day, where=where)
    share = exempt_share(session, scope=scope, as_of=day, where=where, whole=whole)
    spared = oracle.exempt(world, day, "network", both.ask).get("NETWORK", (0, whole.people_judged, 0))
    assert share == spared, (both.ask, day)
    assert figures(whole) == oracle.rates(world, day, "network", both.ask).get("NETWORK", (0, 0, 0, 0, 0))
    return compared + 1


def short(line: ShortfallLine) -> oracle.Short:
    missing = tuple(sorted((course.course_code, course.due_on) for course in line.missing_courses))
    severity = str(line.severity) if line.severity else None
    return (line.staff_no, line.center_code, *line.tally, line.overdue, line.days_overdue, severity, missing)


def compare_shortfalls(session: Session, world: World, day: date, both: Both) -> int:
    scope = whole_network(day)
    frontline = both.ask.frontline
    compared = 0
    for below, severity in SHORTFALLS:
        where = ShortfallFilter(**both.where | {"frontline": frontline, "below": below, "severity": severity})  # type: ignore[arg-type]
        expected = oracle.shortfalls(world, day, both.ask, below, severity)
        assert [short(line) for line in iter_shortfalls(session, scope=scope, as_of=day, where=where)] == expected
        assert count_shortfalls(session, scope=scope, as_of=day, where=where) == len(expected)
        page = list_shortfalls(session, scope=scope, as_of=day, where=where, sort=ShortfallSort.STAFF_NO)
        assert ([short(line) for line in page.rows], page.total) == (expected[:50], len(expected))
        compared += len(expected)
    return compared


def compare_everything(session: Session, world: World, days: list[date], every: int = 1) -> tuple[int, int]:
    """Compare on each day; `every` third or fifth narrowing is enough where there are many worlds."""
    unit_ids = load(session, world)
    groups = people = 0
    for day in days:
        for both in islice(narrowings(unit_ids), day.toordinal() % every, None, every):
            groups += compare_rates(session, world, day, both)
            people += compare_shortfalls(session, world, day, both)
        proof = prove_rates(session, scope=whole_network(day), as_of=day)
        # Due dates are as drawn here; test_verify moves them by the facts.
        assert [difference for difference in proof.differences if not difference.startswith("due date")] == []
    session.rollback()
    return groups, people


@pytest.mark.parametrize("seed", SEEDS)
def test_hundreds_of_random_people_are_counted_as_the_oracle_counts(session: Session, seed: int, capsys):
    chance = Random(seed)
    world = draw_world(chance, 1)
    while len(world.people) < 100:
        world = draw_world(chance, 200)
    days = [FIRST + timedelta(days=chance.randint(0, WINDOW + 40)) for _ in range(2)]
    groups, people = compare_everything(session, world, days)
    assert groups > 1000
    assert people > 1000
    line = f"\n{len(world.people)} people: {groups:,} groups and {people:,} listed people compared, 0 differences\n"
    with capsys.disabled():
        sys.stdout.write(line)


# No shrinking on the database: the seed of a failure is printed, and a small world is small already.
@settings(
    max_examples=effort(10, 400),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_small_random_worlds_are_counted_as_the_oracle_counts(session: Session, data):
    world = draw_world(data, 6)
    day = FIRST + timedelta(days=data.draw(st.integers(0, WINDOW + 40)))
    try:
        compare_everything(session, world, [day], every=5)
    finally:
        session.rollback()
