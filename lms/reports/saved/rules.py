"""What of an address is kept, and which pages have addresses worth keeping."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

MOST_VIEWS = 100
LONGEST_NAME = 60
LONGEST_ADDRESS = 2000
DAY = "as_of"
# The place in a list is no part of what one wants to see again.
FLEETING = frozenset({DAY, "page", "before"})
SAVABLE = frozenset(
    {
        "completion.rates",
        "completion.unit_rates",
        "completion.spread",
        "completion.shortfalls",
        "completion.course_enrollments",
        "completion.center",
        "completion.center_of",
        "completion.board",
        "search.people",
        "completion.roster",
        "flags.list_flags",
        "courses.catalog",
        "duties.vacancies",
        "centers.units",
    }
)


class Day(StrEnum):
    """Which day a saved view shows: that of opening it, or always the same one."""

    OPENING = "OPENING"
    FIXED = "FIXED"


def address_to_keep(address: str, day: date | None) -> str:
    """Return an address without what passes, on a fixed `day` if one is given."""
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] not in FLEETING]
    return _joined(parts.path, pairs + ([(DAY, day.isoformat())] if day else []))


def fixed_day(address: str) -> str | None:
    """Return the day that a kept address fixes, as it stands there; None when it is that of opening it."""
    return dict(parse_qsl(urlsplit(address).query)).get(DAY)


def _joined(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path
