"""What must be written so that enrollments are as rules want them: nothing, when they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.enrollments.assignment_rules.rules_wanted import Reason, Wanted


class Kind(StrEnum):
    """What is done to an enrollment."""

    ENROLL = "ENROLL"
    JOIN = "JOIN"
    MOVE = "MOVE"
    VOID = "VOID"
    RESTORE = "RESTORE"


@dataclass(frozen=True, slots=True)
class Change:
    """One person's one enrollment is begun, gets another reason, another due date, is ended or brought back.

    `voided_on` is what it should carry. `reasons` are those to write, each in place of its `kept` one, if it has one.
    """

    kind: Kind
    person_id: int
    wanted: Wanted
    voided_on: date | None
    reasons: tuple[Reason, ...]


def changes(person_id: int, found: Iterable[Wanted], as_of: date) -> Iterator[Change]:
    """Yield what must change by a day; doing it and asking again yields nothing."""
    for one in found:
        voided_on = _passed(one.until, one.record.voided_on if one.record else None, as_of)
        reasons = tuple(reason for reason in one.reasons if _differs(reason, as_of))
        kind = _kind(one, voided_on, reasons)
        if kind is not None:
            yield Change(kind, person_id, one, voided_on, reasons)


def ended(reason: Reason, as_of: date) -> date | None:
    """Return the day a reason ended, if it has by a day: what lies ahead is not written, it may change."""
    return _passed(reason.ends_on, reason.kept.ends_on if reason.kept else None, as_of)


def _passed(day: date | None, written: date | None, as_of: date) -> date | None:
    return day if day is not None and (day <= as_of or day == written) else None


def _differs(reason: Reason, as_of: date) -> bool:
    kept = reason.kept
    if kept is None:
        return True
    return (kept.version_id, kept.ends_on) != (reason.version_id, ended(reason, as_of))


def _kind(one: Wanted, voided_on: date | None, reasons: tuple[Reason, ...]) -> Kind | None:
    if one.record is None:
        return Kind.ENROLL
    if one.record.voided_on != voided_on:
        return Kind.VOID if voided_on is not None else Kind.RESTORE
    if voided_on is None and one.record.nominal_due_on != one.nominal_due:
        return Kind.MOVE
    return Kind.JOIN if reasons else None
