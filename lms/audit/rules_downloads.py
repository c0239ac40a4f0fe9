"""Which downloads a reviewer should look at twice. A flag accuses nobody: it says what to ask about."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

REASON_LETTERS = 6
SAME_LETTER_IN_A_ROW = 4
MANY_PEOPLE = 500
BURST_WINDOW = timedelta(minutes=10)
BURST_DOWNLOADS = 3
OPENS_AT, CLOSES_AT = 7, 21  # local hours


class Flag(StrEnum):
    """What is unusual about a download."""

    POOR_REASON = "POOR_REASON"
    MANY_PEOPLE = "MANY_PEOPLE"
    BURST = "BURST"
    OFF_HOURS = "OFF_HOURS"


@dataclass(frozen=True, slots=True)
class Download:
    """Who (`actor_id`, or the label where nobody was signed in) took how many people's data, when and why."""

    id: int
    at: datetime
    actor: int | str
    reason: str | None
    people: int


def flags_of_downloads(downloads: Iterable[Download], zone: tzinfo) -> dict[int, tuple[Flag, ...]]:
    """Return the flags of each download by its id; `zone` is where the office hours are kept.

    A burst is more than three by the same person within ten minutes: the fourth is flagged, and what follows. Hand in
    the ten minutes before the period asked for as well.
    """
    lately: dict[int | str, deque[datetime]] = defaultdict(deque)
    flags: dict[int, tuple[Flag, ...]] = {}
    for one in sorted(downloads, key=lambda download: (download.at, download.id)):
        recent = lately[one.actor]
        recent.append(one.at)
        while recent[0] <= one.at - BURST_WINDOW:
            recent.popleft()
        checks = (
            (Flag.POOR_REASON, is_poor(one.reason)),
            (Flag.MANY_PEOPLE, one.people > MANY_PEOPLE),
            (Flag.BURST, len(recent) > BURST_DOWNLOADS),
            (Flag.OFF_HOURS, not OPENS_AT <= one.at.astimezone(zone).hour < CLOSES_AT),
        )
        flags[one.id] = tuple(flag for flag, holds in checks if holds)
    return flags


def is_poor(reason: str | None) -> bool:
    """Tell whether a reason says nothing: missing, shorter than six letters, or the same few again and again."""
    letters = [letter.casefold() for letter in reason or "" if letter.isalnum()]
    if len(letters) < REASON_LETTERS or (len(set(letters)) * 3 <= len(letters) and len(set(letters)) < REASON_LETTERS):
        return True
    runs = zip(*(letters[shift:] for shift in range(SAME_LETTER_IN_A_ROW)), strict=False)
    return any(len(set(run)) == 1 and not run[0].isdigit() for run in runs)
