"""The days of a trend."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.completion.rules_trend import trend_days


def test_a_trend_stands_on_the_ends_of_twelve_months_and_on_the_day_itself():
    days = trend_days(date(2019, 6, 15))
    assert (len(days), days[0], days[-2], days[-1]) == (13, date(2018, 6, 30), date(2019, 5, 31), date(2019, 6, 15))


def test_the_end_of_a_month_is_not_taken_twice():
    assert trend_days(date(2019, 6, 30))[-2:] == [date(2019, 5, 31), date(2019, 6, 30)]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_days_rise_and_all_but_the_last_end_a_month(as_of: date):
    days = trend_days(as_of)
    assert days == sorted(set(days))
    assert all((day + timedelta(days=1)).day == 1 for day in days[:-1])
    assert days[0].month == as_of.month
