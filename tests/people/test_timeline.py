"""Timelines: whatever is changed, spans never overlap, and what lay before the day stays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.timeline.rules import (
    Span,
    Timeline,
    changed_from,
    difference,
    ended_on,
    ending_on,
    span_from,
    spell_of,
    starting_on,
)

START = date(2018, 1, 1)
HERE, THERE = (1, 1), (2, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Spans of up to 4 postings, adjacent or with gaps, the last one perhaps open."""
    numbers = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=8)))
    spans: list[Span] = []
    for first, last in zip(numbers[::2], numbers[1::2], strict=False):
        joins = spans and draw(st.booleans())
        starts = spans[-1].ends_on if joins else day(first)
        spans.append(Span(starts or day(first), day(last), draw(st.sampled_from([HERE, THERE, (1, 2)])), len(spans)))
    if draw(st.booleans()):
        spans[-1] = Span(spans[-1].starts_on, None, spans[-1].at, spans[-1].id)
    return tuple(spans)


DAYS = st.integers(-5, 70).map(day)


def at(timeline: Timeline, on: date) -> tuple[int, ...] | None:
    return next((span.at for span in timeline if span.covers(on)), None)


def is_sound(timeline: Timeline) -> bool:
    ends = [span.ends_on or date.max for span in timeline]
    starts = [span.starts_on for span in timeline]
    return all(start < end for start, end in zip(starts, ends, strict=True)) and all(
        end <= start for end, start in zip(ends, starts[1:], strict=False)
    )


@given(timelines(), DAYS)
def test_a_change_begins_on_its_day_and_lasts_until_the_end_of_the_span(timeline: Timeline, on: date):
    changed = changed_from(timeline, on, THERE)
    current = span_from(timeline, on)
    assert is_sound(changed)
    for number in range(-5, 75):
        where = at(timeline, day(number))
        moved = current is not None and current.covers(day(number)) and day(number) >= on
        assert at(changed, day(number)) == (THERE if moved else where)


@given(timelines(), DAYS)
def test_changing_twice_is_changing_once(timeline: Timeline, on: date):
    once = changed_from(timeline, on, THERE)
    assert changed_from(once, on, THERE) == once


@given(timelines(), DAYS)
def test_nothing_is_left_from_the_end_on(timeline: Timeline, on: date):
    ended = ended_on(timeline, on)
    assert is_sound(ended)
    for number in range(-5, 75):
        assert at(ended, day(number)) == (at(timeline, day(number)) if day(number) < on else None)


@given(timelines(), DAYS)
def test_another_last_day_moves_only_the_end(timeline: Timeline, on: date):
    assert is_sound(ending_on(timeline, None))
    assert ending_on(timeline, None)[-1].ends_on is None
    if on > timeline[0].starts_on:
        ending = ending_on(timeline, on)
        assert is_sound(ending)
        assert ending[-1].ends_on == on


@given(timelines(), DAYS)
def test_the_difference_makes_one_timeline_the_other(timeline: Timeline, on: date):
    changed = changed_from(timeline, on, THERE)
    superseded, inserted = difference(timeline, changed)
    assert sorted({*timeline} - {*superseded} | {*inserted}, key=lambda span: span.starts_on) == list(changed)
    assert not {span.id for span in superseded} - {span.id for span in timeline}


def test_a_spell_ends_at_a_gap():
    first = Span(day(0), day(10), HERE)
    second, third = Span(day(20), day(30), HERE), Span(day(30), None, THERE)
    assert spell_of((first, second, third), day(35)) == (second, third)
    assert spell_of((first,), day(50)) == (first,)


def test_an_earlier_first_day_of_a_former_spell_changes_nothing():
    first, second = Span(day(0), day(10), HERE), Span(day(20), None, HERE)
    assert starting_on((first, second), (second,), day(5)) == (first, second)
    assert starting_on((first, second), (second,), day(15)) == (first, Span(day(15), None, HERE))


def test_a_first_day_after_the_first_move_is_refused():
    first, second = Span(day(0), day(10), HERE), Span(day(10), None, THERE)
    with pytest.raises(ValueError, match="no day left"):
        starting_on((first, second), (first, second), day(11))


def test_the_day_of_a_recorded_move_is_known():
    timeline = (Span(day(0), day(10), HERE), Span(day(10), None, THERE))
    assert starting_on(timeline, timeline, day(10)) == timeline


def test_going_back_the_same_day_leaves_no_trace_of_the_mistake():
    timeline = (Span(day(0), None, HERE),)
    wrong = changed_from(timeline, day(5), THERE)
    assert changed_from(wrong, day(5), HERE) == timeline
