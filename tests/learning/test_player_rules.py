"""What a learner does now: which module comes next, which ones wait, and what a form tells in place of a player."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms.learning.content.rules import ModuleKind
from lms.learning.player.rules import (
    BEAT_SECONDS,
    MOST_BEATS,
    Deed,
    Standing,
    beats,
    go_on,
    is_waiting_for_test,
    neighbors,
    next_deed,
    standing_of,
    waits_for_tomorrow,
)
from lms.learning.progress.rules import Criteria, ModuleState, Step, StudyFacts, outlook

TODAY = date(2019, 7, 1)
NOON = datetime(2019, 7, 1, 3, 0, tzinfo=UTC)


def step(key: str, kind: ModuleKind = ModuleKind.PAGE, **rest: Any) -> Step:
    return Step(key=key, public_id=f"id-{key}", kind=kind, **rest)


def begun(done: bool = False, on: date = TODAY, **rest: Any) -> ModuleState:
    return ModuleState(opened_at=NOON, opened_on=on, percent=100 if done else 40, done=done, **rest)


def facts(*steps: Step, states=None, **criteria: Any) -> StudyFacts:
    return StudyFacts(modules=steps, states=states or {}, criteria=Criteria(**criteria))


COURSE = (step("a"), step("b"), step("extra", required=False), step("c"))


@pytest.mark.parametrize(
    ("states", "last", "expected"),
    [
        ({}, None, "a"),
        ({"a": begun()}, "a", "a"),
        ({"a": begun(done=True)}, "a", "b"),
        ({"a": begun(), "b": begun(done=True)}, "b", "c"),
        ({"a": begun(), "b": begun(done=True), "c": begun(done=True)}, "c", "a"),
        ({"a": begun(done=True), "b": begun(done=True), "c": begun(done=True)}, "c", "extra"),
        ({key: begun(done=True) for key in ("a", "b", "c", "extra")}, "c", None),
        ({"a": begun(done=True)}, "a key that is gone", "b"),
    ],
)
def test_one_goes_on_where_one_stopped(states, last, expected):
    found = go_on(facts(*COURSE, states=states), last, TODAY)
    assert (found.key if found else None) == expected


def test_a_session_is_nothing_to_go_on_with():
    assert go_on(facts(step("meet", ModuleKind.SESSION)), None, TODAY) is None


def test_chapters_beyond_the_daily_number_wait_for_tomorrow():
    two = (step("a", chapter=1), step("b", chapter=2))
    asked = facts(*two, states={"a": begun(done=True)}, chapters_per_day=1)
    assert standing_of(asked, two[1], TODAY) is Standing.TOMORROW
    assert waits_for_tomorrow(asked, TODAY)
    assert next_deed(asked, outlook(asked), "a", TODAY, is_locked=False).deed is Deed.NOTHING
    tomorrow = TODAY + timedelta(days=1)
    assert standing_of(asked, two[1], tomorrow) is Standing.OPEN
    assert next_deed(asked, outlook(asked), "a", tomorrow, is_locked=False).step == two[1]


def test_what_was_begun_stays_open_in_a_locked_course():
    asked = facts(*COURSE, states={"a": begun()})
    assert standing_of(asked, COURSE[0], TODAY, is_locked=True) is Standing.BEGUN
    assert standing_of(asked, COURSE[1], TODAY, is_locked=True) is Standing.LOCKED
    assert next_deed(asked, outlook(asked), "a", TODAY, is_locked=True).deed is Deed.NOTHING


def test_the_button_says_what_it_does():
    quiz = step("quiz", ModuleKind.QUIZ)
    fresh = facts(step("a"), quiz, score=60)
    assert next_deed(fresh, outlook(fresh), None, TODAY, is_locked=False).deed is Deed.START
    half = facts(step("a"), quiz, states={"a": begun()}, score=60)
    assert next_deed(half, outlook(half), "a", TODAY, is_locked=False).deed is Deed.GO_ON
    ready = facts(step("a"), quiz, states={"a": begun(done=True)}, score=60)
    assert next_deed(ready, outlook(ready), "a", TODAY, is_locked=False).deed is Deed.TAKE_TEST
    assert is_waiting_for_test(outlook(ready))
    assert not is_waiting_for_test(outlook(half))
    done = facts(step("a"), states={"a": begun(done=True)})
    assert next_deed(done, outlook(done), "a", TODAY, is_locked=False).deed is Deed.LOOK_AGAIN


def test_every_module_knows_its_neighbors():
    assert neighbors(COURSE, COURSE[0]) == (None, COURSE[1])
    assert neighbors(COURSE, COURSE[1]) == (COURSE[0], COURSE[2])
    assert neighbors(COURSE, COURSE[3]) == (COURSE[2], None)


def test_a_form_tells_of_the_time_it_was_open_for():
    assert beats(NOON, NOON) == []
    assert beats(NOON + timedelta(hours=1), NOON) == []
    assert beats(NOON, NOON + timedelta(seconds=95)) == [
        NOON + timedelta(seconds=BEAT_SECONDS * number) for number in (1, 2, 3)
    ]
    long = beats(NOON, NOON + timedelta(days=3))
    assert len(long) == MOST_BEATS
    assert long[-1] == NOON + timedelta(days=3)
