"""Whom the demo lets sign in: one person of each kind, chosen so that their pages have something to show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from lms.completion.rules import SOON_DAYS, Tally
from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.planted import AREA, CENTER
from lms.demo.rules import SignInKind
from lms.demo.staffing import Site

# An employee's own list is worth a look with a few of each: overdue, due soon, not yet due.
MOST_OF_A_KIND = 2
LEAST_DONE = 8
NOTHING_NEEDED: Mapping[str, Sequence[str]] = MappingProxyType({})
# Kinds of which there is one per center; the others are found by their duty anywhere.
AT_THE_CENTER = (
    SignInKind.COORDINATOR,
    SignInKind.DEPUTY_COORDINATOR,
    SignInKind.REPRESENTATIVE,
    SignInKind.CENTER_MANAGER,
)


def interest(
    worker: Worker, lines: Sequence[Line], today: date, prerequisites: Mapping[str, Sequence[str]] = NOTHING_NEEDED
) -> int:
    """Return how much the own list of a service advisor shows, 0 for everyone else: the higher, the better."""
    if not (is_here(worker, today) and worker.last.role == "SA" and not worker.charges):
        return 0
    standing = [line for line in lines if line.required and line.voided_on is None and not line.has_later_cycle]
    waiting = {line.course: line for line in standing if line.completed_on is None}
    open_ones = [line.due_on for line in waiting.values()]
    done = sum(line.completed_on is not None for line in standing)
    overdue = sum(due < today for due in open_ones)
    soon = sum(today <= due <= today + timedelta(days=SOON_DAYS) for due in open_ones)
    later = sum(due > today + timedelta(days=SOON_DAYS) for due in open_ones)
    if not overdue or done < LEAST_DONE:
        return 0
    locked = any(code in waiting for line in waiting.values() for code in prerequisites.get(line.course, ()))
    few_overdue = MOST_OF_A_KIND / max(overdue, MOST_OF_A_KIND)
    return round(100 * few_overdue) + 60 * min(soon, MOST_OF_A_KIND) + 20 * min(later, MOST_OF_A_KIND) + 50 * locked


def is_here(worker: Worker, today: date) -> bool:
    """Tell whether the person works here and is not on leave."""
    return worker.works and not any(leave.covers(today) for leave in worker.leaves)


def choose(
    people: Iterable[Worker], sites: Sequence[Site], rates: Mapping[str, Tally], today: date
) -> dict[SignInKind, Worker]:
    """Return one person for each kind but the employee; `rates` are those of centers by code.

    They look after the area and the center where the stories are planted; should that center lack someone, its worst
    neighbor with staff of every kind stands in.
    """
    held = [(kinds_of(worker), worker) for worker in people if is_here(worker, today)]
    by_center: dict[str, dict[SignInKind, Worker]] = {}
    for kinds, worker in held:
        for kind in kinds:
            by_center.setdefault(kind[1], {}).setdefault(kind[0], worker)
    region = next(site.region for site in sites if site.area == AREA)
    candidates = [
        site.code for site in sites if site.area == AREA and set(AT_THE_CENTER) <= by_center.get(site.code, {}).keys()
    ]
    center = min(candidates, key=lambda code: (code != CENTER, rates[code].percent_tenths or 0, code))
    units = (center, AREA, region, "NETWORK")
    return {kind: worker for unit in units for kind, worker in by_center[unit].items() if kind in _SIGNING_IN}


_SIGNING_IN = frozenset(SignInKind) - {SignInKind.EMPLOYEE}


def kinds_of(worker: Worker) -> list[tuple[SignInKind, str]]:
    """Return as what the person may sign in now, each with the code of the unit; nothing for plain employees."""
    found = [(SignInKind.of(worker.last.role), worker.last.center)]
    found += [(SignInKind.of(charge.kind), charge.unit[1]) for charge in worker.charges if charge.days.ends_on is None]
    return [(kind, unit) for kind, unit in found if kind in _SIGNING_IN and kind is not None]
