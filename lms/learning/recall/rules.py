"""When two questions are asked again, which, and under which names.

All of it is decided anew at each look, so that nothing is stored before it is answered.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

# Days after completion; each is asked until the next one's day, the last as long as the one before it.
INTERVALS = (7, 30, 90)
WINDOWS = {7: (7, 30), 30: (30, 90), 90: (90, 150)}
A_TIME = 2
EARLIEST = timedelta(days=WINDOWS[90][1] - 1)
LATEST = timedelta(days=WINDOWS[7][0])


def interval_on(completed_on: date, on: date) -> int | None:
    """Return which interval someone who completed a course is asked for on a day; None on days without one."""
    days = (on - completed_on).days
    return next((interval for interval, (first, end) in WINDOWS.items() if first <= days < end), None)


def chosen(keys: Iterable[str], *, enrollment_id: int, interval: int, secret: str) -> list[str]:
    """Return the keys of the questions asked: by chance, and others at each interval as long as there are others."""
    mixed = sorted(keys, key=lambda key: name_of(secret, "choice", enrollment_id, key))
    first = A_TIME * INTERVALS.index(interval)
    taken = [mixed[(first + step) % len(mixed)] for step in range(A_TIME)] if mixed else []
    return list(dict.fromkeys(taken))


def name_of(secret: str, *about: object) -> str:
    """Return a name that only who knows the secret can tell from chance."""
    text = "\x1f".join(["recall", *map(str, about)])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:20]


def options_of(number: int, *, about: Sequence[object], secret: str, keeps_order: bool) -> list[list[object]]:
    """Return names for a question's options in the order shown, each with its place in the question."""
    places = list(range(number))
    if not keeps_order:
        places.sort(key=lambda place: name_of(secret, *about, "order", place))
    return [[name_of(secret, *about, "name", place), place] for place in places]
