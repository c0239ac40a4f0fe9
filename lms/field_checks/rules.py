"""Checks after training: when they are made, by whom, and what becomes of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.observations.rules import ObserverKind
from lms.people.rules import DutyKind, Scope

# How long an answer to what was observed is waited for, and how long an acknowledged check may still be disputed.
ANSWER_DAYS = 14
SETTLE_DAYS = 7
# A form that was begun in its window may come later: phones are without a connection for days.
DRAFT_DAYS = 7
LONGEST_TEXT = 300
CHECKED_WITHIN = (DutyKind.AREA_MANAGER,)


class CheckKind(StrEnum):
    """A check soon after the training, the re-check that tells whether it lasted, or a center's look at itself."""

    CHECK = "CHECK"
    RECHECK = "RECHECK"
    MONITORING = "MONITORING"


class CheckState(StrEnum):
    """What became of a check (domain §1.3)."""

    PLANNED = "PLANNED"
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISPUTED = "DISPUTED"
    CLOSED = "CLOSED"
    MISSED = "MISSED"
    VOID = "VOID"


class Step(StrEnum):
    """What someone, or time, does to a check."""

    ANSWER = "ANSWER"
    SUBMIT = "SUBMIT"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    DISPUTE = "DISPUTE"
    CLOSE = "CLOSE"
    MISS = "MISS"
    VOID = "VOID"


OPEN = frozenset({CheckState.PLANNED, CheckState.DRAFT})
OBSERVED = frozenset({CheckState.SUBMITTED, CheckState.ACKNOWLEDGED, CheckState.DISPUTED, CheckState.CLOSED})
STEPS: dict[Step, tuple[frozenset[CheckState], CheckState]] = {
    Step.ANSWER: (OPEN, CheckState.DRAFT),
    Step.SUBMIT: (OPEN, CheckState.SUBMITTED),
    Step.ACKNOWLEDGE: (frozenset({CheckState.SUBMITTED}), CheckState.ACKNOWLEDGED),
    Step.DISPUTE: (frozenset({CheckState.SUBMITTED, CheckState.ACKNOWLEDGED}), CheckState.DISPUTED),
    Step.CLOSE: (OBSERVED - {CheckState.CLOSED}, CheckState.CLOSED),
    Step.MISS: (OPEN, CheckState.MISSED),
    Step.VOID: (OPEN, CheckState.VOID),
}


def after(state: CheckState, step: Step) -> CheckState | None:
    """Return the state that a step leads to; None where it cannot be taken."""
    since, then = STEPS[step]
    return then if state in since else None


@dataclass(frozen=True, slots=True)
class Terms:
    """When a course's checks are made: days since its completion; `recheck_days` 0 asks for no re-check."""

    from_days: int = 14
    to_days: int = 28
    recheck_days: int = 90

    def window(self, completed_on: date, kind: CheckKind = CheckKind.CHECK) -> tuple[date, date]:
        """Return the first and the last day of a check; a re-check's window is as long as the first one's."""
        first = self.from_days if kind is CheckKind.CHECK else self.recheck_days
        opens_on = completed_on + timedelta(days=first)
        return opens_on, opens_on + timedelta(days=self.to_days - self.from_days)


def state_on(state: CheckState, opens_on: date, closes_on: date, on: date) -> str:
    """Return how an open check stands on a day: "COMING", "OPEN" or "LATE"; else its state."""
    if state not in OPEN:
        return state
    if on < opens_on:
        return "COMING"
    return "OPEN" if on <= closes_on else "LATE"


def last_day(state: CheckState, closes_on: date) -> date:
    """Return the last day on which an open check may be submitted."""
    return closes_on + timedelta(days=DRAFT_DAYS if state is CheckState.DRAFT else 0)


def observed_fault(day: date, *, opens_on: date, closes_on: date, on: date) -> str | None:
    """Return why something cannot have been seen on a day: before the window, after it, or after today."""
    if day > on:
        return "observed_future"
    if day < opens_on:
        return "observed_early"
    return "observed_late" if day > closes_on else None


def observer_kind(scope: Scope, center_id: int, kind: CheckKind = CheckKind.CHECK) -> ObserverKind | None:
    """Return as whom a viewer observes at a center: those in charge there, or the area manager; None: they may not.

    Self-monitoring is the center's own: nobody from without makes it, and it is never taken for their word.
    """
    if kind is CheckKind.MONITORING:
        return ObserverKind.SELF if center_id in scope.own_center_ids else None
    if center_id in scope.own_center_ids:
        return ObserverKind.COORDINATOR
    within = center_id in scope.center_ids and not scope.duties.isdisjoint(CHECKED_WITHIN)
    return ObserverKind.AREA if within else None


def observer_fault(
    scope: Scope, *, center_id: int, subject_id: int, kind: CheckKind = CheckKind.CHECK
) -> str | None:  # fmt: skip
    """Return why a viewer cannot observe someone: "oneself" or "not_in_charge"; None when they can."""
    if scope.person_id is None or scope.person_id == subject_id:
        return "oneself"
    return None if observer_kind(scope, center_id, kind) else "not_in_charge"


def second_fault(scope: Scope, *, center_id: int, subject_id: int, observer_id: int | None) -> str | None:
    """Return why a viewer cannot be the second pair of eyes; the first one is none."""
    if scope.person_id == observer_id:
        return "observer"
    return observer_fault(scope, center_id=center_id, subject_id=subject_id)


def answering_fault(person_id: int | None, *, subject_id: int, observer_ids: frozenset[int]) -> str | None:
    """Return why someone cannot answer a dispute: neither the subject nor who observed decides it."""
    if person_id is None or person_id == subject_id:
        return "oneself"
    return "observer" if person_id in observer_ids else None


def text_fault(text: str) -> bool:
    """Tell whether a text that must say something is empty or too long."""
    return not 0 < len(text.strip()) <= LONGEST_TEXT
