"""When a month may be closed, by when it should be, and what its frozen rows say."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.completion.months.queries_calendar import public_holidays
from lms.completion.months.rules import (
    Delta,
    MonthState,
    Refused,
    business_day_after,
    close_due_on,
    is_business_day,
    last_day,
    month_state,
    refusal_to_close,
)
from lms.completion.months.rules_snapshot import (
    FrozenRow,
    changes_between,
    delta_of,
    lines_of,
    pack,
    sha256_of,
    unpack,
)
from lms.completion.rules import Tally, total

JUNE = date(2019, 6, 1)
ROW = FrozenRow("person", "center", "SA", "course", "1", "2019-01-01", "2019-06-10", "2019-06-09")


@pytest.mark.parametrize(
    ("month", "due_on"),
    [
        (JUNE, date(2019, 7, 3)),
        (date(2019, 8, 1), date(2019, 9, 4)),  # ends on a Saturday
        (date(2018, 9, 1), date(2018, 10, 4)),  # 3 October is National Foundation Day
        (date(2019, 1, 1), date(2019, 2, 8)),  # Lunar New Year: 4 to 6 February
        (date(2026, 2, 1), date(2026, 3, 5)),  # a Sunday's holiday, made up for on Monday
        (date(2018, 12, 1), date(2019, 1, 4)),  # over the year's end
    ],
)
def test_a_month_is_due_three_korean_business_days_after_its_end(month: date, due_on: date):
    assert close_due_on(month, public_holidays(month)) == due_on


def test_company_days_count_as_well():
    days_off = public_holidays(JUNE).keys() | {date(2019, 7, 1)}
    assert close_due_on(JUNE, days_off) == date(2019, 7, 4)


def test_holidays_have_names_in_both_languages():
    assert public_holidays(date(2019, 8, 1))[date(2019, 9, 13)] == ("추석", "Chuseok")


@given(
    st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(1, 8), st.sets(st.dates(date(2015, 1, 1)), max_size=9)
)
def test_between_a_day_and_the_business_day_after_lie_so_many(day: date, number: int, days_off: set[date]):
    found = business_day_after(day, number, days_off)
    between = [date.fromordinal(one) for one in range(day.toordinal() + 1, found.toordinal() + 1)]
    assert is_business_day(found, days_off)
    assert sum(is_business_day(one, days_off) for one in between) == number


@pytest.mark.parametrize(
    ("today", "closes", "state", "refusal"),
    [
        (date(2019, 6, 30), 0, MonthState.RUNNING, Refused.MONTH_NOT_OVER),
        (date(2019, 7, 1), 0, MonthState.TO_CLOSE, None),
        (date(2019, 7, 3), 0, MonthState.TO_CLOSE, None),
        (date(2019, 7, 4), 0, MonthState.LATE, None),
        (date(2019, 7, 4), 1, MonthState.CLOSED, Refused.ALREADY_CLOSED),
        (date(2019, 7, 4), 2, MonthState.CORRECTED, Refused.ALREADY_CLOSED),
    ],
)
def test_a_month_is_closed_once_from_its_end_on(
    today: date, closes: int, state: MonthState, refusal: Refused | None
):  # fmt: skip
    assert month_state(JUNE, closes=closes, due_on=date(2019, 7, 3), today=today, first=None) is state
    assert refusal_to_close(JUNE, closes=closes, is_applying=False, today=today) is refusal
    if refusal is None:
        assert refusal_to_close(JUNE, closes=0, is_applying=True, today=today) is Refused.IMPORT_APPLYING


@pytest.mark.parametrize(
    ("first", "today", "state"),
    [
        (None, date(2019, 8, 9), MonthState.BEFORE),
        (date(2019, 7, 1), date(2019, 8, 9), MonthState.BEFORE),
        (date(2019, 5, 1), date(2019, 8, 9), MonthState.LATE),
        (None, date(2019, 7, 9), MonthState.LATE),
    ],
)
def test_nobody_is_late_with_a_month_before_the_first_that_was_closed(
    first: date | None, today: date, state: MonthState
):  # fmt: skip
    assert month_state(JUNE, closes=0, due_on=date(2019, 7, 3), today=today, first=first) is state


def test_a_month_ends_where_it_does():
    assert [last_day(date(2019, month, 1)).day for month in (2, 4, 12)] == [28, 30, 31]
    assert last_day(date(2020, 2, 17)) == date(2020, 2, 29)


def test_the_hash_is_of_plain_sorted_lines_and_does_not_mind_their_order():
    lines = ["b\tx", "a\tx", "가\ty"]
    packed = pack(lines)
    assert packed == pack(reversed(lines))
    assert packed.sha256 == hashlib.sha256("a\tx\nb\tx\n가\ty\n".encode()).hexdigest() == sha256_of(packed.blob)
    assert (packed.row_count, lines_of(packed.blob)) == (3, sorted(lines))
    assert pack([]).row_count == len(lines_of(pack([]).blob)) == 0


@pytest.mark.parametrize(
    ("completed_on", "tally"),
    [("2019-06-10", Tally(1, 1, 1)), ("2019-06-11", Tally(1, 1, 0)), ("", Tally(1, 0, 0))],
)
def test_a_row_is_done_in_time_through_its_due_day(completed_on: str, tally: Tally):
    assert ROW._replace(completed_on=completed_on).tally == tally


people = st.builds(
    ROW._replace,
    person=st.sampled_from("abcdef"),
    course=st.sampled_from("xy"),
    due_on=st.sampled_from(["2019-06-01", "2019-06-10"]),
    completed_on=st.sampled_from(["", "2019-05-31", "2019-06-05"]),
)
snapshots = st.lists(people, max_size=12, unique_by=lambda row: row.key)


@given(snapshots, snapshots)
def test_a_correction_is_what_leads_from_one_snapshot_to_the_next(old: list[FrozenRow], new: list[FrozenRow]):
    before, now = (["\t".join(row) for row in rows] for rows in (old, new))
    changes = changes_between(before, now)
    delta = delta_of(changes)
    was, is_now = (total(row.tally for row in rows) for rows in (old, new))
    assert was + Tally(delta.due, delta.done, delta.on_time) == is_now
    assert len(old) + delta.came - delta.went == len(new)
    kept = {row.key: row for row in old}
    for change in changes:
        if change.now is None:
            del kept[change.before.key]
        else:
            kept[change.now.key] = change.now
    assert sorted(kept.values()) == sorted(new) == list(unpack(pack(now).blob))
    assert (delta == Delta()) == (sorted(old) == sorted(new)) == (not changes)
    assert replace(delta, came=0, went=0, changed=0).rows == 0
