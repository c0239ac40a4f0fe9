"""Words of doubt: the signals, what each found, and the history of a completion that they are asked about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

# Raised with every change of what a signal means; each finding keeps the version that made it.
RULE_VERSION = 1
NOTE_LEAST, NOTE_MOST = 5, 300


class Signal(StrEnum):
    """Why someone should look at a completion. Each is a question, none is a proof."""

    TOO_FAST = "TOO_FAST"
    NO_EVENTS = "NO_EVENTS"
    SHARED_DEVICE = "SHARED_DEVICE"
    SAME_WRONG = "SAME_WRONG"
    MIDNIGHT = "MIDNIGHT"
    IMPOSSIBLE = "IMPOSSIBLE"
    REPLAYED = "REPLAYED"
    BEFORE_ASSIGNED = "BEFORE_ASSIGNED"
    SCORE_ALONE = "SCORE_ALONE"


class Reviewed(StrEnum):
    """Whether someone looked at a doubt."""

    OPEN = "OPEN"
    CHECKED = "CHECKED"


class Reason(NamedTuple):
    """A signal, and the figures that it rests on."""

    signal: Signal
    figures: dict[str, int]


class Post(NamedTuple):
    """What a player told. `said_at` is the device's clock: evidence only. `text` is what was said, in one spelling."""

    kind: str
    module_key: str | None
    received_at: datetime
    said_at: datetime | None
    device: str | None
    text: str = ""


class Part(NamedTuple):
    """A module as it was learned. `is_measured`: it is read, watched or paged through here. Times in seconds."""

    key: str
    is_measured: bool
    nominal: int
    spent: int
    opened_at: datetime
    completed_at: datetime | None
    score: int | None = None
    attempts: int | None = None


class Seen(NamedTuple):
    """Someone else, known by a number alone, on a device that the learner used too."""

    device: str
    who: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that the signals look at, of one completion.

    `deadline` is the end of the due day. `others` were on the same devices about that time. `prints` tell posts apart
    from everybody else's (`rules_prints`), `shared_prints` how many of them stand in another one's completion too.
    `wrong` are wrong answers, `wrong_of_others` those of others whose answers could have been passed on.
    """

    assigned_on: date
    completed_on: date
    started_at: datetime
    completed_at: datetime
    deadline: datetime | None
    parts: tuple[Part, ...]
    posts: tuple[Post, ...]
    others: tuple[Seen, ...] = ()
    prints: frozenset[str] = frozenset()
    shared_prints: Mapping[int, int] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    wrong_of_others: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @property
    def own_parts(self) -> tuple[Part, ...]:
        """Return the measured parts that were learned here: one carried over from an earlier version was not."""
        return tuple(
            part
            for part in self.parts
            if part.is_measured and part.completed_at is not None and part.completed_at > self.started_at
        )
