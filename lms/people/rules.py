"""Words and decisions about people and the organization."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class UnitKind(StrEnum):
    """Levels of the organization, from the top down."""

    NETWORK = "NETWORK"
    REGION = "REGION"
    AREA = "AREA"
    CENTER = "CENTER"


class NetworkType(StrEnum):
    """What kind of place a unit of level CENTER is."""

    DIRECT = "DIRECT"
    GENERAL = "GENERAL"
    SPECIALIST = "SPECIALIST"
    EXPRESS = "EXPRESS"
    HEAD_OFFICE = "HEAD_OFFICE"
    OTHER = "OTHER"


class DutyKind(StrEnum):
    """A charge held beside a job, over one unit, from–to. It decides what its holder may see and do."""

    REPRESENTATIVE = "REPRESENTATIVE"
    COORDINATOR = "COORDINATOR"
    DEPUTY_COORDINATOR = "DEPUTY_COORDINATOR"
    CENTER_MANAGER = "CENTER_MANAGER"
    AREA_MANAGER = "AREA_MANAGER"
    REGION_MANAGER = "REGION_MANAGER"
    TRAINING_ADMIN = "TRAINING_ADMIN"
    CS_ADMIN = "CS_ADMIN"
    EXECUTIVE = "EXECUTIVE"
    AUDITOR = "AUDITOR"
    SYSTEM_ADMIN = "SYSTEM_ADMIN"


# Jobs that carry a duty at the center they are posted to, without an appointment (ruling 4).
DUTY_OF_JOB = {"OW": DutyKind.REPRESENTATIVE, "CM": DutyKind.CENTER_MANAGER}

# Who sees names at once at the centers of the duty; all others with a scope state a purpose first (ruling 16).
CENTER_DUTIES = frozenset(
    {DutyKind.REPRESENTATIVE, DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR, DutyKind.CENTER_MANAGER}
)
# Who may open named people of the duty's unit at all (domain §1.2: executives see aggregates, auditors see logs).
NAMING_DUTIES = CENTER_DUTIES | {
    DutyKind.AREA_MANAGER,
    DutyKind.REGION_MANAGER,
    DutyKind.TRAINING_ADMIN,
    DutyKind.CS_ADMIN,
}
# Who sees figures without names.
COUNTING_DUTIES = NAMING_DUTIES | {DutyKind.EXECUTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom a viewer may see on a day: themselves, and the people posted to some centers.

    `network` means every center; otherwise `center_ids` lists them (database ids). `counted_*` is the wider set
    whose figures, without names, may be seen. `duties` are those in force. `purpose_needed` tells that names open
    only after a stated purpose (ruling 16); center duties never need one for their own centers, listed in
    `open_center_ids`.
    """

    person_id: int | None
    on: date
    network: bool = False
    center_ids: frozenset[int] = frozenset()
    counted_network: bool = False
    counted_center_ids: frozenset[int] = frozenset()
    open_center_ids: frozenset[int] = frozenset()
    purpose_needed: bool = False
    duties: frozenset[DutyKind] = frozenset()

    @property
    def sees_others(self) -> bool:
        """Tell whether the viewer may see figures of anyone else."""
        return self.counted_network or bool(self.counted_center_ids)


def whole_network(on: date) -> Scope:
    """Return the scope of the command line and of background work: everyone (ruling 22)."""
    return Scope(person_id=None, on=on, network=True, counted_network=True)
