"""Words and decisions about people and the organization."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


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
    only after a stated purpose (ruling 16), which `open_center_ids` lists; center duties never need one for their
    own centers, `own_center_ids`.
    """

    person_id: int | None
    on: date
    network: bool = False
    center_ids: frozenset[int] = frozenset()
    counted_network: bool = False
    counted_center_ids: frozenset[int] = frozenset()
    open_center_ids: frozenset[int] = frozenset()
    own_center_ids: frozenset[int] = frozenset()
    purpose_needed: bool = False
    duties: frozenset[DutyKind] = frozenset()

    @property
    def sees_others(self) -> bool:
        """Tell whether the viewer may see figures of anyone else."""
        return self.counted_network or bool(self.counted_center_ids)


def whole_network(on: date) -> Scope:
    """Return the scope of the command line and of background work: everyone (ruling 22)."""
    return Scope(person_id=None, on=on, network=True, counted_network=True)


@dataclass(frozen=True, slots=True)
class HeldDuty:
    """A duty in force over a unit. `network` tells that the unit is the whole network."""

    kind: DutyKind
    unit_id: int
    network: bool = False


class Post(NamedTuple):
    """What someone holds on a day at a unit: a duty by appointment, or without any the job they are posted to."""

    duty: DutyKind | None
    unit_id: int
    level: UnitKind
    is_open: bool
    unit_ko: str
    unit_en: str
    role_code: str
    title_ko: str
    title_en: str
    is_away: bool


def held_by(posts: Sequence[Post]) -> list[HeldDuty]:
    """Return the duties in force, by job and by appointment; none without a posting to an open unit or on leave."""
    jobs = [post for post in posts if post.duty is None and post.is_open]
    if not jobs or any(job.is_away for job in jobs):
        return []
    appointed = [
        HeldDuty(post.duty, post.unit_id, network=post.level is UnitKind.NETWORK)
        for post in posts
        if post.duty and post.is_open
    ]
    return implied_duties((job.unit_id, job.role_code) for job in jobs) + appointed


def implied_duties(postings: Iterable[tuple[int, str]]) -> list[HeldDuty]:
    """Return the duties that jobs carry at the centers they are posted to, from (center_id, role code) pairs."""
    return [HeldDuty(DUTY_OF_JOB[code], center_id) for center_id, code in postings if code in DUTY_OF_JOB]


def combine_duties(
    held: Iterable[HeldDuty],
    opened: Mapping[int, bool],
    centers_under: Mapping[int, frozenset[int]],
    *,
    person_id: int,
    on: date,
    names_open: bool,
) -> Scope:
    """Return the union of what the duties allow (ruling 4).

    `opened` holds the units whose names a stated purpose opened that day (True: the network); `centers_under` the
    open centers below each unit. A purpose never opens more than the duties in force reach.
    """
    held = list(held)
    naming = [duty for duty in held if duty.kind in NAMING_DUTIES]
    counting = [duty for duty in held if duty.kind in COUNTING_DUTIES]
    named = _reach(naming, centers_under)
    network = any(duty.network for duty in naming)
    own = _reach([duty for duty in held if duty.kind in CENTER_DUTIES], centers_under)
    stated = frozenset[int]().union(*(centers_under.get(unit_id, frozenset()) for unit_id in opened))
    all_stated = any(opened.values())
    open_ids = named if names_open or all_stated else own | (stated if network else stated & named)
    everything_open = names_open or all_stated or (not network and named <= open_ids)
    return Scope(
        person_id=person_id,
        on=on,
        network=network,
        center_ids=named,
        counted_network=any(duty.network for duty in counting),
        counted_center_ids=_reach(counting, centers_under),
        open_center_ids=open_ids,
        own_center_ids=own,
        purpose_needed=not everything_open,
        duties=frozenset(duty.kind for duty in held),
    )


def _reach(duties: Iterable[HeldDuty], centers_under: Mapping[int, frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*(centers_under.get(duty.unit_id, frozenset()) for duty in duties))


def names_open(scope: Scope, center_ids: Iterable[int] | None = None) -> bool:
    """Tell whether names at these centers (None: all of the scope's) may be shown now, without stating a purpose.

    Out of scope is never open. The viewer's own name needs no asking.
    """
    if center_ids is None:
        return (scope.network or bool(scope.center_ids)) and not scope.purpose_needed
    wanted = frozenset(center_ids)
    if not scope.network and not wanted <= scope.center_ids:
        return False
    return not scope.purpose_needed or wanted <= scope.open_center_ids


@dataclass(frozen=True, slots=True)
class StaffNumbers:
    """Every staff number ever given, with whose it is; reads numbers whose leading zeros a spreadsheet dropped.

    `width` is how many digits all-digit numbers have: as told, else as all known ones have; None when they differ.
    `seen` holds further lengths met in the file at hand.
    """

    owners: Mapping[str, int]
    width: int | None = None
    seen: frozenset[int] = frozenset()
    widths: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        widths = frozenset(len(number) for number in self.owners if is_digits(number))
        object.__setattr__(self, "widths", widths | self.seen)
        if self.width is None and len(widths) == 1:
            object.__setattr__(self, "width", next(iter(widths)))

    def read(self, cell: str, *, was_number: bool = False) -> str | None:
        """Return the staff number a cell means; None when zeros may be missing and it is unknown how many.

        `was_number` tells that a spreadsheet held the cell as a number.
        """
        if cell in self.owners or not is_digits(cell):
            return cell
        if self.width is not None:
            return cell.zfill(self.width)
        if any(cell.zfill(width) in self.owners for width in self.widths):
            return None
        return None if was_number and self.widths and len(cell) < max(self.widths) else cell


def is_digits(text: str) -> bool:
    """Tell whether a text is made of the digits 0 to 9 only."""
    return text.isascii() and text.isdigit()


def masked_name(name: str) -> str:
    """Return a name as those see it who need not know it: 홍*동, 이*, J**e S***h."""
    return " ".join(_masked(word) for word in name.split())


def _masked(word: str) -> str:
    if len(word) < 3:
        return word[:1] + "*" * (len(word) - 1)
    return word[0] + "*" * (len(word) - 2) + word[-1]
