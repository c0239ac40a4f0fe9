"""What else a change of units touches. Nouns above register their counts at set-up; this floor knows none of them."""

from collections.abc import Callable, Collection
from datetime import date

from sqlalchemy.orm import Session

# Given center ids and the day, numbers by code; `wording.EFFECTS` words the codes.
Counter = Callable[[Session, Collection[int], date], dict[str, int]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Have a number shown in the preview; registering the same one again does nothing."""
    if counter not in _counters:
        _counters.append(counter)


def count(session: Session, center_ids: Collection[int], on: date) -> dict[str, int]:
    """Return every registered number for the people of some centers on a day."""
    found: dict[str, int] = {}
    for counter in _counters:
        found |= counter(session, center_ids, on)
    return found
