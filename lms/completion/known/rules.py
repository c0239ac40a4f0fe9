"""What was known at an instant, of rows that are overwritten and tell their former values elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Overwritten:
    """At an instant a row (by its database id) got new values; these columns had these values before."""

    at: datetime
    row_id: int
    before: dict[str, Any]


def values_then(overwritten: Iterable[Overwritten], known_at: datetime) -> dict[int, dict[str, Any]]:
    """Return what rows had at an instant where they have something else by now, by database id.

    Of several changes since, the first one tells; what an instant brought was known at that instant.
    """
    since = sorted((one for one in overwritten if one.at > known_at), key=lambda one: one.at, reverse=True)
    found: dict[int, dict[str, Any]] = {}
    for one in since:
        found.setdefault(one.row_id, {}).update(one.before)
    return found
