"""What a post earns: time by our own clock, what was seen of a module, and when the module is done.

All of it grows only: what was seen, read or passed once stays so whatever comes later, in whatever order.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lms.learning.content.rules import ModuleKind
from lms.learning.progress.rules import WHOLE, ModuleState, Post, PostKind, Step

# Time between two posts that counts as study time at most: a player posts twice as often.
LONGEST_GAP = 30
# How many seconds a video may seem to run ahead of our clock: posts travel.
HEAD_START = 2
# The end of a video is often only music: 95 of 100 seconds are all of it.
WATCHED_WHOLE = 95

Pairs = Sequence[Sequence[int]]


def union(kept: Pairs, more: Pairs, length: int) -> tuple[tuple[int, int], ...]:
    """Return sorted half-open pairs that cover what either covers, within 0 and `length`."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, pair[0]), min(length, pair[1])) for pair in (*kept, *more)):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def covered(pairs: Pairs) -> int:
    """Return how much sorted pairs that do not overlap cover."""
    return sum(end - start for start, end in pairs)


def grown(kept: Pairs, more: Pairs, length: int, most: int) -> tuple[tuple[int, int], ...]:
    """Return the union of both, the new part of which is cut, in its order, where it would grow by more than `most`."""
    now = union(kept, (), length)
    for start, end in more:
        step = max(0, start)
        while step < min(end, length) and most > 0:
            # From here either to the next kept pair, or over one that covers this place.
            over = next((pair for pair in now if pair[0] <= step < pair[1]), None)
            if over:
                step = over[1]
                continue
            until = min([end, length, step + most, *(pair[0] for pair in now if pair[0] > step)])
            now = union(now, [(step, until)], length)
            most -= until - step
            step = until
    return now


def slowed(pairs: Pairs, rate: float) -> list[tuple[int, int]]:
    """Return what of watched pairs counts at a playback rate: faster playback earns only the time that passed."""
    if rate <= 1:
        return [(start, end) for start, end in pairs]
    return [(start, start + int((end - start) / rate)) for start, end in pairs]


def moment_of(said_at: datetime | None, last_at: datetime, at: datetime) -> datetime:
    """Return when a post tells of: the device's word where our own clock leaves room for it, else now.

    A post that waited in the device's queue tells of an earlier moment, but never of one before the latest post that
    arrived nor of one to come. So time spent without a network counts, and never more of it than passed here.
    """
    return said_at if said_at is not None and last_at < said_at <= at else at


def credit(last_at: datetime, moment: datetime) -> int:
    """Return the seconds of study between two posts: what passed, at most `LONGEST_GAP`."""
    # Whole seconds of the clock, not of the difference: many short gaps add up to exactly the time that passed.
    return min(LONGEST_GAP, max(0, int(moment.timestamp()) - int(last_at.timestamp())))


def advance(step: Step, state: ModuleState, post: Post, *, seconds: int, at: datetime) -> ModuleState:
    """Return how far a module is after a post that earned `seconds` of study, received at an instant."""
    seen = _seen(step, state, post, at)
    position = post.data.get("position") or state.position
    return settled(step, replace(state, ranges=seen, position=position, seconds=state.seconds + max(0, seconds)), post)


def settled(step: Step, state: ModuleState, post: Post | None = None) -> ModuleState:
    """Return a state with its percentage, which never falls, and done once it is whole."""
    share = WHOLE * covered(state.ranges) // step.length
    if step.kind is ModuleKind.VIDEO and share >= WATCHED_WHOLE:
        share = WHOLE
    if state.seconds < step.least_seconds:
        share = min(share, WHOLE - 1)
    if post is not None and post.kind is PostKind.ACKNOWLEDGE:
        share = WHOLE
    percent = WHOLE if state.done else max(state.percent, min(share, WHOLE))
    return replace(state, percent=percent, done=state.done or percent == WHOLE)


def _seen(step: Step, state: ModuleState, post: Post, at: datetime) -> tuple[tuple[int, int], ...]:
    """Return what was seen of a module after a post. Of a video, no more than the time since it was first opened."""
    if post.kind is PostKind.READ:
        return union(state.ranges, [(0, int(post.data["percent"]))], step.length)
    if post.kind is PostKind.TURN:
        return union(state.ranges, [(start - 1, end - 1) for start, end in post.data["pages"]], step.length)
    if post.kind is PostKind.WATCH:
        since = int((at - state.opened_at).total_seconds()) + HEAD_START
        told = slowed(post.data["ranges"], post.data.get("rate", 1.0))
        return grown(state.ranges, told, step.length, since - covered(state.ranges))
    return state.ranges


def graded(state: ModuleState, score: int, *, passed: bool) -> ModuleState:
    """Return how far a quiz is after an attempt: the best score stands, passed once is passed."""
    best = score if state.score is None else max(state.score, score)
    done = state.done or passed
    return replace(state, score=best, done=done, percent=WHOLE if done else state.percent)
