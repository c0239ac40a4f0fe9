"""What people of the demo hold beside their job: coordinator duties, leaves, staff numbers; and the head office."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from lms.demo.names import new_name
from lms.demo.people import Charge, Stint, Worker
from lms.demo.planted import VACANT, needs_deputy
from lms.demo.reference import Parameters
from lms.demo.rules import Interval, dice, digits
from lms.demo.staffing import Site
from lms.people.rules import DutyKind

# Who is asked first to be coordinator: those at the counter.
ASKED_FIRST = ("RC", "SA", "CC", "HC", "PT", "WR", "MM", "DV", "MT", "GD", "BP")
DEPUTY_SHARE = 0.4
DEPUTY_LEAST_STAFF = 15
# The story of a center without coordinator: theirs gave the duty back, and nobody has followed.
VACANT_SINCE_DAYS = 24
MEAN_LEAVE_DAYS = 120
HEAD_OFFICE = "HQ"
NETWORK = ("NETWORK", "NETWORK")
# Job and duty of those at the head office who look at the whole network, and how many there are.
OFFICERS = (
    ("TR", DutyKind.TRAINING_ADMIN, 3),
    ("CS", DutyKind.CS_ADMIN, 3),
    ("VW", DutyKind.EXECUTIVE, 2),
    ("PV", DutyKind.AUDITOR, 2),
    ("SY", DutyKind.SYSTEM_ADMIN, 2),
)
FIRST_NUMBER = 1200
MEAN_NUMBER_GAP = 90


def appoint_coordinators(people: list[Worker], sites: Iterable[Site], begins_on: date, today: date) -> None:
    """Give each center a coordinator at every time, and larger ones a deputy; one center has lost its coordinator."""
    stream = dice("coordinators")
    staff = _staff_by_center(people)
    for site in sites:
        day = max(site.opened_on, begins_on - timedelta(days=stream.randint(30, 700)))
        holder = None
        while day <= today and (holder := _candidate(staff[site.code], day, without=None)):
            worker, stint = holder
            starts_on = max(day, stint.starts_on)
            ends_on = stint.ends_on
            if site.code == VACANT and ends_on is None:
                ends_on = today - timedelta(days=VACANT_SINCE_DAYS)
            _charge(worker, DutyKind.COORDINATOR, site.code, starts_on, ends_on)
            if ends_on is None or (site.code == VACANT and stint.ends_on is None):
                break
            day = ends_on
        large = holder and site.seats_in_all >= DEPUTY_LEAST_STAFF and stream.random() < DEPUTY_SHARE
        if holder and (large or needs_deputy(site)):
            _appoint_deputy(staff[site.code], site, holder[0], today - timedelta(days=stream.randint(20, 300)))


def _appoint_deputy(staff: list[tuple[Worker, Stint]], site: Site, main: Worker, day: date) -> None:
    if site.is_open(day) and (found := _candidate(staff, day, without=main)):
        worker, stint = found
        _charge(worker, DutyKind.DEPUTY_COORDINATOR, site.code, max(day, stint.starts_on), stint.ends_on)


def _staff_by_center(people: list[Worker]) -> dict[str, list[tuple[Worker, Stint]]]:
    staff: dict[str, list[tuple[Worker, Stint]]] = defaultdict(list)
    for worker in people:
        for stint in worker.stints:
            staff[stint.center].append((worker, stint))
    return staff


def _candidate(staff: list[tuple[Worker, Stint]], day: date, *, without: Worker | None) -> tuple[Worker, Stint] | None:
    """Return who is there on the day, suits best and stays longest."""
    suited = [
        (worker, stint)
        for worker, stint in staff
        if stint.covers(day) and stint.role in ASKED_FIRST and worker is not without
    ]
    return min(
        suited,
        key=lambda pair: (
            -(pair[1].ends_on or date.max).toordinal(),
            ASKED_FIRST.index(pair[1].role),
            pair[1].starts_on,
            pair[0].name,
        ),
        default=None,
    )


def _charge(worker: Worker, kind: DutyKind, center: str, starts_on: date, ends_on: date | None) -> None:
    worker.charges.append(Charge(kind, ("CENTER", center), Interval(starts_on, ends_on)))


def grant_leaves(people: list[Worker], parameters: Parameters, begins_on: date, today: date) -> None:
    """Send people on leave so that on any day the share of `parameters.on_leave` is away. Representatives stay."""
    stream = dice("leaves")
    # A quarter more than the share: newcomers and those about to leave take none.
    per_day = 1.25 * parameters.on_leave / MEAN_LEAVE_DAYS
    for worker in people:
        employed = list(worker.employments())[-1]
        day = max(employed.starts_on + timedelta(days=60), begins_on - timedelta(days=2 * MEAN_LEAVE_DAYS))
        day += timedelta(days=round(stream.expovariate(per_day)))
        length = max(14, round(stream.expovariate(1 / MEAN_LEAVE_DAYS)))
        back_on = day + timedelta(days=length)
        if worker.last.role != "OW" and day <= today and (employed.ends_on is None or back_on < employed.ends_on):
            worker.leaves.append(Interval(day, back_on))


def head_office(sites: Iterable[Site], begins_on: date) -> list[Worker]:
    """Return the people at the head office: one manager for each area and region, and the officers."""
    stream = dice("head office")
    sites = list(sites)
    posts = [("AM", DutyKind.AREA_MANAGER, ("AREA", code)) for code in sorted({site.area for site in sites})]
    posts += [("RG", DutyKind.REGION_MANAGER, ("REGION", code)) for code in sorted({site.region for site in sites})]
    posts += [(role, kind, NETWORK) for role, kind, count in OFFICERS for _ in range(count)]
    staff = []
    for role, kind, unit in posts:
        since = begins_on - timedelta(days=stream.randint(200, 12 * 365))
        appointed_on = max(since, begins_on - timedelta(days=stream.randint(30, 3 * 365)))
        worker = Worker(new_name(stream), [Stint(HEAD_OFFICE, role, since)])
        worker.charges.append(Charge(kind, unit, Interval(appointed_on, None)))
        staff.append(worker)
    return staff


def number_staff(people: list[Worker]) -> None:
    """Give each employment a staff number; numbers grow with the day of hire."""
    stream = dice("staff numbers")
    employments = [(days.starts_on, order, who) for order, who in enumerate(people) for days in who.employments()]
    number = FIRST_NUMBER
    for issued_on, _, worker in sorted(employments, key=lambda entry: entry[:2]):
        number += 1 + int(stream.expovariate(1 / MEAN_NUMBER_GAP))
        worker.numbers.append((digits(number), issued_on))
