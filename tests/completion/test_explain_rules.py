"""Why someone on the roster is in the rate: the first reason that applies, in a fixed order."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.completion.explain.rules import GONE, OnRoster, Roster, Why, why_of
from lms.enrollments.rules import GRACE_DAYS

AS_OF = date(2019, 6, 30)
LONG = date(2018, 1, 1)
LATELY = AS_OF - timedelta(days=GRACE_DAYS - 1)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"counted": 3}, Why.INCLUDED),
        ({"counted": 3, "since": LATELY}, Why.INCLUDED),
        ({"counted": 3, "role_fits": False}, Why.FILTERED),
        ({"counted": 3, "away": True, "center_open": False}, Why.CLOSED),
        ({"counted": 3, "away": True}, Why.ON_LEAVE),
        ({"exempt": 1, "since": LATELY}, Why.EXEMPT),
        ({"since": LATELY, "assigned": 2}, Why.NEW),
        ({"since": LATELY, "came_on": LATELY}, Why.MOVED_IN),
        ({"since": LATELY, "came_on": LONG}, Why.NEW),
        ({"since": LATELY - timedelta(days=1), "assigned": 1}, Why.NOTHING_DUE),
        ({"assigned": 2, "counted_at_all": 1}, Why.FILTERED),
        ({}, Why.NO_RULE),
        ({"assigned": 1, "moved": 1}, Why.DUE_MOVED),
        ({"assigned": 1}, Why.NOTHING_DUE),
        ({"is_posted": False, "counted": 3}, Why.LEFT),
        ({"is_posted": False, "is_elsewhere": True}, Why.MOVED_OUT),
    ],
)
def test_the_first_reason_tells(facts: dict[str, Any], why: Why):
    assert why_of(OnRoster(**{"is_posted": True, "since": LONG, **facts}), AS_OF) is why


@given(st.lists(st.builds(OnRoster, is_posted=st.booleans(), since=st.dates(LONG, AS_OF), counted=st.integers(0, 2))))
def test_everyone_stands_under_one_reason(people: list[OnRoster]):
    reasons = [why_of(one, AS_OF) for one in people]
    roster = Roster(sum(one.is_posted for one in people), {why: reasons.count(why) for why in Why})
    assert roster.adds_up
    assert roster.included + roster.left_out == roster.head_count
    assert all((why in GONE) is not one.is_posted for one, why in zip(people, reasons, strict=True))
