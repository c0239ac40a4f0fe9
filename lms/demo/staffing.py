"""A year of staffing: who works where and when. Seats are filled, left, and filled again, day by day."""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lms.demo.names import new_name
from lms.demo.people import Stint, Worker
from lms.demo.reference import Center, Parameters, Role
from lms.demo.rules import DAYS_PER_YEAR, DemoCalendar, dice, later, shares_of

HISTORY_FROM = date(2018, 8, 1)
# After the first year fewer leave, so that the yearly rates of all together come out as the parameters say.
TURNOVER_LATER = 0.12
MEAN_TENURE_DAYS = 4.75 * DAYS_PER_YEAR
OWNERS_HAZARD = 0.3
# Where a job's next holder comes from when somebody at the same center moves into it.
PATHS = {
    "OW": ("CM", "SA", "MM"), "CM": ("SA", "MM"), "MM": ("MT",), "SA": ("RC", "CC", "PT", "MT"), "CC": ("RC", "HC"),
    "HC": ("RC", "CC"), "RC": ("GD", "HC"), "WR": ("PT",), "PT": ("DV", "GD", "MT"), "MT": ("DV", "BP"),
    "BP": ("MT",), "DV": ("GD",),
}  # fmt: skip
SETTLED_DAYS = 150
SAME_REGION_SHARE = 0.6
KEPT_AT_CLOSING_SHARE = 0.5
# How many throws for a transfer or a change of job find someone, beside those who leave; measured, to meet the rates.
FOUND_SHARE = {"transfer": 0.93, "change": 0.70}


