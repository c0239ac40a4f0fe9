"""What someone asks for when they assign a course to job roles at centers, and who gains by it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.courses.rules import expires_on, nominal_due
from lms.people.rules import DutyKind

COORDINATOR = "CO"
# Coordinating is a duty held beside a job (ruling 4): assigned to the role, the course reaches those who hold it.
COORDINATING = (DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR)
MOST_DUE_DAYS = 3660
LONGEST_REASON = 300


class Standing(StrEnum):
    """What assigning would do to a person: they gain an enrollment, or need none."""

    GAINS = "GAINS"
    OPEN = "OPEN"
    VALID = "VALID"


@dataclass(frozen=True, slots=True)
class DueRule:
    """By when: on a day, or so many days after assignment; with neither, as the course says."""

    on: date | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest enrollment of a person in the course."""

    cycle: int
    assigned_on: date
    completed_on: date | None
    voided_on: date | None
    validity_months: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone in one of the roles at one of the centers on the day."""

    person_id: int
    staff_no: str
    name: str
    center_id: int
    role_code: str
    latest: Latest | None

    def standing(self, on: date) -> Standing:
        """Tell what assigning on a day would do to this person."""
        latest = self.latest
        if latest is None:
            return Standing.GAINS
        if latest.assigned_on >= on:
            return Standing.OPEN
        if latest.voided_on is not None and latest.voided_on <= on:
            return Standing.GAINS
        if latest.completed_on is None:
            return Standing.OPEN
        expiry = expires_on(latest.completed_on, latest.validity_months)
        return Standing.VALID if expiry is None or expiry > on else Standing.GAINS


def due_fault(rule: DueRule, on: date) -> str | None:
    """Return what is wrong with a due rule for a day: "two_due_rules", "due_in_past" or "due_days"; None if nothing."""
    if rule.on is not None and rule.days is not None:
        return "two_due_rules"
    if rule.on is not None and rule.on < on:
        return "due_in_past"
    if rule.days is not None and not 0 <= rule.days <= MOST_DUE_DAYS:
        return "due_days"
    return None


def due_of(rule: DueRule, course_rule: DueRule, assigned_on: date) -> date | None:
    """Return the nominal due date: by the rule asked for, else by the course's own."""
    chosen = rule if rule != DueRule() else course_rule
    return nominal_due(assigned_on, due_on=chosen.on, due_days=chosen.days)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would gain an enrollment and who needs none, on a day."""

    gaining: Sequence[Candidate]
    open: int
    valid: int

    def by_place(self) -> list[tuple[int, str, int]]:
        """Return (center id, role code, people who gain), in that order."""
        counted = Counter((one.center_id, one.role_code) for one in self.gaining)
        return [(center_id, role, number) for (center_id, role), number in sorted(counted.items())]


def preview_of(candidates: Sequence[Candidate], on: date) -> Preview:
    """Sort candidates by what assigning on a day would do to them."""
    standings = Counter(one.standing(on) for one in candidates)
    gaining = [one for one in candidates if one.standing(on) is Standing.GAINS]
    return Preview(gaining, standings[Standing.OPEN], standings[Standing.VALID])
