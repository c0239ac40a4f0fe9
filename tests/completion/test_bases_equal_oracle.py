"""Rates on every basis equal a plain recomputation and add up from level to level, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice, product
from random import Random

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates
from lms.completion.queries_bases import MeasuredLine, list_measured, total_measured, total_of
from lms.completion.rules import Dimension, RateFilter
from lms.completion.rules_bases import USUAL, Attribution, Basis, Measure, Period
from lms.courses.models import Course
from lms.people.rules import whole_network
from tests.completion import oracle_bases
from tests.completion.oracle import World
from tests.completion.oracle_bases import Span
from tests.completion.test_rates_equal_oracle import Both, narrowings
from tests.completion.worlds import FIRST, WINDOW, draw_world, load

WEIGHTS = {"K1": "1", "K2": "1.5", "K3": "0.75", "K4": "2.25"}
UNITS = (Dimension.CENTER, Dimension.AREA, Dimension.REGION, Dimension.NETWORK)


def spans(chance: Random) -> tuple[Span, ...]:
    first = FIRST + timedelta(days=chance.randint(0, WINDOW - 10))
    return None, (first, first + timedelta(days=chance.randint(0, 30)))


def measures(chance: Random) -> Iterator[Measure]:
    for basis, attribution, span in product(Basis, Attribution, spans(chance)):
        measure = Measure(basis=basis, attribution=attribution, period=Period(*span) if span else None)
        if measure.is_possible:
            yield measure


def units_of(line: MeasuredLine, basis: Basis) -> tuple[Fraction, Fraction]:
    scale = 100 if basis is Basis.WEIGHTED else 1
    return Fraction(line.share.done, scale), Fraction(line.share.due, scale)


def compare(session: Session, world: World, day: date, both: Both, measure: Measure) -> int:
    """Compare every dimension; return how many groups were compared."""
    where = RateFilter(**both.where)  # type: ignore[arg-type]
    asked = {"scope": whole_network(day), "as_of": day, "measure": measure, "where": where}
    compared = 0
    for by in Dimension:
        lines = list_measured(session, by=by, **asked)  # type: ignore[arg-type]
        expected = oracle_bases.rates(
            world, day, by.lower(), both.ask, basis=measure.basis,
            by_due_date=measure.attribution is Attribution.DUE_DATE, span=measure.period,
        )  # fmt: skip
        assert {line.code: units_of(line, measure.basis) for line in lines} == expected, (by, both.ask, day, measure)
        assert [line.code for line in lines] == sorted(expected), "ordered by code"
        if by in UNITS:
            assert total_of([line.sums for line in lines], measure.basis) == total_measured(session, **asked)  # type: ignore[arg-type]
        compared += len(expected)
    return compared


def drawn(session: Session, seed: int) -> tuple[Random, World, dict[str, int]]:
    chance = Random(seed)
    world = draw_world(chance, 1)
    while len(world.people) < 60:
        world = draw_world(chance, 120)
    unit_ids = load(session, world)
    for code, weight in WEIGHTS.items():
        session.execute(update(Course).where(Course.code == code).values(weight=weight))
    oracle_bases.WEIGHTS.update({code: Fraction(weight) for code, weight in WEIGHTS.items()})
    return chance, world, unit_ids


@pytest.mark.parametrize("seed", [3, 4])
def test_every_basis_counts_as_the_oracle_counts_and_adds_up_at_every_level(session: Session, seed: int):
    chance, world, unit_ids = drawn(session, seed)
    groups = 0
    for place, measure in enumerate(measures(chance)):
        day = FIRST + timedelta(days=chance.randint(0, WINDOW + 40))
        for both in islice(narrowings(unit_ids), place % 5, None, 5):
            groups += compare(session, world, day, both, measure)
    session.rollback()
    assert groups > 1000


def test_on_one_day_the_usual_basis_is_the_usual_rate_and_a_due_date_center_moves_nothing_in_all(session: Session):
    _, _, _ = drawn(session, 5)
    day = FIRST + timedelta(days=40)
    scope = whole_network(day)
    for by in Dimension:
        usual = list_rates(session, scope=scope, as_of=day, by=by)
        measured = list_measured(session, scope=scope, as_of=day, by=by, measure=USUAL)
        assert [(*line[:5], line.people_judged, line.people_done) for line in usual] == [
            (*line[:5], line.sums.people, line.sums.people_done) for line in measured
        ]
    then = Measure(attribution=Attribution.DUE_DATE)
    now, moved = (total_measured(session, scope=scope, as_of=day, measure=one).share for one in (USUAL, then))
    assert now == moved
    assert now.due
    session.rollback()