@dataclass(frozen=True, slots=True)
class Site:
    """A center with its dates in the demo's calendar."""

    code: str
    area: str
    region: str
    opened_on: date
    closed_on: date | None
    seats: dict[str, int]

    @property
    def seats_in_all(self) -> int:
        """Return how many people the center is meant to have."""
        return sum(self.seats.values())

    def is_open(self, day: date) -> bool:
        """Tell whether the center is open on the day."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


def sites_of(centers: list[Center], roles: list[Role], calendar: DemoCalendar) -> list[Site]:
    """Return every center with its seats by job: one representative, the rest by staffing shares."""
    least = {role.code: role.least for role in roles if role.least and role.code != "OW"}
    sites = []
    for center in centers:
        weights = [(role.code, role.shares[center.network_type]) for role in roles if role.code != "OW"]
        seats = {"OW": 1} | shares_of(center.headcount - 1, weights, least)
        closed_on = calendar.shifted(center.closed_on) if center.closed_on else None
        opened_on = calendar.shifted(center.opened_on)
        sites.append(Site(center.code, center.area, center.region, opened_on, closed_on, seats))
    return sites


class Staffing:
    """The story of all seats from the first day of the history until today."""

    def __init__(self, calendar: DemoCalendar, parameters: Parameters, sites: list[Site]) -> None:
        self.today = calendar.today
        self.begins_on = calendar.shifted(HISTORY_FROM)
        self.parameters = parameters
        self.sites = {site.code: site for site in sites}
        self.codes_by_region: dict[str, list[str]] = defaultdict(list)
        for site in sites:
            self.codes_by_region[site.region].append(site.code)
        self.people: list[Worker] = []
        self.here: dict[str, list[Worker]] = defaultdict(list)
        self.dice = dice("staffing")
        self._order = itertools.count()  # events of one day happen in the order they were made
        self._events: list[tuple[date, int, Callable[..., None], tuple[Any, ...]]] = []

    def run(self) -> list[Worker]:
        """Play the year and return everyone who ever worked in it."""
        for site in self.sites.values():
            if site.opened_on <= self.begins_on:
                self._staff_at_the_beginning(site)
            else:
                self._at(site.opened_on, self._open, site)
            if site.closed_on:
                self._at(site.closed_on, self._close, site)
        while self._events:
            day, _, happen, arguments = heapq.heappop(self._events)
            happen(day, *arguments)
        return self.people

    def _at(self, day: date, happen: Callable[..., None], *arguments: object) -> None:
        if day <= self.today:
            heapq.heappush(self._events, (day, next(self._order), happen, arguments))

    def _staff_at_the_beginning(self, site: Site) -> None:
        for role, count in site.seats.items():
            for _ in range(count):
                tenure = self.dice.expovariate(1 / MEAN_TENURE_DAYS) * (2.5 if role == "OW" else 1)
                since = max(site.opened_on, self.begins_on - timedelta(days=min(round(tenure), 30 * 365)))
                self._hire(site, role, since)

    def _open(self, day: date, site: Site) -> None:
        for role, count in site.seats.items():
            for _ in range(count):
                self._fill(day, site, role)

    def _close(self, day: date, site: Site) -> None:
        # A center without seats has its people planted: chance sends nobody there.
        neighbors = [
            other
            for other in self.sites.values()
            if other.area == site.area and other.is_open(day) and other.seats and other != site
        ]
        for worker in list(self.here[site.code]):
            if worker.last.role != "OW" and neighbors and self.dice.random() < KEPT_AT_CLOSING_SHARE:
                self._move(worker, day, self.dice.choice(neighbors), worker.last.role)
            else:
                self._end(worker, day)

    def _leave(self, day: date, worker: Worker) -> None:
        if worker.works and worker.last.starts_on < day:
            site, role = self.sites[worker.last.center], worker.last.role
            self._end(worker, day)
            self._vacate(day, site, role)

    def _vacate(self, day: date, site: Site, role: str) -> None:
        """Look for a successor; a representative's comes the same day, so that no center is without one."""
        wait = 0 if role == "OW" else min(75, 5 + round(self.dice.expovariate(1 / 18)))
        filled_on = day + timedelta(days=wait)
        if site.is_open(filled_on):
            self._at(filled_on, self._fill, site, role)

    def _fill(self, day: date, site: Site, role: str) -> None:
        yearly = self.parameters
        transfer = yearly.transfers / FOUND_SHARE["transfer"]
        change = yearly.role_changes / FOUND_SHARE["change"]
        throw = self.dice.random() * (yearly.turnover + yearly.transfers + yearly.role_changes)
        found = None
        if role != "OW" and throw < transfer:
            found = self._someone_elsewhere(day, site, role)
        elif throw < transfer + change:
            found = self._someone_in_the_house(day, site, role)
        if found is None:
            self._hire(site, role, day)
            return
        left_site, left_role = self.sites[found.last.center], found.last.role
        self._move(found, day, site, role)
        self._vacate(day, left_site, left_role)

    def _someone_elsewhere(self, day: date, site: Site, role: str) -> Worker | None:
        near = self.dice.random() < SAME_REGION_SHARE
        codes = self.codes_by_region[site.region] if near else list(self.sites)
        for _ in range(40):
            code = self.dice.choice(codes)
            if code == site.code or (not near and self.sites[code].region == site.region):
                continue
            if settled := self._settled(day, code, (role,)):
                return self.dice.choice(settled)
        return None

    def _someone_in_the_house(self, day: date, site: Site, role: str) -> Worker | None:
        settled = self._settled(day, site.code, PATHS.get(role, ()))
        return self.dice.choice(settled) if settled else None

    def _settled(self, day: date, code: str, roles: tuple[str, ...]) -> list[Worker]:
        before = day - timedelta(days=SETTLED_DAYS)
        return [w for w in self.here[code] if w.last.role in roles and w.last.starts_on <= before]

    def _hire(self, site: Site, role: str, day: date) -> None:
        colleagues = self.here[site.code]
        if colleagues and self.dice.random() < self.parameters.duplicate_names:
            name = self.dice.choice(colleagues).name
        else:
            name = new_name(self.dice)
        worker = Worker(name, [Stint(site.code, role, day)])
        if self.dice.random() < self.parameters.rehires:
            self._add_earlier_employment(worker, day)
        self.people.append(worker)
        colleagues.append(worker)
        begins = max(day, self.begins_on)
        self._at(later(begins, self._days_until_leaving(begins, day, role)), self._leave, worker)

    def _add_earlier_employment(self, worker: Worker, hired_on: date) -> None:
        ended_on = hired_on - timedelta(days=self.dice.randint(120, 900))
        started_on = ended_on - timedelta(days=self.dice.randint(200, 1500))
        codes = [code for code, site in self.sites.items() if site.opened_on <= started_on and site.closed_on is None]
        role = "SA" if worker.last.role in {"OW", "CM"} else worker.last.role
        worker.stints.insert(0, Stint(self.dice.choice(codes), role, started_on, ended_on))

    def _days_until_leaving(self, day: date, hired_on: date, role: str) -> float:
        slower = OWNERS_HAZARD if role == "OW" else 1.0
        first_year = -math.log(1 - self.parameters.turnover_first_year) / DAYS_PER_YEAR * slower
        afterwards = -math.log(1 - TURNOVER_LATER) / DAYS_PER_YEAR * slower
        left_of_first = max(0.0, DAYS_PER_YEAR - (day - hired_on).days)
        throw = self.dice.expovariate(1)
        if throw < first_year * left_of_first:
            return throw / first_year
        return left_of_first + (throw - first_year * left_of_first) / afterwards

    def _move(self, worker: Worker, day: date, site: Site, role: str) -> None:
        self._end(worker, day)
        worker.stints.append(Stint(site.code, role, day))
        self.here[site.code].append(worker)

    def _end(self, worker: Worker, day: date) -> None:
        worker.last.ends_on = day
        self.here[worker.last.center].remove(worker)
