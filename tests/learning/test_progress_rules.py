"""What posts add up to: by example, and for any order of events, repeated, replayed, and with clocks that go back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.content.rules import ModuleKind
from lms.learning.progress.rules import (
    Criteria,
    EvidenceLevel,
    Missing,
    MissingKind,
    ModuleState,
    Post,
    PostKind,
    Step,
    StudyFacts,
    StudyState,
    evidence_level,
    outlook,
    refusal,
)
from lms.learning.progress.rules_earning import advance, covered, credit, graded, grown, moment_of, slowed, union
from tests.learning.studying import NOON, TODAY
from tests.support.effort import effort

PAGE = Step("page", "p1", ModuleKind.PAGE, minutes=4)
VIDEO = Step("video", "v1", ModuleKind.VIDEO, chapter=2, minutes=2, seconds=100)
DOCUMENT = Step("document", "d1", ModuleKind.DOCUMENT, chapter=2, minutes=3, pages=4)
LINK = Step("link", "l1", ModuleKind.LINK, chapter=3, minutes=1)
QUIZ = Step("quiz", "q1", ModuleKind.QUIZ, chapter=3, minutes=5)
EXTRA = Step("extra", "e1", ModuleKind.PAGE, required=False)
ALL = (PAGE, VIDEO, DOCUMENT, LINK, QUIZ, EXTRA)
BATCHES, EACH = 10, effort(200, 1_000)


def state(**values: Any) -> ModuleState:
    return ModuleState(**({"opened_at": NOON, "opened_on": TODAY} | values))


DONE = state(percent=100, done=True)
PROGRESS_MADE = {one.key: DONE for one in (PAGE, VIDEO, DOCUMENT, LINK)}


def facts(states: dict[str, ModuleState], criteria: Criteria | None = None, **values: Any) -> StudyFacts:
    return StudyFacts(ALL, states, criteria or Criteria(), **values)


def told(step: Step, kind: PostKind, **data: Any) -> Post:
    return Post("k", step.public_id, kind, "", data=data)


@pytest.mark.parametrize(
    ("kept", "more", "wanted"),
    [
        ([], [(0, 5)], ((0, 5),)),
        ([(0, 5)], [(5, 9)], ((0, 9),)),
        ([(0, 5), (8, 9)], [(3, 8)], ((0, 9),)),
        ([(2, 4)], [(0, 1), (90, 200)], ((0, 1), (2, 4), (90, 100))),
        ([(2, 4)], [(7, 7), (9, 6)], ((2, 4),)),
    ],
)
def test_ranges_join(kept: list[tuple[int, int]], more: list[tuple[int, int]], wanted: tuple[tuple[int, int], ...]):
    assert union(kept, more, 100) == wanted


def test_a_video_grows_by_no_more_than_the_time_that_passed():
    assert grown([(0, 10)], [(5, 60)], 100, 20) == ((0, 30),)
    assert grown([(20, 30)], [(0, 100)], 100, 25) == ((0, 35),)
    assert grown([(0, 10)], [(0, 10)], 100, 0) == ((0, 10),)
    assert slowed([(0, 30)], 2.0) == [(0, 15)]
    assert slowed([(0, 30)], 0.5) == [(0, 30)]
    after = advance(
        VIDEO, state(), told(VIDEO, PostKind.WATCH, ranges=[[0, 100]]), seconds=30, at=NOON + timedelta(seconds=30)
    )
    assert after.ranges == ((0, 32),)


def test_time_counts_by_our_clock_and_no_gap_for_more_than_half_a_minute():
    assert credit(NOON, NOON + timedelta(seconds=15.9)) == 15
    assert credit(NOON, NOON + timedelta(hours=2)) == 30
    assert credit(NOON, NOON - timedelta(days=1)) == 0


def test_a_post_from_the_queue_tells_of_when_it_was_said_as_far_as_our_clock_has_room():
    at, said = NOON + timedelta(minutes=10), NOON + timedelta(minutes=3)
    assert moment_of(said, NOON, at) == said
    assert moment_of(NOON - timedelta(days=1), NOON, at) == at
    assert moment_of(NOON + timedelta(days=1), NOON, at) == at
    assert moment_of(None, NOON, at) == at


def test_a_page_counts_as_read_once_a_quarter_of_its_time_was_spent_on_it():
    assert PAGE.least_seconds == 60
    hurried = advance(PAGE, state(), told(PAGE, PostKind.READ, percent=100), seconds=30, at=NOON)
    assert (hurried.percent, hurried.done) == (99, False)
    waited = advance(PAGE, hurried, told(PAGE, PostKind.BEAT), seconds=30, at=NOON)
    assert (waited.percent, waited.done) == (100, True)
    lingered = advance(PAGE, state(seconds=600), told(PAGE, PostKind.READ, percent=60), seconds=0, at=NOON)
    assert (lingered.percent, lingered.done) == (60, False)


def test_each_kind_of_module_is_done_by_what_it_asks_for():
    watched = advance(
        VIDEO, state(), told(VIDEO, PostKind.WATCH, ranges=[[0, 95]]), seconds=0, at=NOON + timedelta(seconds=95)
    )
    assert watched.done
    turned = advance(DOCUMENT, state(), told(DOCUMENT, PostKind.TURN, pages=[[1, 3]]), seconds=0, at=NOON)
    assert (turned.percent, turned.done) == (50, False)
    assert advance(DOCUMENT, turned, told(DOCUMENT, PostKind.TURN, pages=[[2, 5]]), seconds=0, at=NOON).done
    assert advance(LINK, state(), told(LINK, PostKind.ACKNOWLEDGE), seconds=0, at=NOON).done
    assert not advance(LINK, state(), told(LINK, PostKind.OPEN), seconds=0, at=NOON).done
    failed = graded(state(), 55, passed=False)
    assert (failed.score, failed.done) == (55, False)
    passed = graded(graded(failed, 90, passed=True), 10, passed=False)
    assert (passed.score, passed.done, passed.percent) == (90, True, 100)


def test_progress_is_weighted_by_minutes_and_leaves_out_quizzes_and_what_is_optional():
    found = outlook(facts({"page": DONE, "quiz": DONE, "extra": DONE}))
    assert (found.state, found.percent) == (StudyState.IN_PROGRESS, 40)
    assert [one.module_key for one in found.missing] == ["video", "document", "link"]
    assert outlook(facts({})).state is StudyState.ASSIGNED
    assert outlook(facts({})).minutes_left == 15


def test_all_progress_without_the_test_is_no_completion():
    ready = outlook(facts(PROGRESS_MADE, Criteria(score=80)))
    assert (ready.state, ready.percent, ready.score) == (StudyState.EXAM_READY, 100, None)
    assert ready.missing == (Missing(MissingKind.QUIZ, "quiz", 0, 80),)
    failed = outlook(facts(PROGRESS_MADE | {"quiz": state(score=60)}, Criteria(score=80)))
    assert (failed.state, failed.score) == (StudyState.EXAM_FAILED, 60)
    low = outlook(facts(PROGRESS_MADE | {"quiz": state(score=60, percent=100, done=True)}, Criteria(score=80)))
    assert low.missing == (Missing(MissingKind.SCORE, None, 60, 80),)
    passed = outlook(facts(PROGRESS_MADE | {"quiz": state(score=80, percent=100, done=True)}, Criteria(score=80)))
    assert (passed.state, passed.missing, passed.score) == (StudyState.COMPLETED, (), 80)


def test_a_test_that_a_course_asks_for_but_does_not_have_is_missing():
    modules = StudyFacts((PAGE,), {"page": DONE}, Criteria(score=80))
    assert outlook(modules).missing == (Missing(MissingKind.SCORE, None, 0, 80),)


def test_the_least_study_time_is_missing_until_it_is_there():
    states = PROGRESS_MADE | {"quiz": DONE}
    short = outlook(facts(states, Criteria(min_minutes=10), seconds=599))
    assert (short.state, short.minutes_left) == (StudyState.IN_PROGRESS, 1)
    assert short.missing == (Missing(MissingKind.TIME, None, 9, 10),)
    assert outlook(facts(states, Criteria(min_minutes=10), seconds=600)).missing == ()


def test_a_part_of_all_modules_is_enough_where_the_course_says_so():
    states = {"page": DONE, "video": DONE, "quiz": DONE}
    short = outlook(facts(states, Criteria(progress=80)))
    assert short.missing[0] == Missing(MissingKind.PROGRESS, None, 60, 80)
    assert outlook(facts(states, Criteria(progress=60))).state is StudyState.COMPLETED


def test_a_new_chapter_waits_for_tomorrow_once_todays_are_begun():
    limit = Criteria(chapters_per_day=1)
    begun = facts({"page": state()}, limit)
    assert refusal(begun, EXTRA, TODAY) is None
    assert refusal(begun, VIDEO, TODAY) == "chapters"
    assert refusal(begun, VIDEO, TODAY + timedelta(days=1)) is None
    assert refusal(facts({}, limit), VIDEO, TODAY) is None
    assert refusal(facts({"page": state(), "video": state(opened_on=date(2019, 6, 1))}, limit), DOCUMENT, TODAY) is None


def test_a_completion_is_known_by_the_strongest_proof_its_modules_ask_for():
    assert evidence_level((PAGE,)) is EvidenceLevel.SELF_REPORT
    assert evidence_level(ALL) is EvidenceLevel.SERVER_QUIZ
    assert evidence_level((*ALL, Step("s", "s1", ModuleKind.SESSION))) is EvidenceLevel.WITNESSED
    assert evidence_level((PAGE, replace(QUIZ, required=False))) is EvidenceLevel.SELF_REPORT


PAIRS = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=4)
CLOCK = st.integers(-86_400, 300)
EVENTS = st.lists(
    st.one_of(
        st.tuples(
            CLOCK, st.just(PAGE), st.just(PostKind.READ), st.fixed_dictionaries({"percent": st.integers(0, 100)})
        ),
        st.tuples(
            CLOCK,
            st.just(VIDEO),
            st.just(PostKind.WATCH),
            st.fixed_dictionaries({"ranges": PAIRS, "rate": st.sampled_from([0.5, 1.0, 1.5, 2.0])}),
        ),
        st.tuples(
            CLOCK,
            st.just(DOCUMENT),
            st.just(PostKind.TURN),
            st.fixed_dictionaries({"pages": st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=3)}),
        ),
        st.tuples(CLOCK, st.just(LINK), st.sampled_from([PostKind.ACKNOWLEDGE, PostKind.OPEN]), st.just({})),
        st.tuples(CLOCK, st.sampled_from([PAGE, VIDEO, DOCUMENT, LINK]), st.just(PostKind.BEAT), st.just({})),
        st.tuples(CLOCK, st.just(QUIZ), st.integers(0, 100), st.booleans()),
    ),
    max_size=25,
)
tried: Counter[str] = Counter()


class Course:
    """A course as actions keep it, without a database: the same rules in the same order."""

    def __init__(self, criteria: Criteria) -> None:
        self.facts, self.completed = facts({}, criteria), False
        self.last_at = NOON

    def take(self, at: datetime, step: Step, kind: Any, data: Any) -> None:
        before = self.facts.states.get(step.key) or state(opened_at=at)
        if isinstance(kind, int):
            after, earned = graded(before, kind, passed=data and kind >= 60), 0
        else:
            earned = credit(self.last_at, at)
            self.last_at = max(self.last_at, at)
            after = advance(step, before, Post("k", step.public_id, kind, "", data=data), seconds=earned, at=at)
        states = {**self.facts.states, step.key: after}
        self.facts = replace(self.facts, states=states, seconds=self.facts.seconds + earned)
        self.completed = self.completed or not outlook(self.facts).missing


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_that_comes_later_takes_anything_away(batch: int, record_property: Callable[[str, object], None]):
    @settings(max_examples=EACH, database=None, deadline=None)
    @given(
        events=EVENTS,
        again=st.lists(st.integers(0, 24), max_size=5),
        criteria=st.builds(Criteria, st.sampled_from([60, 100]), st.sampled_from([0, 60]), st.sampled_from([None, 1])),
    )
    def holds(events: list[Any], again: list[int], criteria: Criteria) -> None:
        tried["histories"] += 1
        course, now, latest = Course(criteria), NOON, NOON
        for seconds, step, kind, data in events + [events[one] for one in again if one < len(events)]:
            now += timedelta(seconds=seconds)
            latest = max(latest, now)
            old, was_met = course.facts, not outlook(course.facts).missing
            course.take(now, step, kind, data)
            new, found = course.facts, outlook(course.facts)
            for key, one in old.states.items():
                then = new.states[key]
                assert then.percent >= one.percent
                assert then.done >= one.done
                assert (then.score or 0) >= (one.score or 0)
                assert union(one.ranges, then.ranges, 100) == then.ranges
            assert found.percent >= outlook(old).percent
            assert not was_met or not found.missing
            assert course.completed >= was_met
        passed = (latest - NOON).total_seconds()
        assert course.facts.seconds <= passed + 1
        if video := course.facts.states.get("video"):
            assert covered(video.ranges) <= max(0, (latest - video.opened_at).total_seconds()) + 2

    before = tried["histories"]
    holds()
    record_property("histories of progress", tried["histories"] - before)
