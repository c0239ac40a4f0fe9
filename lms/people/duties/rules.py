"""Who may appoint whom to what, and when an appointment is refused.

| who holds                      | appoints and ends                                        | over                    |
|--------------------------------|----------------------------------------------------------|-------------------------|
| representative, center manager | main and deputy coordinator                              | the own center          |
| area manager                   | those, representative, center manager                    | centers of the own area |
| region manager                 | those, area manager                                      | the own region          |
| training administrator         | those, region manager                                    | everywhere              |
| system administrator           | region manager; training administrator, CS planner,      | regions; the network    |
|                                | executive, auditor, system administrator                 |                         |

Nobody appoints themselves, and nobody ends a duty of their own: so a network never loses its last system administrator
by their own hand, and whoever gives up a charge is seen off by someone else. An auditor holds nothing else at the same
time, because they review what the others do. A center has one main coordinator at a time, and any number of deputies.
What a job carries (ruling 4) is not appointed beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.people.rules import DutyKind, HeldDuty, UnitKind

_OF_CENTERS = frozenset({DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR})
_OF_AREAS = _OF_CENTERS | {DutyKind.REPRESENTATIVE, DutyKind.CENTER_MANAGER}
_OF_REGIONS = _OF_AREAS | {DutyKind.AREA_MANAGER}
ADMINISTRATORS = frozenset(
    {
        DutyKind.TRAINING_ADMIN,
        DutyKind.CS_ADMIN,
        DutyKind.EXECUTIVE,
        DutyKind.AUDITOR,
        DutyKind.SYSTEM_ADMIN,
    }
)
GRANTS: dict[DutyKind, frozenset[DutyKind]] = {
    DutyKind.REPRESENTATIVE: _OF_CENTERS,
    DutyKind.CENTER_MANAGER: _OF_CENTERS,
    DutyKind.AREA_MANAGER: _OF_AREAS,
    DutyKind.REGION_MANAGER: _OF_REGIONS,
    DutyKind.TRAINING_ADMIN: _OF_REGIONS | {DutyKind.REGION_MANAGER},
    DutyKind.SYSTEM_ADMIN: ADMINISTRATORS | {DutyKind.REGION_MANAGER},
}
# Whoever may appoint may look; coordinators look at their own center.
LOOKING = frozenset(GRANTS) | _OF_CENTERS
LEVEL_OF: dict[DutyKind, UnitKind] = {
    **dict.fromkeys(_OF_AREAS, UnitKind.CENTER),
    DutyKind.AREA_MANAGER: UnitKind.AREA,
    DutyKind.REGION_MANAGER: UnitKind.REGION,
    **dict.fromkeys(ADMINISTRATORS, UnitKind.NETWORK),
}
ONE_DAY = timedelta(days=1)


class Status(StrEnum):
    """Where a duty stands on a day."""

    IN_FORCE = "IN_FORCE"
    TO_COME = "TO_COME"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, with the ids of itself and of every unit above it on a day."""

    unit_id: int
    level: UnitKind
    lineage: frozenset[int]


@dataclass(frozen=True, slots=True)
class Term:
    """A duty from–to, as far as another one's sake asks for it."""

    kind: DutyKind
    unit_id: int
    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "Term") -> bool:
        """Tell whether some day lies in both."""
        return (self.ends_on is None or other.starts_on < self.ends_on) and (
            other.ends_on is None or self.starts_on < other.ends_on
        )

    def status(self, on: date) -> Status:
        """Tell whether it is in force on a day, has ended or is to come."""
        if self.starts_on > on:
            return Status.TO_COME
        return Status.ENDED if self.ends_on is not None and self.ends_on <= on else Status.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the person to be appointed and the place. `beside` are the person's other duties, of any
    unit; `coordinated` the terms of the center's main coordinators; `jobs_carry` the duties the job itself carries
    there; a duty about to be replaced is in neither."""

    is_self: bool
    is_open: bool
    is_posted: bool
    is_away: bool
    jobs_carry: frozenset[DutyKind] = frozenset()
    job_duties: frozenset[DutyKind] = frozenset()
    beside: Sequence[Term] = ()
    coordinated: Sequence[Term] = ()


def grantable(held: Iterable[HeldDuty], place: Place) -> frozenset[DutyKind]:
    """Return which kinds whoever holds these duties may appoint to, and end, at a place."""
    reaching = (GRANTS.get(duty.kind, frozenset()) for duty in held if duty.unit_id in place.lineage)
    return frozenset(kind for kinds in reaching for kind in kinds if LEVEL_OF[kind] is place.level)


def may_look(held: Iterable[HeldDuty], place: Place) -> bool:
    """Tell whether whoever holds these duties may see who holds which at a place.

    A system administrator sees the levels they appoint at, everyone else what lies under their own unit.
    """
    held = [duty for duty in held if duty.unit_id in place.lineage and duty.kind in LOOKING]
    if {duty.kind for duty in held} == {DutyKind.SYSTEM_ADMIN}:
        return place.level in {UnitKind.REGION, UnitKind.NETWORK}
    return bool(held)


def refusal(term: Term, level: UnitKind, allowed: frozenset[DutyKind], facts: Facts) -> str | None:
    """Return why an appointment is refused, or None. `allowed` is what the one who appoints may grant there."""
    checks = (
        (LEVEL_OF[term.kind] is not level or term.kind not in allowed, "duty_not_yours"),
        (facts.is_self, "duty_for_oneself"),
        (term.ends_on is not None and term.ends_on <= term.starts_on, "duty_dates"),
        (not facts.is_open, "duty_unit_closed"),
        (not facts.is_posted, "duty_not_posted"),
        (facts.is_away, "duty_on_leave"),
        (term.kind in facts.jobs_carry, "duty_by_job"),
        (_is_dependent(term, facts), "duty_auditor"),
        (_is_held(term, facts), "duty_held"),
        (_is_taken(term, facts), "duty_coordinator_taken"),
    )
    return next((code for holds, code in checks if holds), None)


def _is_dependent(term: Term, facts: Facts) -> bool:
    others = {one.kind for one in facts.beside if one.overlaps(term)} | facts.job_duties
    if term.kind is DutyKind.AUDITOR:
        return bool(others - {DutyKind.AUDITOR})
    return DutyKind.AUDITOR in others


def _is_held(term: Term, facts: Facts) -> bool:
    same = _OF_CENTERS if term.kind in _OF_CENTERS else {term.kind}
    return any(one.kind in same and one.unit_id == term.unit_id and one.overlaps(term) for one in facts.beside)


def _is_taken(term: Term, facts: Facts) -> bool:
    return term.kind is DutyKind.COORDINATOR and any(one.overlaps(term) for one in facts.coordinated)


def ending_refusal(term: Term, last_on: date, allowed: frozenset[DutyKind], *, is_own: bool) -> str | None:
    """Return why a duty may not end after `last_on`, its last day, or None. The day before it begins withdraws it."""
    ends_on = last_on + ONE_DAY
    checks = (
        (term.kind not in allowed, "duty_not_yours"),
        (is_own, "duty_ends_own"),
        (ends_on < term.starts_on, "duty_ends_before"),
        (term.ends_on is not None and ends_on == term.ends_on, "duty_ends_same"),
    )
    return next((code for holds, code in checks if holds), None)


def vacant_since(ends: Iterable[date], opened_on: date | None, on: date) -> date | None:
    """Return since when a place stands vacant on a day: the last end of a holder until then, else its opening."""
    return max((day for day in ends if day <= on), default=opened_on)
