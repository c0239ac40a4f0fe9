"""What may be asked for, by whom it may be decided, and when a request is refused.

| kind      | asked for by                                   | decided by                                    |
|-----------|------------------------------------------------|-----------------------------------------------|
| exemption | who looks after the center; never for oneself  | a training administrator                      |
| extension | the learner, or who looks after the center     | who looks after the center, or an admin.     |
| credit    | the learner, or who looks after the center     | a training administrator                      |

Whoever asked does not decide, and nobody decides about themselves (domain §1.2, hard rules 1 and 2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

LONGEST_TEXT = 300
MOST_COURSES = 50
# An exemption ends within a year: what lasts is asked for again, and looked at again.
LONGEST_EXEMPTION = timedelta(days=366)
# Further back, an exemption would rewrite figures that were reported already.
EARLIEST_START = timedelta(days=31)
LONGEST_EXTENSION = timedelta(days=90)
EARLIEST_LEARNING = date(1990, 1, 1)
# More people exempt than this percentage of those with something due wants an explanation (domain §3.5).
ALERT_PERCENT = 5


class Kind(StrEnum):
    """What is asked for."""

    EXEMPTION = "EXEMPTION"
    EXTENSION = "EXTENSION"
    CREDIT = "CREDIT"


class State(StrEnum):
    """What became of a request. ENDED: it was granted, and taken back or cut short later."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    ENDED = "ENDED"


class Reason(StrEnum):
    """Why something is asked for, as a code: details of someone's health are nobody's business here."""

    OTHER_WORK = "OTHER_WORK"
    QUALIFIED = "QUALIFIED"
    LEAVING = "LEAVING"
    UNABLE = "UNABLE"
    WORKLOAD = "WORKLOAD"
    ABSENCE = "ABSENCE"
    TECHNICAL = "TECHNICAL"
    EARLIER = "EARLIER"
    OUTSIDE = "OUTSIDE"
    OTHER = "OTHER"


REASONS: dict[Kind, tuple[Reason, ...]] = {
    Kind.EXEMPTION: (Reason.OTHER_WORK, Reason.QUALIFIED, Reason.LEAVING, Reason.UNABLE, Reason.OTHER),
    Kind.EXTENSION: (Reason.WORKLOAD, Reason.ABSENCE, Reason.TECHNICAL, Reason.OTHER),
    Kind.CREDIT: (Reason.EARLIER, Reason.OUTSIDE),
}


class Role(StrEnum):
    """As what someone faces a request: the person it is about, who looks after their center, or an administrator."""

    SUBJECT = "SUBJECT"
    CENTER = "CENTER"
    TRAINING = "TRAINING"


_ASKED_BY = {
    Kind.EXEMPTION: frozenset({Role.CENTER, Role.TRAINING}),
    Kind.EXTENSION: frozenset(Role),
    Kind.CREDIT: frozenset(Role),
}
_DECIDED_BY = {
    Kind.EXEMPTION: frozenset({Role.TRAINING}),
    Kind.EXTENSION: frozenset({Role.CENTER, Role.TRAINING}),
    Kind.CREDIT: frozenset({Role.TRAINING}),
}


def may_ask(kind: Kind, roles: frozenset[Role]) -> bool:
    """Tell whether someone in these roles may ask. For oneself only what the subject may ask for, whatever the duty."""
    own = roles & {Role.SUBJECT}
    return not (own or roles).isdisjoint(_ASKED_BY[kind])


def may_decide(kind: Kind, roles: frozenset[Role], *, asked_it: bool) -> bool:
    """Tell whether someone in these roles may decide: never about oneself, never on one's own request."""
    return not asked_it and Role.SUBJECT not in roles and not roles.isdisjoint(_DECIDED_BY[kind])


