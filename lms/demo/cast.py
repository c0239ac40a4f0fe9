"""Whom the demo lets sign in: one person of each kind, chosen so that their pages have something to show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from lms.completion.rules import DEFAULT_TARGET, SOON_DAYS, Tally
from lms.demo.people import Worker
from lms.demo.rules import SignInKind
from lms.demo.staffing import Site
from lms.demo.story import Line

LEAST_CENTERS = 15
# An employee's own list is worth a look with a few of each: overdue, due soon, not yet due.
MOST_OF_A_KIND = 2
LEAST_DONE = 8
# Kinds of which there is one per center; the others are found by their duty anywhere.
AT_THE_CENTER = (SignInKind.COORDINATOR, SignInKind.REPRESENTATIVE, SignInKind.CENTER_MANAGER)


def interest(worker: Worker, lines: Sequence[Line], today: date) -> int:
    """Return how much the own list of a service advisor shows, 0 for everyone else: the higher, the better."""
    if not (is_here(worker, today) and worker.last.role == "SA" and not worker.charges):
        return 0
    standing = [line for line in lines if line.required and line.voided_on is None and not line.has_later_cycle]
    open_ones = [line.due_on for line in standing if line.completed_on is None]
    done = sum(line.completed_on is not None for line in standing)
    overdue = sum(due < today for due in open_ones)
    soon = sum(today <= due <= today + timedelta(days=SOON_DAYS) for due in open_ones)
    later = sum(due > today + timedelta(days=SOON_DAYS) for due in open_ones)
    if not overdue or done < LEAST_DONE:
        return 0
    few_overdue = MOST_OF_A_KIND / max(overdue, MOST_OF_A_KIND)
    return round(100 * few_overdue) + 60 * min(soon, MOST_OF_A_KIND) + 20 * min(later, MOST_OF_A_KIND)


def is_here(worker: Worker, today: date) -> bool:
    """Tell whether the person works here and is not on leave."""
    return worker.works and not any(leave.covers(today) for leave in worker.leaves)


def choose(
    people: Iterable[Worker], sites: Sequence[Site], rates: Mapping[str, Tally], today: date
) -> dict[SignInKind, Worker]:
    """Return one person for each kind but the employee; `rates` are those of centers by code.

    The managers get the area with the most centers below target, and its worst center that has staff of every kind.
    """
    held = [(kinds_of(worker), worker) for worker in people if is_here(worker, today)]
    by_center: dict[str, dict[SignInKind, Worker]] = {}
    for kinds, worker in held:
        for kind in kinds:
            by_center.setdefault(kind[1], {}).setdefault(kind[0], worker)
    area = _area_to_show(sites, rates)
    region = next(site.region for site in sites if site.area == area)
    candidates = [
        site.code for site in sites if site.area == area and set(AT_THE_CENTER) <= by_center.get(site.code, {}).keys()
    ]
    center = min(candidates, key=lambda code: (rates[code].percent_tenths or 0, code))
    units = (center, area, region, "NETWORK")
    return {kind: worker for unit in units for kind, worker in by_center[unit].items() if kind in _SIGNING_IN}


_SIGNING_IN = frozenset(SignInKind) - {SignInKind.EMPLOYEE}


def kinds_of(worker: Worker) -> list[tuple[SignInKind, str]]:
    """Return as what the person may sign in now, each with the code of the unit; nothing for plain employees."""
    found = [(SignInKind.of(worker.last.role), worker.last.center)]
    found += [(SignInKind.of(charge.kind), charge.unit[1]) for charge in worker.charges if charge.days.ends_on is None]
    return [(kind, unit) for kind, unit in found if kind in _SIGNING_IN and kind is not None]


def _area_to_show(sites: Sequence[Site], rates: Mapping[str, Tally]) -> str:
    centers: dict[str, int] = {}
    short: dict[str, int] = {}
    for site in sites:
        centers[site.area] = centers.get(site.area, 0) + 1
        is_short = site.code in rates and rates[site.code].is_below(DEFAULT_TARGET)
        short[site.area] = short.get(site.area, 0) + is_short
    return min((area for area in centers if centers[area] >= LEAST_CENTERS), key=lambda area: (-short[area], area))
