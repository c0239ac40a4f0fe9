"""Signals of doubt by their rules: twelve forgeries are found, and honest people are left alone."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from lms.learning.signals.rules import History, Part, Post, Seen, Signal
from lms.learning.signals.rules_prints import KEPT, prints_of
from lms.learning.signals.rules_signals import evaluate
from lms.learning.signals.rules_time import time_spent
from tests.learning.histories import DAY, DEADLINE, MODULES, honest, shifted, with_prints

HONEST = 10_000
SECOND = timedelta(seconds=1)


def signals(history: History) -> set[Signal]:
    return {reason.signal for reason in evaluate(history)}


def hurried(history: History, seconds: float = 2, start: object = None) -> History:
    """Return a history whose posts all come within so many seconds of each other, with nothing credited beyond that."""
    first = history.started_at if start is None else start
    posts = tuple(
        post._replace(received_at=first + number * seconds * SECOND, said_at=first + number * seconds * SECOND)
        for number, post in enumerate(history.posts)
    )
    return replace(history, posts=posts, parts=tuple(_as_posted(part, posts) for part in history.parts))


def _as_posted(part: Part, posts: tuple[Post, ...]) -> Part:
    at = [post.received_at for post in posts if post.module_key == part.key]
    if not at:
        return part
    return part._replace(opened_at=at[0], completed_at=at[-1], spent=round((at[-1] - at[0]).total_seconds()))


def script_in_two_minutes() -> History:
    return hurried(honest(1))


def all_at_once() -> History:
    """Everything is sent in a moment, as if it had been kept offline, but nobody was silent before."""
    return hurried(honest(2), 0.05)


def without_looking() -> History:
    """Each module is opened, left alone, and told to be read; the time did pass."""
    history = honest(3)
    last = {post.module_key: post for post in history.posts}
    posts = tuple(post for post in history.posts if post.kind == "OPEN" or post is last[post.module_key])
    return replace(history, posts=posts)


def written_into_the_database() -> History:
    return replace(honest(4), posts=())


def three_in_a_row() -> History:
    history = replace(honest(5), others=())
    device, first, last = history.posts[0].device or "", history.posts[0].received_at, history.posts[-1].received_at
    before = [Seen(device, 7, first - timedelta(minutes=1) - number * 15 * SECOND) for number in range(40)]
    after = [Seen(device, 8, last + timedelta(minutes=2) + number * 15 * SECOND) for number in range(40)]
    return replace(history, others=(*before, *after))


def two_by_turns() -> History:
    """Someone learns for a colleague on the side: the two records move on one device by turns."""
    history = replace(honest(6), others=())
    others = tuple(Seen(post.device or "", 9, post.received_at + 3 * SECOND) for post in history.posts[::5])
    return replace(history, others=others)


def answers_passed_on() -> History:
    wrong = frozenset({"q1:b", "q3:d", "q4:c", "q8:d", "q9:b"})
    return replace(honest(7), wrong=wrong, wrong_of_others={4: wrong - {"q9:b"} | {"q2:c"}, 5: wrong - {"q1:b"}})


def rushed_before_midnight() -> History:
    """The first two modules were learned, the rest goes by in the last minutes of the due day."""
    history = honest(8)
    late = {key for key, _, _ in MODULES[2:]}
    tail = [post for post in history.posts if post.module_key in late]
    early = [post for post in history.posts if post.module_key not in late]
    rushed = hurried(replace(history, posts=tuple(tail)), 1, DEADLINE - timedelta(minutes=8))
    parts = tuple(new if new.key in late else old for old, new in zip(history.parts, rushed.parts, strict=True))
    start = min(post.received_at for post in early)
    return replace(history, posts=(*early, *rushed.posts), parts=parts, started_at=min(start, history.started_at))


def two_places_at_once() -> History:
    history = replace(honest(9), others=())
    twin = tuple(
        post._replace(received_at=post.received_at + 5 * SECOND, device="second-phone", module_key="page-2")
        for post in history.posts
        if post.module_key == "page-1"
    )
    return replace(history, posts=(*history.posts, *twin))


def done_in_no_time() -> History:
    history = honest(10)
    parts = tuple(
        part._replace(opened_at=(part.completed_at or DAY) - 4 * SECOND) if part.key == "document" else part
        for part in history.parts
    )
    posts = tuple(
        post._replace(received_at=(parts[2].completed_at or DAY) - SECOND) if post.module_key == "document" else post
        for post in history.posts
    )
    return replace(history, parts=parts, posts=posts)


def replayed_a_day_later() -> History:
    """The posts of a colleague are sent again with new keys, all times moved by a day and some."""
    source = honest(11)
    copy = with_prints(shifted(source, timedelta(days=1, seconds=17.4)), random.Random(0))
    return replace(copy, shared_prints={3: len(copy.prints & source.prints)})


def before_it_was_assigned() -> History:
    history = honest(12)
    return replace(history, assigned_on=history.completed_on + timedelta(days=3))


def score_from_nowhere() -> History:
    history = honest(13)
    parts = tuple(part._replace(attempts=0) if part.score is not None else part for part in history.parts)
    return replace(history, parts=parts)


FORGED: dict[Callable[[], History], Signal] = {
    script_in_two_minutes: Signal.TOO_FAST,
    all_at_once: Signal.TOO_FAST,
    without_looking: Signal.NO_EVENTS,
    written_into_the_database: Signal.NO_EVENTS,
    three_in_a_row: Signal.SHARED_DEVICE,
    two_by_turns: Signal.SHARED_DEVICE,
    answers_passed_on: Signal.SAME_WRONG,
    rushed_before_midnight: Signal.MIDNIGHT,
    two_places_at_once: Signal.IMPOSSIBLE,
    done_in_no_time: Signal.IMPOSSIBLE,
    replayed_a_day_later: Signal.REPLAYED,
    before_it_was_assigned: Signal.BEFORE_ASSIGNED,
    score_from_nowhere: Signal.SCORE_ALONE,
}


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_a_forged_history_is_flagged_for_what_is_wrong_with_it(forge: Callable[[], History]):
    assert FORGED[forge] in signals(forge())


@pytest.mark.parametrize("seed", range(1, 14))
def test_what_was_forged_was_honest_before(seed: int):
    assert signals(honest(seed)) == set()


def test_of_ten_thousand_honest_histories_at_most_one_in_a_hundred_is_flagged(record_property):
    found: Counter[Signal] = Counter()
    flagged, offline, evening, shared = 0, 0, 0, 0
    owners: dict[str, int] = {}
    for seed in range(100, 100 + HONEST):
        history = honest(seed)
        known = Counter(owners[one] for one in history.prints if one in owners)
        owners.update(dict.fromkeys(history.prints, seed))
        reasons = evaluate(replace(history, shared_prints=known))
        flagged += bool(reasons)
        found.update(reason.signal for reason in reasons)
        offline += any(
            after.received_at - before.received_at < SECOND / 4 and after.kind == "BEAT"
            for before, after in pairwise(history.posts)
        )
        evening += history.completed_at > DEADLINE - timedelta(minutes=30)
        shared += bool(history.others)
    record_property("honest histories", HONEST)
    record_property("honest histories flagged", flagged)
    record_property(
        "flagged by signal", ", ".join(f"{one} {number}" for one, number in sorted(found.items())) or "none"
    )
    record_property(
        "of them studied offline, late in the evening, on a shared phone", f"{offline}, {evening}, {shared}"
    )
    assert min(offline, evening, shared) > 100, "the honest ones must be of every kind"
    assert flagged <= HONEST / 100


def test_the_fastest_honest_reader_needs_sixty_percent_and_is_not_asked():
    history = honest(1)
    parts = tuple(part._replace(spent=part.nominal * 60 // 100) for part in history.parts)
    assert Signal.TOO_FAST not in signals(replace(history, parts=parts))
    parts = tuple(part._replace(spent=part.nominal * 39 // 100) for part in history.parts)
    hasty = hurried(replace(history, posts=history.posts[::9]), 10)
    assert Signal.TOO_FAST in signals(replace(hasty, parts=parts))


def test_what_was_kept_offline_counts_only_up_to_the_time_that_passed():
    def told(silent: float) -> int:
        first = Post("OPEN", "m", DAY, DAY, None)
        beats = [
            Post("BEAT", "m", DAY + (silent + number / 5) * SECOND, DAY + 15 * number * SECOND, None)
            for number in range(20)
        ]
        return time_spent([first, *beats])["m"]

    assert told(600) == pytest.approx(30 + 19 * 15, abs=2)
    assert told(90) == pytest.approx(94, abs=2)
    assert told(1) < 10


def test_a_module_carried_over_from_an_earlier_version_is_not_asked_about():
    history = replace(honest(4), posts=())
    parts = tuple(part._replace(completed_at=history.started_at) for part in history.parts)
    assert signals(replace(history, parts=parts)) == set()


def test_prints_tell_nothing_where_a_clock_shows_whole_seconds():
    posts = [Post("BEAT", "m", DAY, DAY + number * 15 * SECOND, None, "{}") for number in range(30)]
    assert prints_of(posts, []) == frozenset()
    assert len(honest(1).prints) == 2 * KEPT
