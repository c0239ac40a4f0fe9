"""Prints of posts: what two honest histories never share, and a replayed one cannot help sharing."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from lms.learning.signals.rules import Post

LENGTH = 16
# Kept of each kind and completion: the lowest ones, so that two copies keep the same.
KEPT = 24
IN_A_ROW = 4


def prints_of(posts: Sequence[Post], keys: Iterable[str]) -> frozenset[str]:
    """Return the lowest prints of a history: of each post's key, and as many of each four posts in a row.

    Four posts in a row are told by what they say and by the milliseconds between them on the device's own clock, so a
    replay with new keys at another time has the same ones. Where a clock shows whole seconds they tell nothing.
    """
    found: set[str] = set()
    said = sorted((post.said_at, post.kind, post.module_key or "", post.text) for post in posts if post.said_at)
    for start in range(len(said) - IN_A_ROW + 1):
        row = said[start : start + IN_A_ROW]
        gaps = [_milliseconds(before[0], after[0]) for before, after in pairwise(row)]
        if any(gap % 1000 for gap in gaps):
            found.add(_digest(repr((gaps, [one[1:] for one in row]))))
    lowest = sorted(found)[:KEPT] + sorted(_digest(key) for key in keys)[:KEPT]
    return frozenset(lowest)


def _milliseconds(before: datetime, after: datetime) -> int:
    return round((after - before).total_seconds() * 1000)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
