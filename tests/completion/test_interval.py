"""How sure a rate is, held against the numbers of the domain study."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.completion.rules import Tally
from lms.completion.rules_interval import (
    Apart,
    Certainty,
    Change,
    certainty_of,
    funnel_limits,
    interval_of,
    stands_apart,
    wilson,
)

VECTORS = Path(__file__).parent / "stat_test_vectors.csv"
Z_95, Z_90 = 1.959963984540054, 1.6448536269514722
PEOPLE = st.integers(1, 400)


def values(text: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (part.partition("=") for part in text.split(";"))}


def vectors(function: str) -> list[tuple[dict[str, float], dict[str, float]]]:
    with VECTORS.open(encoding="utf-8") as opened:
        rows = [row for row in csv.DictReader(opened) if row["function"] == function]
    outs = ("out1", "out2", "out3", "out4")
    return [(values(row["inputs"]), values(";".join(row[name] for name in outs if "=" in row[name]))) for row in rows]


def test_intervals_are_those_of_the_domain_study():
    found = vectors("wilson")
    assert len(found) == 15
    for asked, expected in found:
        for z, level in ((Z_95, "95"), (Z_90, "90")):
            interval = wilson(asked["x"] / asked["n"], asked["n"], z)
            assert interval.low == pytest.approx(expected[f"lo{level}"], abs=1e-6)
            assert interval.high == pytest.approx(expected[f"hi{level}"], abs=1e-6)


def test_the_operating_bound_is_that_of_the_domain_study():
    found = vectors("wilson_upper_1s90")
    assert len(found) == 9
    for asked, expected in found:
        assert wilson(asked["x"] / asked["n"], asked["n"]).high == pytest.approx(expected["hi"], abs=1e-6)


@given(PEOPLE, st.integers(0, 400))
def test_an_interval_holds_its_rate_within_nought_and_one(people: int, done: int):
    tally = Tally(400, done, 0)
    interval = interval_of(tally, people)
    assert interval is not None
    assert 0 <= interval.low <= done / 400 <= interval.high <= 1


@given(PEOPLE)
def test_an_interval_rises_with_what_is_done(people: int):
    for one, more in pairwise(interval_of(Tally(50, done, 0), people) for done in range(51)):
        assert one is not None
        assert more is not None
        assert one.low <= more.low
        assert one.high <= more.high


@pytest.mark.parametrize(
    ("tally", "people", "expected"),
    [
        (Tally(480, 360, 0), 24, Certainty.SHORT),
        (Tally(160, 120, 0), 8, Certainty.SHORT),
        (Tally(480, 420, 0), 24, Certainty.MAYBE),
        (Tally(480, 440, 0), 24, Certainty.MAYBE),
        (Tally(480, 478, 0), 24, Certainty.MEETS),
        (Tally(80, 10, 0), 4, Certainty.SMALL),
        (Tally(0, 0, 0), 0, Certainty.NOTHING_DUE),
    ],
)
def test_what_can_be_said_against_a_target_of_90(tally: Tally, people: int, expected: Certainty):
    assert certainty_of(tally, people, 90) is expected


@given(st.integers(1, 2000), st.data(), st.integers(1, 100))
def test_nothing_is_said_against_the_rate_itself(due: int, data: st.DataObject, target: int):
    tally = Tally(due, data.draw(st.integers(0, due)), 0)
    said = certainty_of(tally, data.draw(st.integers(5, 500)), target)
    assert said is not (Certainty.MEETS if tally.is_below(target) else Certainty.SHORT)


def test_funnel_limits_are_the_quantiles_of_the_binomial_distribution():
    # 20 people around 0.8: at most 11 with probability 0.0100, at most 12 with 0.0321 (binomial tables).
    limits = funnel_limits(0.8, 20)
    assert 11 / 20 < limits.warning_low < 12 / 20
    assert 0 < limits.action_low < limits.warning_low < 0.8 < limits.warning_high <= limits.action_high <= 1


@given(st.floats(0.02, 0.98))
def test_a_funnel_narrows_as_units_grow(share: float):
    widths = [funnel_limits(share, number) for number in (10, 100, 1000)]
    for wide, narrow in pairwise(limits.warning_high - limits.warning_low for limits in widths):
        assert narrow < wide


def test_units_stand_apart_below_and_above():
    assert stands_apart(Tally(100, 20, 0), 30, 0.8) is Apart.BELOW_ACTION
    assert stands_apart(Tally(100, 62, 0), 30, 0.8) is Apart.BELOW_WARNING
    assert stands_apart(Tally(100, 79, 0), 30, 0.8) is Apart.INSIDE
    assert stands_apart(Tally(100, 100, 0), 30, 0.8) is Apart.ABOVE_ACTION
    assert stands_apart(Tally(10, 10, 0), 30, 1.0) is Apart.INSIDE


def test_a_change_is_the_difference_of_what_is_shown():
    assert Change(Tally(1000, 899, 0), Tally(1000, 912, 0)).text == "+1.3"
    assert Change(Tally(1000, 912, 0), Tally(1000, 899, 0)).text == "−1.3"
    assert Change(Tally(3, 2, 0), Tally(6, 4, 0)).text == "±0.0"
    assert Change(Tally(), Tally(6, 4, 0)).text is None
