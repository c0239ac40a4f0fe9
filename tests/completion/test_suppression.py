"""Whoever sees figures without names learns nothing about a few people, not even by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from lms.completion.rules_suppression import LEAST_PEOPLE, find_hidden, find_hidden_cells

SIZES = st.lists(st.integers(0, 40), max_size=12)


def test_large_groups_all_stay():
    assert find_hidden([12, 5, 40, 0]) == frozenset()


def test_a_small_group_takes_the_next_smallest_with_it():
    assert find_hidden([12, 3, 40, 7]) == {1, 3}


def test_two_small_groups_of_too_few_people_take_a_third():
    assert find_hidden([12, 1, 40, 2]) == {0, 1, 3}
    assert find_hidden([12, 3, 40, 4]) == {1, 3}


def test_a_single_group_that_is_small_is_hidden():
    assert find_hidden([4]) == {0}
    assert find_hidden([0, 4]) == {1}


@given(SIZES)
def test_no_shown_group_is_small_and_no_remainder_either(people: list[int]):
    hidden = find_hidden(people)
    shown = [number for place, number in enumerate(people) if place not in hidden and number]
    assert all(number >= LEAST_PEOPLE for number in shown)
    if hidden and shown:
        assert len(hidden) > 1
        assert sum(people[place] for place in hidden) >= LEAST_PEOPLE
    assert bool(hidden) == any(0 < number < LEAST_PEOPLE for number in people)


@given(st.dictionaries(st.tuples(st.sampled_from("ABCD"), st.sampled_from("wxyz")), st.integers(0, 12), max_size=16))
def test_no_cell_is_the_only_one_hidden_of_its_row_or_column(people: dict[tuple[str, str], int]):
    hidden = find_hidden_cells(people)
    for axis in (0, 1):
        for name in {cell[axis] for cell in people}:
            line = [cell for cell in people if cell[axis] == name and people[cell]]
            assert len([cell for cell in line if cell in hidden]) != 1 or len(line) == 1
    assert all(cell in hidden for cell, number in people.items() if 0 < number < LEAST_PEOPLE)