class Cycle(NamedTuple):
    """The enrollment that a request is about."""

    id: int
    due_on: date | None
    completed_on: date | None
    voided_on: date | None
    validity_ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, apart from whom and which course; of the dates those that the kind asks for."""

    kind: Kind
    reason_code: Reason
    reason: str
    evidence_note: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    due_on: date | None = None
    completed_on: date | None = None


def wish_fault(wish: Wish, on: date) -> str | None:
    """Return why something cannot be asked for whatever the course, or None.

    "reason" and "evidence": not said, or too long; "code": no reason of this kind; "dates": missing or in the wrong
    order; "too_long", "too_early": an exemption of over a year, or one that would rewrite old figures; "future",
    "long_ago": no day to have learned on.
    """
    if not 0 < len(wish.reason.strip()) <= LONGEST_TEXT:
        return "reason"
    if wish.reason_code not in REASONS[wish.kind]:
        return "code"
    needs_evidence = wish.kind is not Kind.EXTENSION
    if len(wish.evidence_note) > LONGEST_TEXT or (needs_evidence and not wish.evidence_note.strip()):
        return "evidence"
    if wish.kind is Kind.EXEMPTION:
        return _interval_fault(wish.starts_on, wish.ends_on, on)
    if wish.kind is Kind.CREDIT:
        return _learning_fault(wish.completed_on, on)
    return None if wish.due_on else "dates"


def _interval_fault(starts_on: date | None, ends_on: date | None, on: date) -> str | None:
    if starts_on is None or ends_on is None or ends_on <= starts_on:
        return "dates"
    if ends_on - starts_on > LONGEST_EXEMPTION:
        return "too_long"
    return "too_early" if starts_on < on - EARLIEST_START else None


def _learning_fault(completed_on: date | None, on: date) -> str | None:
    if completed_on is None:
        return "dates"
    if completed_on > on:
        return "future"
    return "long_ago" if completed_on < EARLIEST_LEARNING else None


def extension_fault(cycle: Cycle, due_on: date, on: date) -> str | None:
    """Return why an enrollment's due date cannot be put off to a day, or None.

    "closed": completed or withdrawn; "no_due_date"; "not_later": it is due on that day already, or the day is past;
    "too_far": more than 90 days beyond.
    """
    if _is_closed(cycle, on):
        return "closed"
    if cycle.due_on is None:
        return "no_due_date"
    if due_on <= cycle.due_on or due_on < on:
        return "not_later"
    return "too_far" if due_on > max(cycle.due_on, on) + LONGEST_EXTENSION else None


def credit_fault(cycle: Cycle | None, on: date) -> str | None:
    """Return why learning cannot be credited to the enrollment that matters on a day, or None.

    "not_enrolled"; "closed": completed or withdrawn; "expired": what was learned is no longer valid.
    """
    if cycle is None:
        return "not_enrolled"
    if _is_closed(cycle, on):
        return "closed"
    return "expired" if cycle.validity_ends_on is not None and cycle.validity_ends_on <= on else None


def _is_closed(cycle: Cycle, on: date) -> bool:
    return cycle.completed_on is not None or (cycle.voided_on is not None and cycle.voided_on <= on)


def overlaps(starts_on: date, ends_on: date, others: Iterable[tuple[date, date]]) -> bool:
    """Tell whether an interval shares a day with one of the others."""
    return any(start < ends_on and starts_on < end for start, end in others)


def outage_fault(starts_on: date, ends_on: date, on: date) -> str | None:
    """Return why an outage cannot be recorded: "dates" in the wrong order, or "too_long" (over 31 days, or to come)."""
    if ends_on <= starts_on:
        return "dates"
    if starts_on > on:
        return "future"
    return "too_long" if ends_on - starts_on > EARLIEST_START else None


class ExemptShare(NamedTuple):
    """How many of the people with something due are exempt from some of it, and from how many enrollments.

    `people` are those judged, and those who would be were they not exempt from everything due.
    """

    exempt: int = 0
    people: int = 0
    enrollments: int = 0

    @property
    def percent_text(self) -> str | None:
        """Return the share as shown, floored to a tenth, such as "4.9"; None where nobody has anything due."""
        if not self.people:
            return None
        tenths = 1000 * self.exempt // self.people
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def is_alert(self) -> bool:
        """Tell whether the share is above 5 %: exemptions then explain part of the rate."""
        return 100 * self.exempt > ALERT_PERCENT * self.people
