"""Effective due dates, standing completions and cycles, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.enrollments.rules import (
    Away,
    Change,
    Completion,
    Event,
    Stay,
    effective_due,
    events_of,
    standing_completion,
)

ASSIGNED, NOMINAL = date(2019, 5, 1), date(2019, 5, 31)
days = st.dates(date(2019, 1, 1), date(2019, 12, 31))
lengths = st.integers(1, 120)


@st.composite
def leaves(draw: st.DrawFn) -> Away:
    start = draw(days)
    return Away(start, draw(st.one_of(st.none(), lengths.map(lambda length: start + timedelta(days=length)))))


@st.composite
def events(draw: st.DrawFn) -> Event:
    return Event(draw(st.sampled_from(Change)), draw(days))


def test_without_leave_or_change_the_nominal_date_stands():
    assert effective_due(NOMINAL, ASSIGNED) == NOMINAL


def test_never_due_stays_never_due():
    assert effective_due(None, ASSIGNED, [Away(date(2019, 5, 2))], [Event(Change.HIRE, ASSIGNED)]) is None


def test_days_away_are_added():
    away = Away(date(2019, 5, 10), date(2019, 5, 15))  # five days, back on the 15th
    assert effective_due(NOMINAL, ASSIGNED, [away]) == date(2019, 6, 5)


def test_the_due_day_itself_away_counts_as_a_day():
    assert effective_due(NOMINAL, ASSIGNED, [Away(NOMINAL)]) == NOMINAL + timedelta(days=1)


def test_there_are_14_days_after_the_return():
    away = Away(date(2019, 5, 30), date(2019, 8, 1))
    assert effective_due(NOMINAL, ASSIGNED, [away]) == date(2019, 8, 15)


def test_overlapping_leaves_count_each_day_once():
    both = [Away(date(2019, 5, 5), date(2019, 5, 10)), Away(date(2019, 5, 8), date(2019, 5, 12))]
    assert effective_due(NOMINAL, ASSIGNED, both) == date(2019, 6, 7)


@pytest.mark.parametrize("kind", [Change.HIRE, Change.TRANSFER, Change.ROLE])
def test_a_change_just_before_the_due_date_gives_14_days(kind: Change):
    assert effective_due(NOMINAL, ASSIGNED, events=[Event(kind, date(2019, 5, 25))]) == date(2019, 6, 8)
    assert effective_due(NOMINAL, ASSIGNED, events=[Event(kind, NOMINAL)]) == date(2019, 6, 14)


def test_a_change_long_before_or_after_the_due_date_moves_nothing():
    far = [Event(Change.TRANSFER, date(2019, 5, 10)), Event(Change.TRANSFER, date(2019, 6, 1))]
    assert effective_due(NOMINAL, ASSIGNED, events=far) == NOMINAL


def test_a_rehire_forgives_what_fell_due_while_they_were_gone():
    event = Event(Change.REHIRE, date(2019, 9, 1), since=date(2019, 5, 20))
    assert effective_due(NOMINAL, ASSIGNED, events=[event]) == date(2019, 9, 15)
    assert effective_due(date(2019, 5, 19), ASSIGNED, events=[event]) == date(2019, 5, 19)


@given(days, days, st.lists(leaves(), max_size=4), st.lists(events(), max_size=4))
def test_it_is_never_earlier_than_the_nominal_date(
    nominal: date, assigned_on: date, away: list[Away], changes: list[Event]
):
    due = effective_due(nominal, assigned_on, away, changes)
    assert due is not None
    assert due >= nominal


@given(days, days, lengths, st.integers(0, 60), st.lists(events(), max_size=3))
def test_moving_a_leave_that_ended_before_assignment_changes_nothing(
    nominal: date, assigned_on: date, length: int, shift: int, changes: list[Event]
):
    back = assigned_on - timedelta(days=shift)
    away = Away(back - timedelta(days=length), back)
    assert effective_due(nominal, assigned_on, [away], changes) == effective_due(nominal, assigned_on, [], changes)


@given(days, days, st.lists(leaves(), max_size=4), st.lists(events(), max_size=4), st.randoms())
def test_the_order_in_which_facts_are_told_does_not_matter(nominal, assigned_on, away, changes, random):
    told = effective_due(nominal, assigned_on, away, changes)
    random.shuffle(away)
    random.shuffle(changes)
    assert effective_due(nominal, assigned_on, away, changes) == told


def test_postings_tell_what_happened():
    stays = [
        Stay(1, 1, date(2018, 1, 1), date(2019, 1, 1)),
        Stay(2, 1, date(2019, 1, 1), date(2019, 2, 1)),
        Stay(2, 2, date(2019, 2, 1), date(2019, 3, 1)),
        Stay(2, 2, date(2019, 3, 1), date(2019, 4, 1)),
        Stay(2, 2, date(2019, 6, 1)),
    ]
    assert events_of(stays) == [
        Event(Change.HIRE, date(2018, 1, 1)),
        Event(Change.TRANSFER, date(2019, 1, 1)),
        Event(Change.ROLE, date(2019, 2, 1)),
        Event(Change.REHIRE, date(2019, 6, 1), since=date(2019, 4, 1)),
    ]
    assert events_of([]) == []


completions = st.builds(Completion, days, st.one_of(st.none(), st.integers(0, 100).map(Decimal)))


@given(completions, completions)
def test_a_later_or_lower_completion_never_replaces_the_recorded_one(recorded: Completion, offered: Completion):
    stands = standing_completion(recorded, offered)
    assert stands.on <= recorded.on
    if stands.on == recorded.on and recorded.score is not None:
        assert stands.score is not None
        assert stands.score >= recorded.score


@given(st.lists(completions, min_size=1, max_size=6), st.randoms())
def test_the_order_in_which_completions_arrive_does_not_matter(arriving: list[Completion], random):
    def latch(offered: list[Completion]) -> Completion | None:
        recorded = None
        for one in offered:
            recorded = standing_completion(recorded, one)
        return recorded

    in_order = latch(arriving)
    random.shuffle(arriving)
    assert latch(arriving) == in_order
