"""Random people and random rules: the sync assigns, moves, ends and renews as plain Python says, on both databases."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.courses.rules import Trigger
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.rules_terms import Audience, Due, DueKind, Renewal, RenewalKind
from lms.enrollments.models import Enrollment
from lms.people import models as people
from lms.people.rules import UnitKind
from lms.shared.db import refresh_statistics
from lms.shared.ids import new_public_id
from tests.enrollments import oracle_rules as oracle
from tests.enrollments.oracle_rules import Job, Rule, Terms
from tests.enrollments.test_assignment_rules import publish
from tests.support.effort import effort
from tests.support.network import RECORDED, Network

FIRST, LAST = date(2019, 1, 1), date(2020, 3, 31)
CENTERS = ("C1", "C2", "C3")
ROLES = ("SA", "RC", "MT")
TRIGGERS = ("ROLE", "ROLE", "HIRE", "TRANSFER", "RETURN", "FIXED", "ANNUAL", "MONTHLY", "VERSION")
PEOPLE = {"sqlite": 300, "postgresql": 60}  # rules are decided in Python: the other database only has to agree
State = tuple[date, date | None, date | None, date | None]  # assigned, due, done, voided


def a_day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))


def draw_courses(chance: Random) -> list[oracle.Course]:
    return [
        oracle.Course(
            f"K{number}",
            chance.choice((0, 0, 6)),
            a_day(chance) if chance.random() < 0.15 else None,
            a_day(chance) if chance.random() < 0.4 else None,
        )
        for number in range(8)
    ]


def draw_rules(chance: Random, courses: Iterable[oracle.Course]) -> list[Rule]:
    found = []
    for course in courses:
        triggers = [chance.choice(TRIGGERS)]
        if chance.random() < 0.5:
            triggers.append(chance.choice(TRIGGERS[:6]))
        for trigger in triggers:
            start, end = a_day(chance), None
            if chance.random() < 0.3:
                end = start + timedelta(days=chance.randint(20, 200))
            roles = frozenset(chance.sample(ROLES, chance.choice((0, 1, 2))))
            centers = frozenset(chance.sample(CENTERS, chance.choice((0, 0, 2))))
            versions = [Terms(roles, centers, start, end, chance.choice((0, 10, 30, 30, None)))]
            if chance.random() < 0.3:
                second = start + timedelta(days=chance.randint(10, 100))
                versions[0].end = min(end or second, second)
                versions.append(Terms(roles, centers, second, None, chance.choice((5, 60, None))))
            fixed_on = start + timedelta(days=chance.randint(0, 40)) if trigger == "FIXED" else None
            renews = trigger in {"ROLE", "HIRE"} and chance.random() < 0.4
            renewal = (chance.choice((1, 6)), chance.choice((0, 20))) if renews else None
            found.append(Rule(f"R{len(found):02}", course.code, trigger, versions, fixed_on, renewal))
    return found


def draw_person(chance: Random, staff_no: str) -> oracle.Person:
    day = FIRST - timedelta(days=400) if chance.random() < 0.5 else a_day(chance)
    jobs: list[Job] = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        jobs.append(Job(chance.choice(CENTERS), chance.choice(ROLES), day))
        if chance.random() < 0.3:
            break
        day = max(day, FIRST) + timedelta(days=chance.randint(10, 150))
        jobs[-1].end = day
        day += timedelta(days=chance.choice((0, 0, 0, 25)))
    leaves: list[tuple[date, date | None]] = []
    if chance.random() < 0.3:
        start = a_day(chance)
        leaves.append((start, start + timedelta(days=chance.choice((5, 40, 190)))))
    return oracle.Person(staff_no, jobs, leaves)


class Loaded:
    """The drawn world in a database."""

    def __init__(
        self, session: Session, courses: list[oracle.Course], rules: list[Rule], everyone: list[oracle.Person]
    ) -> None:
        self.session = session
        net = Network(session)
        self.units = {code: net.unit(UnitKind.CENTER, code).id for code in CENTERS}
        self.roles = dict(session.execute(select(people.JobRole.code, people.JobRole.id)).all())
        self.courses = {one.code: self._course(net, one) for one in courses}
        for rule in rules:
            self._publish(rule)
        self._load_people(everyone)
        refresh_statistics(session)

    def _course(self, net: Network, one: oracle.Course) -> int:
        version = {"validity_months": one.validity_months}
        course = net.course(one.code, version=version, retired_on=one.retired)
        if one.retake_on:
            again = CourseVersion(
                course_id=course.id, number=2, effective_on=one.retake_on, pass_progress_pct=100, pass_score=0,
                validity_months=one.validity_months, renewal_window_days=0, requires_retake=True, recorded_at=RECORDED,
            )  # fmt: skip
            self.session.add(again)
        return course.id

    def _publish(self, rule: Rule) -> None:
        renewal = Renewal()
        if rule.renewal:
            months, window = rule.renewal
            renewal = Renewal(kind=RenewalKind.MONTHS, months=months, window_days=window)
        for number, terms in enumerate(rule.versions, 1):
            audience = Audience(
                role_codes=tuple(sorted(terms.roles)), unit_ids=tuple(self.units[one] for one in sorted(terms.centers))
            )
            due = Due(days=terms.due_days) if terms.due_days is not None else Due(kind=DueKind.MONTH_END)
            publish(
                self.session, rule.code, self.courses[rule.course], number=number, since=terms.start,
                valid_to=terms.end, audience=audience, trigger=Trigger(rule.trigger), fixed_on=rule.fixed_on,
                due=due, renewal=renewal,
            )  # fmt: skip

    def _load_people(self, everyone: list[oracle.Person]) -> None:
        rows = [
            {"id": key, "staff_no": one.staff_no, "name": one.staff_no, "search_text": "", "is_synthetic": True,
             "recorded_at": RECORDED, "public_id": new_public_id()}
            for key, one in enumerate(everyone, 1001)
        ]  # fmt: skip
        self.ids = {row["staff_no"]: row["id"] for row in rows}
        known = {"recorded_at": RECORDED}
        postings = [
            {"person_id": self.ids[one.staff_no], "center_id": self.units[job.center], "is_primary": True,
             "role_id": self.roles[job.role], "starts_on": job.start, "ends_on": job.end, **known}
            for one in everyone for job in one.jobs
        ]  # fmt: skip
        leaves = [
            {"person_id": self.ids[one.staff_no], "starts_on": start, "ends_on": end, **known}
            for one in everyone
            for start, end in one.leaves
        ]
        tables: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
            (people.Person, rows), (people.Posting, postings), (people.Leave, leaves)
        )  # fmt: skip
        for model, values in tables:
            self.session.execute(insert(model), values)

    def enrollments(self) -> dict[tuple[str, str], list[State]]:
        """Return what stands, by person and course, in order of cycle."""
        columns = (Enrollment.assigned_on, Enrollment.nominal_due_on, Enrollment.completed_on, Enrollment.voided_on)
        query = (
            select(people.Person.staff_no, Course.code, *columns)
            .join(people.Person, people.Person.id == Enrollment.person_id)
            .join(Course, Course.id == Enrollment.course_id)
            .order_by(Enrollment.cycle)
        )
        found: dict[tuple[str, str], list[State]] = defaultdict(list)
        for staff_no, code, *state in self.session.execute(query):
            found[staff_no, code].append((state[0], state[1], state[2], state[3]))
        return dict(found)

    def complete(self, done: list[tuple[str, str, date]], day: date) -> None:
        """Record completions of a day: of person, course and the day assigned."""
        for staff_no, code, assigned in done:
            row = update(Enrollment).where(
                Enrollment.person_id == self.ids[staff_no],
                Enrollment.course_id == self.courses[code],
                Enrollment.assigned_on == assigned,
            )
            self.session.execute(row.values(completed_on=day))


def expected(everyone: list[oracle.Person]) -> dict[tuple[str, str], list[State]]:
    """Return what stands by the oracle; what began and ended between two syncs was never written."""
    found = {}
    for one in everyone:
        for code, cycles in one.cycles.items():
            cycles[:] = [cycle for cycle in cycles if cycle.seen or cycle.void is None]
            for cycle in cycles:
                cycle.seen = True
            if cycles:
                found[one.staff_no, code] = [(each.assigned, each.due, each.done, each.void) for each in cycles]
    return found


def sync_days(chance: Random, courses: list[oracle.Course], rules: list[Rule]) -> list[date]:
    """Return when to sync: every two weeks or so, and before and on each day on which a rule or a course changes."""
    changes = {terms.start for rule in rules for terms in rule.versions}
    changes |= {one.retake_on for one in courses if one.retake_on}
    days = changes | {day - timedelta(days=1) for day in changes} | {LAST}
    day = FIRST
    while day < LAST:
        days.add(day)
        day += timedelta(days=chance.randint(5, 25))
    return sorted(day for day in days if FIRST <= day <= LAST)


@pytest.mark.parametrize("batch", range(effort(1, 20)))
def test_random_rules_assign_random_people_as_the_oracle_does_and_a_second_sync_finds_nothing(
    session: Session, backend: str, batch: int, record_property: Callable[[str, object], None]
):
    chance = Random(f"rules {batch}")
    courses = draw_courses(chance)
    rules = draw_rules(chance, courses)
    everyone = [draw_person(chance, f"{number:05}") for number in range(PEOPLE[backend])]
    loaded = Loaded(session, courses, rules, everyone)
    today, compared = FIRST - timedelta(days=1), 0
    for day in sync_days(chance, courses, rules):
        while today < day:
            today += timedelta(days=1)
            for course in courses:
                asking = [rule for rule in rules if rule.course == course.code]
                for one in everyone:
                    oracle.live(one, asking, course, today)
        actor = Actor(person_id=None, label="t", origin="t", at=datetime.combine(day, time(3), UTC))
        sync_people(session, as_of=day, actor=actor)
        found, wanted = loaded.enrollments(), expected(everyone)
        keys = sorted(found.keys() | wanted.keys())
        wrong = [(key, found.get(key), wanted.get(key)) for key in keys if found.get(key) != wanted.get(key)]
        assert wrong[:3] == [], (day, len(wrong), [rule for rule in rules if rule.course == wrong[0][0][1]], courses)
        assert not sync_people(session, as_of=day, actor=actor), "a second sync finds nothing to do"
        done = []
        for one in everyone:
            for code, cycles in one.cycles.items():
                for cycle in cycles:
                    if cycle.done is None and cycle.void is None and chance.random() < 0.15:
                        cycle.done = day
                        done.append((one.staff_no, code, cycle.assigned))
        loaded.complete(done, day)
        compared += len(keys)
    session.rollback()
    record_property(f"random person × rule histories on {backend}", PEOPLE[backend] * len(rules))
    record_property(f"enrollments of random rules compared on {backend}", compared)
