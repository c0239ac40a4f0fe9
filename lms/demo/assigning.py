"""Who of the demo had to take what, since when and why: the catalog's triggers over people's stints and duties."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lms.courses.rules import Trigger, add_months, expires_on
from lms.demo.people import Worker
from lms.demo.reference import CourseRule
from lms.demo.rules import DemoCalendar, Interval
from lms.demo.staffing import HISTORY_FROM
from lms.people.rules import DutyKind

# Reference days on which a rule came into force; whoever was in the job then was assigned the course that day.
ROLE_RULES_FROM = {
    "CS-201": date(2018, 8, 6), "CS-202": date(2018, 9, 3), "CS-203": date(2018, 10, 1), "CS-204": date(2018, 10, 22),
    "CS-205": date(2018, 11, 5), "CS-206": date(2018, 11, 19), "CS-207": date(2018, 9, 10), "CS-208": date(2018, 9, 17),
    "CS-209": date(2019, 1, 14), "CS-210": date(2018, 10, 8), "CS-301": date(2018, 11, 12), "CS-302": date(2019, 1, 7),
    "CS-303": date(2019, 2, 11), "CS-304": date(2019, 4, 1), "CS-305": date(2019, 3, 4), "CS-401": date(2018, 12, 3),
    "CS-402": date(2018, 10, 15), "CS-403": date(2019, 3, 11), "CS-404": date(2018, 9, 24),
}  # fmt: skip
# The fixed calendar of the yearly courses.
YEARLY_ON = {
    "CS-005": date(2019, 3, 4), "CS-006": date(2019, 4, 1), "CS-101": date(2018, 9, 3), "CS-102": date(2018, 10, 1),
    "CS-103": date(2018, 11, 5), "CS-104": date(2019, 2, 11), "CS-105": date(2019, 5, 6), "CS-106": date(2019, 6, 3),
    "CS-902": date(2019, 1, 2),
}  # fmt: skip
# The terms of the care program changed: its course has a version that everyone takes anew, from so many days ago on.
RETAKEN, RETAKEN_SINCE_DAYS = "CS-209", 10
# Courses of the first weeks are on record for hires of the last years only.
LEDGER_MONTHS_BEFORE = 24
# Centers hold the session of the month on different days, the last of them this many days into it.
SESSION_DAYS = 27
COORDINATOR = "CO"
COORDINATING = frozenset({DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR})


@dataclass(frozen=True, slots=True)
class Assigned:
    """Someone was assigned a course on a day, due on another before any grace.

    `until` is the first day the course no longer applied to them; None if it does. `aside`: it came outside the usual
    run of things (a session missed, a job taken up again, a retake), so its chance is its own.
    """

    course: CourseRule
    on: date
    due_on: date
    until: date | None
    aside: bool = False


class Curriculum:
    """The catalog's rules laid over the demo's calendar."""

    def __init__(self, calendar: DemoCalendar, courses: list[CourseRule]) -> None:
        self.today = calendar.today
        self.begins_on = calendar.shifted(HISTORY_FROM)
        self.ledger_from = add_months(self.begins_on, -LEDGER_MONTHS_BEFORE)
        self.by_trigger = {
            trigger: [course for course in courses if course.trigger == trigger] for trigger in map(str, Trigger)
        }
        self.role_rules_from = {code: calendar.shifted(day) for code, day in ROLE_RULES_FROM.items()}
        self.yearly_on = {code: calendar.shifted(day) for code, day in YEARLY_ON.items()}
        self.retaken_from = self.today - timedelta(days=RETAKEN_SINCE_DAYS)
        months = (add_months(self.begins_on, month) for month in range(12))
        self.months = [day for day in months if day <= self.today]

    def assigned_to(self, worker: Worker) -> list[Assigned]:
        """Return everything the person was assigned, in order of day and course."""
        jobs = jobs_of(worker)
        found = [
            Assigned(course, on, on + timedelta(days=course.due_days), _until(jobs, course.targets, on))
            for course, on in (
                *self._at_hire(worker, jobs),
                *self._at_transfer(worker, jobs),
                *self._for_role(jobs),
                *self._every_year(jobs),
                *self._every_month(worker, jobs),
            )
            if on <= self.today
        ]
        return sorted(found, key=lambda assigned: (assigned.on, assigned.course.code))

    def asides(self, worker: Worker) -> list[Assigned]:
        """Return what else the rules asked the person: sessions they missed, courses of a job they took up again."""
        jobs = jobs_of(worker)
        found = [*self._missed(worker, jobs), *self._again(jobs)]
        found = [(course, on) for course, on in found if on <= self.today]
        return [
            Assigned(course, on, on + timedelta(days=course.due_days), _until(jobs, course.targets, on), aside=True)
            for course, on in sorted(found, key=lambda pair: (pair[1], pair[0].code))
        ]

    def retake(self, worker: Worker) -> Assigned | None:
        """Return what the new version of a course asks of whoever is in a job that it is for."""
        course = next(course for course in self.by_trigger[Trigger.ROLE] if course.code == RETAKEN)
        jobs, on = jobs_of(worker), self.retaken_from
        if not _applies(jobs, course.targets, on):
            return None
        due_on = on + timedelta(days=course.due_days)
        return Assigned(course, on, due_on, _until(jobs, course.targets, on), aside=True)

    def in_force_from(self, course: CourseRule) -> date:
        """Return the day from which the rule of a course holds: what was assigned before is not on record."""
        if course.trigger in {Trigger.HIRE, Trigger.TRANSFER}:
            return self.ledger_from
        return (self.role_rules_from | self.yearly_on).get(course.code, self.begins_on)

    def renewal_of(self, assigned: Assigned, completed_on: date) -> Assigned | None:
        """Return the next cycle of a course for a job whose completion runs out; yearly courses have their calendar."""
        course = assigned.course
        runs_out_on = expires_on(completed_on, course.validity_months)
        if course.trigger != Trigger.ROLE or runs_out_on is None:
            return None
        on = runs_out_on - timedelta(days=course.renewal_window_days)
        if on > self.today or (assigned.until is not None and assigned.until <= on):
            return None
        return Assigned(course, on, runs_out_on, assigned.until)

    def _at_hire(self, worker: Worker, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        for employment in worker.employments():
            on = max(employment.starts_on, self.ledger_from)
            if employment.covers(on):
                yield from self._targeting(Trigger.HIRE, jobs, on)

    def _at_transfer(self, worker: Worker, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        for before, after in zip(worker.stints, worker.stints[1:], strict=False):
            if before.ends_on == after.starts_on and before.center != after.center:
                yield from self._targeting(Trigger.TRANSFER, jobs, after.starts_on)

    def _for_role(self, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        for course in self.by_trigger[Trigger.ROLE]:
            in_force = self.role_rules_from[course.code]
            days = [
                max(job.starts_on, in_force)
                for role, job in jobs
                if role in course.targets and (job.ends_on is None or job.ends_on > in_force)
            ]
            if days:
                yield course, min(days)

    def _every_year(self, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        for course in self.by_trigger[Trigger.ANNUAL]:
            on = self.yearly_on[course.code]
            if _applies(jobs, course.targets, on):
                yield course, on

    def _every_month(self, worker: Worker, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        for month in self.months:
            on = month + timedelta(days=_session_day(worker, month))
            if not any(leave.covers(on) for leave in worker.leaves):
                yield from self._targeting(Trigger.MONTHLY, jobs, on)

    def _missed(self, worker: Worker, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        """Who belonged on the first of a month, but was away at the session or has it ahead, is asked all the same."""
        for month, following in zip(self.months, [*self.months[1:], add_months(self.months[-1], 1)], strict=True):
            session = month + timedelta(days=_session_day(worker, month))
            held = session <= self.today and not any(leave.covers(session) for leave in worker.leaves)
            back_on = next((leave.ends_on or date.max for leave in worker.leaves if leave.covers(month)), month)
            for course in self.by_trigger[Trigger.MONTHLY] if back_on < following else ():
                asked = _applies(jobs, course.targets, month) and _applies(jobs, course.targets, back_on)
                if asked and not (held and _applies(jobs, course.targets, session)):
                    yield course, back_on

    def _again(self, jobs: list[tuple[str, Interval]]) -> Iterator[tuple[CourseRule, date]]:
        """Who takes up a job again after a while without one that the course is for is asked anew."""
        for course in self.by_trigger[Trigger.ROLE]:
            first = self.role_rules_from[course.code]
            for role, job in jobs:
                before = job.starts_on - timedelta(days=1)
                new = job.starts_on > first and not _applies(jobs, course.targets, before)
                if role in course.targets and new and _belonged(jobs, course.targets, first, job.starts_on):
                    yield course, job.starts_on

    def _targeting(
        self, trigger: Trigger, jobs: list[tuple[str, Interval]], on: date
    ) -> Iterator[tuple[CourseRule, date]]:
        for course in self.by_trigger[trigger]:
            if _applies(jobs, course.targets, on):
                yield course, on


def _session_day(worker: Worker, month: date) -> int:
    """Return how many days into the month the center of that time holds its session: each has its own day."""
    center = next((stint.center for stint in worker.stints if stint.covers(month)), worker.last.center)
    return int(center[1:]) % SESSION_DAYS


def jobs_of(worker: Worker) -> list[tuple[str, Interval]]:
    """Return the person's jobs from–to, the coordinator's duty counted as one."""
    jobs = [(stint.role, Interval(stint.starts_on, stint.ends_on)) for stint in worker.stints]
    return jobs + [(COORDINATOR, charge.days) for charge in worker.charges if charge.kind in COORDINATING]


def _applies(jobs: list[tuple[str, Interval]], targets: frozenset[str], on: date) -> bool:
    # Asked half a million times: any() and a call of `covers` take three times as long.
    for role, days in jobs:
        if role in targets and days.starts_on <= on and (days.ends_on is None or on < days.ends_on):
            return True
    return False


def _belonged(jobs: list[tuple[str, Interval]], targets: frozenset[str], first: date, end: date) -> bool:
    """Tell whether a job was one that is targeted at some time in [first, end)."""
    return any(
        role in targets and days.starts_on < end and (days.ends_on is None or days.ends_on > first)
        for role, days in jobs
    )


def _until(jobs: list[tuple[str, Interval]], targets: frozenset[str], on: date) -> date | None:
    """Return the first day after `on` on which no job is targeted any more."""
    day = on
    while True:
        if any(days.ends_on is None and days.starts_on <= day and role in targets for role, days in jobs):
            return None
        ends = [days.ends_on for role, days in jobs if days.ends_on and role in targets and days.covers(day)]
        if not ends:
            return day
        day = max(*ends, day + timedelta(days=1))
