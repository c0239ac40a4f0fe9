"""Which months want a review, by when, and who may sign."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.rules_reviews import (
    ReviewState,
    Unsignable,
    months_between,
    next_month,
    refusal_to_sign,
    review_due_on,
    review_state,
)

JUNE = date(2019, 6, 1)
OPEN = {"is_auditor": True, "operational_duties": frozenset(), "downloads": 0}


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2019, 6, 30), ReviewState.RUNNING),
        (date(2019, 7, 1), ReviewState.OPEN),
        (date(2019, 7, 31), ReviewState.OPEN),
        (date(2019, 8, 1), ReviewState.OVERDUE),
    ],
)
def test_a_month_is_reviewed_by_the_end_of_the_next(today: date, state: ReviewState):
    assert review_state(JUNE, is_signed=False, today=today) is state
    assert review_state(JUNE, is_signed=True, today=today) is ReviewState.REVIEWED


def test_due_dates_over_the_turn_of_the_year():
    assert review_due_on(date(2019, 12, 1)) == date(2020, 1, 31)
    assert review_due_on(date(2020, 1, 1)) == date(2020, 2, 29)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 2000))
def test_every_day_lies_in_exactly_one_month(first: date, days: int):
    last = date.fromordinal(first.toordinal() + days)
    months = months_between(first, last)
    assert months == sorted(set(months), reverse=True)
    assert months[-1] <= first < next_month(months[-1])
    assert months[0] <= last < next_month(months[0])
    assert all(next_month(month) in months for month in months[1:])


def test_an_independent_auditor_signs_what_is_open_or_overdue():
    assert refusal_to_sign(ReviewState.OPEN, **OPEN) is None
    assert refusal_to_sign(ReviewState.OVERDUE, **OPEN) is None


@pytest.mark.parametrize(
    ("state", "changed", "refusal"),
    [
        (ReviewState.OPEN, {"is_auditor": False}, Unsignable.NOT_AUDITOR),
        (ReviewState.REVIEWED, {}, Unsignable.ALREADY_SIGNED),
        (ReviewState.RUNNING, {}, Unsignable.MONTH_NOT_OVER),
        (ReviewState.OPEN, {"operational_duties": frozenset({"COORDINATOR"})}, Unsignable.OPERATIONAL_DUTY),
        (ReviewState.OVERDUE, {"downloads": 1}, Unsignable.TOOK_DOWNLOADS),
    ],
)
def test_others_are_told_why_not(state: ReviewState, changed: dict, refusal: Unsignable):
    assert refusal_to_sign(state, **(OPEN | changed)) is refusal
