"""Month arithmetic, expiry, due dates and prerequisites, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.courses.rules import add_months, expires_on, nominal_due, prerequisite_cycles

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 1, 31), 1, date(2019, 2, 28)),
        (date(2019, 10, 31), 1, date(2019, 11, 30)),
        (date(2019, 12, 15), 1, date(2020, 1, 15)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 3, 31), 0, date(2019, 3, 31)),
        (date(1, 3, 1), -12, date.min),
        (date(9999, 3, 1), 12, date.max),
    ],
)
def test_months_are_clamped_to_the_last_day(start: date, months: int, end: date):
    assert add_months(start, months) == end


@given(days, st.integers(0, 240))
def test_adding_months_lands_in_the_right_month_and_never_after_the_same_day(start: date, months: int):
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day <= start.day


@given(days)
def test_validity_zero_never_expires(completed_on: date):
    assert expires_on(completed_on, 0) is None


@given(days, st.integers(1, 120))
def test_a_validity_ends_after_completion(completed_on: date, months: int):
    expiry = expires_on(completed_on, months)
    assert expiry is not None
    assert expiry > completed_on


def test_a_fixed_due_date_comes_before_a_number_of_days():
    assigned = date(2019, 6, 1)
    assert nominal_due(assigned, due_on=date(2019, 7, 1), due_days=3) == date(2019, 7, 1)
    assert nominal_due(assigned, due_on=None, due_days=30) == date(2019, 7, 1)
    assert nominal_due(assigned, due_on=None, due_days=0) == assigned
    assert nominal_due(assigned, due_on=None, due_days=None) is None


def test_only_courses_that_lead_back_to_themselves_are_circular():
    requires = {"A": ["B"], "B": ["C"], "C": ["B"], "D": ["E"], "E": []}
    assert prerequisite_cycles(requires) == {"B", "C"}


@given(st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 8))))
def test_courses_that_need_only_lower_ones_are_never_circular(wanted: dict[int, set[int]]):
    requires = {str(code): {str(one) for one in needed if one < code} for code, needed in wanted.items()}
    assert not prerequisite_cycles(requires)
