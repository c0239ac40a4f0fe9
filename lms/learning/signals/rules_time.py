"""How much time a history shows: by the server's clock; what a device sent late counts up to the time that passed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from lms.learning.signals.rules import Post

# A player tells every 15 s that it is still there; a longer pause than two of them is a break, or no network.
BEAT, LONGEST_GAP = 15, 30
# Posts this close together were kept on the device while it was offline.
AT_ONCE = 5


def time_spent(posts: Sequence[Post]) -> dict[str | None, int]:
    """Return the seconds of study that posts show, by the key of the module they are about.

    A pause counts up to 30 s. What lies beyond it is kept, and given back to beats that then arrive all at once, as far
    as the device's clock spaces them: a phone without network was studying, but never longer than it was silent.
    """
    spent: dict[str | None, float] = defaultdict(float)
    silent = 0.0
    for before, after in pairwise(sorted(posts, key=_received)):
        gap = (after.received_at - before.received_at).total_seconds()
        silent += max(0.0, gap - LONGEST_GAP)
        counted = min(gap, LONGEST_GAP)
        if gap < AT_ONCE and after.kind == "BEAT":
            late = max(0.0, min(silent, BEAT - gap, _said(before, after) - gap))
            silent -= late
            counted += late
        spent[after.module_key] += counted
    return {key: round(seconds) for key, seconds in spent.items()}


def events_of(posts: Iterable[Post], kinds: frozenset[str]) -> dict[str | None, int]:
    """Return how many posts of some kinds there are, by the key of the module they are about."""
    found: dict[str | None, int] = defaultdict(int)
    for post in posts:
        found[post.module_key] += post.kind in kinds
    return found


def _said(before: Post, after: Post) -> float:
    """Return the seconds between two posts by the device's own clock; 0 where it told none."""
    if before.said_at is None or after.said_at is None:
        return 0.0
    return (after.said_at - before.said_at).total_seconds()


def _received(post: Post) -> datetime:
    return post.received_at
