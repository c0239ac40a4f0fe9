"""Pages and downloads over HTTP, sign-in, permission and audit included, beside plain SQL on the same database."""

import csv
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from lms.accounts.actions import set_password
from lms.accounts.passwords import hash_password
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.people.models import Duty, NamePurpose, OrgUnit, Person, Posting
from lms.people.rules import DutyKind, UnitKind
from lms.shared.clock import local_date, utcnow
from tests.benchmarks import plain_sql
from tests.benchmarks.bench_load import AS_OF, FIRST_AREA, reference_load
from tests.benchmarks.http_visit import Visitor
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS
from tests.support.processes import Served, served

PASSWORD = "four quiet lanterns"
VISITS = 25
RUNS = 3
MB = 1024


@dataclass(frozen=True)
class People:
    """Who asks, by staff number; and the area, the course and the center of 60 people that they ask for."""

    admin: str
    manager: str
    employee: str
    coordinator: str
    area: str
    course: str
    center: str


def run(report: Report) -> None:
    """Measure both databases; the large load tells how pages grow from the reference load."""
    for backend in BACKENDS:
        report.section(f"http · {backend}")
        small = measure(report, backend, large=False)
        if report.large:
            for name, seconds in measure(report, backend, large=True).items():
                report.figure(f"{name}: growth from 0.4 to 4 million", seconds / small[name], "×", "<= 1.5")


def measure(report: Report, backend: str, *, large: bool) -> dict[str, float]:
    """Measure the pages of one load, and the downloads of the reference load; return the seconds of each page."""
    url = reference_load(backend, large=large)
    with tempfile.TemporaryDirectory() as folder:
        people = appoint(url)
        with served(url, Path(folder)) as server:
            taken = measure_pages(report, server, people, "4 million" if large else "0.4 million")
            if not large:
                measure_downloads(report, server, people, url, backend, Path(folder))
    return taken


def appoint(url: str) -> People:
    """Give four people of the load their duties, passwords and open names."""
    now, today = utcnow(), local_date(utcnow(), "Asia/Seoul")
    actor = Actor(person_id=None, label="benchmark", origin="here", at=now)
    with Session(create_engine(url, poolclass=NullPool)) as session, session.begin():
        network = session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.NETWORK)).one()
        area = session.get_one(OrgUnit, FIRST_AREA)
        found = list(session.scalars(select(Person).where(Person.id.in_([1, 2, 3, 4])).order_by(Person.id)))
        center = session.scalars(
            select(OrgUnit)
            .join(Posting, Posting.center_id == OrgUnit.id)
            .where(Posting.person_id == found[3].id, Posting.ends_on.is_(None))
        ).one()
        appointed = (
            (found[0], DutyKind.TRAINING_ADMIN, network),
            (found[1], DutyKind.AREA_MANAGER, area),
            (found[3], DutyKind.COORDINATOR, center),
        )
        for person, kind, unit in appointed:
            dated = {"starts_on": AS_OF, "ends_on": None, "recorded_at": now}
            session.add(Duty(person_id=person.id, unit_id=unit.id, kind=kind, **dated))
            session.add(
                NamePurpose(person_id=person.id, unit_id=unit.id, stated_on=today, purpose="-", recorded_at=now)
            )
        for person in found:
            set_password(session, actor, person_id=person.id, password_hash=hash_password(PASSWORD))
        course = session.get_one(Course, 1)
        admin, manager, employee, coordinator = (person.staff_no for person in found)
        units = {"area": area.public_id, "course": course.public_id, "center": center.public_id}
        return People(admin, manager, employee, coordinator, **units)


def measure_pages(report: Report, server: Served, people: People, size: str) -> dict[str, float]:
    """Measure first pages; what the reader waits for, connection included, so a little more than server time."""
    day = f"as_of={AS_OF}"
    pages = (
        ("shortfall list of an area, first page", people.manager, f"/shortfalls?{day}", "<= 40"),
        (
            "shortfall list of an area, by head office",
            people.admin,
            f"/shortfalls?{day}&unit={people.area}",
            "<= 40",
        ),
        ("course of 10,000, first page", people.admin, f"/courses/{people.course}/enrollments?{day}", "<= 40"),
        ("own list", people.employee, "/me", "<= 20"),
        ("network page", people.admin, f"/rates?{day}", "<= 60"),
        ("center page", people.coordinator, f"/center/{people.center}", "<= 60"),
        ("board of a center of 60", people.coordinator, f"/center/{people.center}/board", "<= 60"),
    )
    visitors = {staff_no: Visitor(server.address, staff_no, PASSWORD) for staff_no in {who for _, who, _, _ in pages}}
    taken = {}
    for name, who, path, goal in pages:
        visitors[who].page(path)
        before = server.spent()
        times = [visitors[who].page(path)[1] for _ in range(VISITS)]
        used = 1000 * (server.spent() - before) / VISITS
        report.note(f"{name}: {used:.0f} ms of processor time, quickest {1000 * min(times):.0f} ms")
        taken[name] = statistics.median(times)
        report.figure(f"{name}, {size} (median of {VISITS})", 1000 * taken[name], "ms", goal)
    return taken


def measure_downloads(report: Report, server: Served, people: People, url: str, backend: str, folder: Path) -> None:
    """Measure CSV files beside plain SQL with the same columns."""
    visitor = Visitor(server.address, people.admin, PASSWORD)
    files = (
        ("shortfall list", "shortfalls", plain_sql.shortfalls(backend)),
        ("open enrollments", "open-enrollments", plain_sql.enrollments(backend, open_only=True)),
        ("all enrollments", "enrollments", plain_sql.enrollments(backend, open_only=False)),
    )
    idle = server.memory_kb()
    server.forget_peak()
    for name, kind, statement in files:
        plain, ours = folder / "plain.csv", folder / "ours.csv"
        plain_times, our_times = [], []
        for _ in range(RUNS):
            started = time.perf_counter()
            expected = plain_sql.write(url, statement, plain)
            plain_times.append(time.perf_counter() - started)
            our_times.append(visitor.download(f"/reports/{kind}", ours, as_of=str(AS_OF)))
        with ours.open(newline="", encoding="utf-8-sig") as opened:
            found = sum(1 for _row in csv.reader(opened)) - 1
        if found != expected:
            raise AssertionError(f"{name}: {found:,} rows downloaded, {expected:,} by plain SQL")
        report.note(f"{name}: {found:,} rows; over HTTP {min(our_times):.2f} s, plain SQL {min(plain_times):.2f} s")
        report.figure(f"{name} as CSV beside plain SQL", min(our_times) / min(plain_times), "×", "<= 2.5")
    report.figure("memory above idle while downloading", (server.memory_kb("VmHWM") - idle) / MB, "MB", "<= 80")
