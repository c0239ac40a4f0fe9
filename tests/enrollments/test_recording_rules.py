"""Which cycle a cell means, what recording would do to it, and what counts as a step in a completion's history."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.enrollments.recording.rules import (
    Cycle,
    Step,
    Verdict,
    Version,
    day_fault,
    history_of,
    is_done,
    is_void,
    standing_cycle,
    text_fault,
    verdict_of,
)

DAY = date(2019, 6, 20)
MAY, JUNE, JULY = date(2019, 5, 1), date(2019, 6, 1), date(2019, 7, 1)
NOON = datetime(2019, 6, 20, 3, tzinfo=UTC)


def cycle(number: int = 1, **values: object) -> Cycle:
    usual = {"id": number, "cycle": number, "required": True, "assigned_on": MAY, "due_on": JUNE}
    return Cycle(**(usual | {"completed_on": None, "voided_on": None} | values))


def test_an_overdue_cycle_stands_before_a_later_one_that_is_not_due_yet():
    assert standing_cycle([cycle(1), cycle(2, due_on=JULY)], DAY) == cycle(1)


def test_after_a_completed_cycle_the_next_one_stands():
    done = cycle(1, completed_on=MAY)
    assert standing_cycle([done, cycle(2, due_on=JULY)], DAY) == cycle(2, due_on=JULY)


def test_a_later_cycle_that_fell_due_replaces_an_open_earlier_one():
    later = cycle(2, due_on=DAY, completed_on=JUNE)
    assert standing_cycle([cycle(1), later], DAY) == later


def test_a_void_cycle_stands_only_where_nothing_else_does():
    void = cycle(2, voided_on=JUNE)
    assert standing_cycle([cycle(1, due_on=JULY), void], DAY) == cycle(1, due_on=JULY)
    assert standing_cycle([void], DAY) == void


def test_nothing_stands_before_it_is_assigned():
    assert standing_cycle([cycle(1, assigned_on=JULY)], DAY) is None
    assert standing_cycle([], DAY) is None


days = st.dates(date(2019, 5, 1), date(2019, 8, 1))
cycles = st.builds(cycle, st.just(1), required=st.booleans(), assigned_on=days, due_on=days | st.none(),
                   completed_on=days | st.none(), voided_on=days | st.none())  # fmt: skip


@given(st.lists(cycles, max_size=4).map(lambda found: [one._replace(id=n, cycle=n) for n, one in enumerate(found, 1)]))
def test_what_is_missing_in_the_rate_is_what_stands(found: list[Cycle]):
    stands = standing_cycle(found, DAY)
    due = [
        one
        for one in found
        if one.required and one.assigned_on <= DAY and one.due_on and one.due_on <= DAY and not is_void(one, DAY)
    ]
    if due and not is_done(due[-1], DAY):
        assert stands == due[-1]
    assert (stands is None) is not any(one.assigned_on <= DAY for one in found)


@pytest.mark.parametrize(
    ("found", "is_oneself", "verdict"),
    [
        (cycle(), False, Verdict.RECORDS),
        (cycle(completed_on=JUNE), False, Verdict.DONE),
        (cycle(voided_on=JUNE), False, Verdict.VOIDED),
        (None, False, Verdict.NOT_ENROLLED),
        (cycle(), True, Verdict.ONESELF),
        (cycle(completed_on=JUNE), True, Verdict.ONESELF),
    ],
)
def test_what_recording_would_do(found: Cycle | None, is_oneself: bool, verdict: Verdict):
    assert verdict_of(found, DAY, is_oneself=is_oneself) is verdict


def test_a_day_of_completion_is_neither_to_come_nor_lost_in_the_past():
    assert day_fault(DAY, DAY) is None
    assert day_fault(DAY + timedelta(days=1), DAY) == "future"
    assert day_fault(date(1989, 12, 31), DAY) == "long_ago"


@pytest.mark.parametrize(("text", "is_wrong"), [("", True), ("  ", True), ("x" * 301, True), ("folder 7", False)])
def test_evidence_and_reason_must_say_something(text: str, is_wrong: bool):
    assert text_fault("said", text) is is_wrong


def version(minute: int, completed_on: date | None, by: str | None = None, reason: str | None = None) -> Version:
    return Version(NOON + timedelta(minutes=minute), completed_on, by, None, None, reason)


def test_a_history_names_each_step_and_leaves_out_what_is_none():
    told = history_of(
        [
            version(0, None),
            version(1, None),  # a due date moved
            version(2, JUNE, "박세나", "class"),
            version(3, JUNE, "박세나", "class"),  # voided
            version(4, MAY, "오대표", "wrong day"),
            version(5, None, "오대표", "was absent"),
            version(6, JUNE),
        ]
    )
    assert [(entry.step, entry.version.completed_on, entry.version.recorded_by) for entry in told] == [
        (Step.RECORDED, JUNE, "박세나"),
        (Step.CORRECTED, MAY, "오대표"),
        (Step.WITHDRAWN, None, "오대표"),
        (Step.RECORDED, JUNE, None),
    ]


def test_a_completion_that_nobody_touched_has_one_step_and_none_no_step():
    assert [entry.step for entry in history_of([version(0, JUNE)])] == [Step.RECORDED]
    assert history_of([version(0, None)]) == []
