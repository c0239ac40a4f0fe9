"""Whom to check: few for a coordinator, enough for the network, and the same on every run."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.field_checks.rules_sample import Candidate, allot, draw, sample_size, week_of, weeks_to_plan


@pytest.mark.parametrize(
    ("population", "size"),
    # The table of every textbook: 385 of a population without end, 278 of a thousand, 370 of ten thousand.
    [(0, 0), (1, 1), (10, 10), (100, 80), (500, 218), (1000, 278), (10_000, 370), (10**9, 385)],
)
def test_a_sample_is_as_large_as_the_formula_says(population, size):
    assert sample_size(population) == size


def test_every_center_gives_its_share_and_no_coordinator_has_more_than_three_names():
    network = dict.fromkeys(range(430), 15) | {"large": 300, "small": 1, "empty": 0}
    drawn = allot(network)
    assert (drawn["large"], drawn["small"]) == (3, 1)
    assert "empty" not in drawn
    assert sum(drawn.values()) >= sample_size(sum(network.values()))


@given(st.dictionaries(st.integers(), st.integers(0, 400), max_size=60))
def test_nobody_is_drawn_who_is_not_there(populations):
    drawn = allot(populations)
    assert all(1 <= drawn[cell] <= min(3, populations[cell]) for cell in drawn)
    assert set(drawn) == {cell for cell, people in populations.items() if people}


def test_the_same_people_draw_the_same_whatever_their_order():
    people = [Candidate(number, 100 + number) for number in range(40)]
    shuffled = random.Random(1).sample(people, k=40)
    assert draw(people, 3, seed="s") == draw(shuffled, 3, seed="s")
    assert draw(people, 3, seed="s") == draw(people, 40, seed="s")[:3]
    assert draw(people, 3, seed="s") != draw(people, 3, seed="t")


def test_nobody_is_drawn_twice_for_two_courses():
    drawn = draw([Candidate(1, 10), Candidate(1, 11), Candidate(2, 12)], 3, seed="s")
    assert sorted(one.person_id for one in drawn) == [1, 2]


def test_the_draw_favors_nobody():
    times = [0] * 10
    for number in range(3000):
        for one in draw([Candidate(person, person) for person in range(10)], 2, seed=str(number)):
            times[one.person_id] += 1
    assert all(500 < one < 700 for one in times)  # 600 expected; five standard deviations are 110


def test_weeks_that_are_over_are_planned_as_far_back_as_a_window_reaches():
    sunday, monday = date(2019, 6, 30), date(2019, 7, 1)
    assert week_of(sunday) == date(2019, 6, 24)
    assert weeks_to_plan(sunday, 28) == (date(2019, 5, 27), date(2019, 6, 24))
    assert weeks_to_plan(monday, 28) == (date(2019, 6, 3), date(2019, 7, 1))
