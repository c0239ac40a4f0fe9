"""Who acts: carried from the edge into every action."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one on whose behalf something is done.

    `person_id` is None for the command line, where `label` names the operating system's user;
    `origin` is an IP address or "command line"; `at` is the instant of the request.
    """

    person_id: int | None
    label: str
    origin: str
    at: datetime
