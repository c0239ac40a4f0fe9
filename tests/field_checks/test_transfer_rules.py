"""Steps from training to habit, and half-lives: the arithmetic, without a database."""

from math import isclose
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.completion.rules import Tally
from lms.field_checks.transfer.rules import Counts, Pairs, Step, added, paired, together
from lms.field_checks.transfer.rules_decay import Day, HalfLife, binned, half_life, is_enough

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WINDOWS = (*range(14, 29), *range(90, 105))


def test_each_step_has_its_own_number():
    counts = Counts(30, 100, 80, 20, 18, 12, 10, 8, 6)
    assert [counts.step(step) for step in Step] == [Tally(100, 80), Tally(20, 18), Tally(18, 12), Tally(8, 6)]
    assert [counts.trials(step) for step in Step] == [30, 20, 18, 8]


def test_nothing_due_has_no_interval():
    assert [Counts().interval(step) for step in Step] == [None] * 4


counts = st.lists(st.integers(0, 50), min_size=9, max_size=9).map(lambda numbers: Counts(*numbers))


@unhurried
@given(st.lists(counts), st.lists(counts))
def test_counts_of_parts_add_up(some: list[Counts], others: list[Counts]):
    assert added([added(some), added(others)]) == added([*some, *others])


@pytest.mark.parametrize(
    ("first", "again", "pairs"),
    [
        (True, True, Pairs(3, 3, kept=3)),
        (True, False, Pairs(3, 3, lost=3)),
        (False, True, Pairs(3, 0, gained=3)),
        (False, False, Pairs(3, 0, never=3)),
        (True, None, Pairs(3, 3)),
        (False, None, Pairs(3, 0)),
        (None, True, Pairs()),
        (None, None, Pairs()),
    ],
)
def test_what_counts_neither_way_is_in_no_number(first: bool | None, again: bool | None, pairs: Pairs):
    assert paired([(first, again, 3)]) == pairs


answer = st.sampled_from([True, False, None])


@unhurried
@given(st.lists(st.tuples(answer, answer, st.integers(0, 9))))
def test_every_pair_is_kept_lost_gained_or_never_there(answers: list[tuple[bool | None, bool | None, int]]):
    found = paired(answers)
    assert together(paired([one]) for one in answers) == found
    assert found.pairs == sum(number for one, other, number in answers if None not in {one, other})
    assert found.kept + found.lost <= found.met <= found.number


def planted(days: float, *, start: float = 0.9, number: int = 20, seed: int | None = None) -> list[Day]:
    """Make answers of a behavior whose half is gone after some days: as expected, or by chance."""
    chance, found = Random(seed), []
    for day in WINDOWS:
        share = start * 2 ** (-day / days)
        by_chance = sum(chance.random() < share for _ in range(number))
        found.append((day, number, round(number * share) if seed is None else by_chance))
    return found


def test_a_planted_half_life_of_120_days_is_found():
    found = half_life(planted(120, number=100_000))
    assert found
    assert found.days
    assert found.high
    assert isclose(found.days, 120, abs_tol=0.1)
    assert isclose(found.start, 0.9, abs_tol=0.001)
    assert 119 < found.low < found.days < found.high < 121


def test_its_interval_holds_it_about_as_often_as_it_says():
    found = [half_life(planted(120, seed=seed)) for seed in range(150)]
    held = sum(one is not None and one.low <= 120 <= (one.high or 9e9) for one in found)
    # Each end is crossed once in ten; of 150, four in five hold it but for three standard errors.
    assert 0.70 <= held / len(found) <= 0.90


def test_no_decay_has_no_half_life_but_a_least_one():
    found = half_life([(20, 100, 80), (100, 100, 85)])
    assert found
    assert (found.days, found.high) == (None, None)
    assert found.low > 100


def test_a_decay_that_chance_may_have_made_has_no_longest_half_life():
    found = half_life([(20, 60, 54), (100, 60, 52)])
    assert found
    assert found.days
    assert found.high is None
    assert found.low < found.days


@pytest.mark.parametrize(
    "days",
    [
        [],
        [(20, 90, 80)],
        [(20, 500, 400)],  # all of one time
        [(20, 500, 400), (100, 19, 10)],  # too few later
        [(20, 49, 40), (100, 49, 40)],  # too few in all
        [(20, 500, 500), (100, 500, 496)],  # hardly any not met
        [(20, 500, 2), (100, 500, 0)],
    ],
)
def test_too_few_answers_say_nothing(days: list[Day]):
    assert not is_enough(days)
    assert half_life(days) is None


days = st.lists(
    st.tuples(st.integers(-3, 400), st.integers(0, 80), st.integers(0, 80)).map(
        lambda one: (one[0], one[1], min(one[1], one[2]))
    ),
    max_size=12,
)


@unhurried
@given(days)
def test_whatever_was_seen_a_half_life_lies_within_its_interval(found: list[Day]):
    fitted: HalfLife | None = half_life(found)
    if fitted is not None:
        assert 0 < fitted.low <= (fitted.days or 9e9) * 1.0001
        assert fitted.high is None or fitted.days is None or fitted.days <= fitted.high * 1.0001
        assert 0 < fitted.start <= 1


@unhurried
@given(days)
def test_every_answer_is_in_one_bin(found: list[Day]):
    bins = binned(found)
    assert sum(one.tally.due for one in bins) == sum(number for _, number, _ in found)
    assert sum(one.tally.done for one in bins) == sum(met for *_, met in found)
    assert not bins or bins[-1].tally.due
