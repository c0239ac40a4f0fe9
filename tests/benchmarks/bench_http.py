"""Pages and downloads over HTTP, sign-in, permission and audit included, beside plain SQL on the same database."""

import contextlib
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import create_app
from lms.accounts.actions import set_password
from lms.accounts.passwords import hash_password
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.people.models import Duty, NamePurpose, OrgUnit, Person, Posting
from lms.people.rules import DutyKind, UnitKind
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db
from tests.benchmarks import plain_sql
from tests.benchmarks.bench_load import (
    AS_OF,
    FIRST_AREA,
    LARGE,
    LARGEST,
    REFERENCE,
    Size,
    reference_load,
    sizes_of,
)
from tests.benchmarks.http_visit import Visitor
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS, settings_for
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


@dataclass(frozen=True)
class Stand:
    """The product served on a load."""

    size: Size
    url: str
    folder: Path
    server: Served
    people: People

    def sign_in(self, staff_no: str) -> Visitor:
        """Return someone who has just signed in."""
        return Visitor(self.server.address, staff_no, PASSWORD)


@dataclass(frozen=True)
class Page:
    """A page, who opens it and where; at most how many milliseconds, and up to which load it may grow by half."""

    name: str
    who: Callable[[People], str]
    path: Callable[[People], str]
    goal: str
    holds_up_to: Size = LARGE


DAY = f"as_of={AS_OF}"
PAGES = (
    Page("shortfall list of an area, first page", lambda of: of.manager, lambda _: f"/shortfalls?{DAY}", "<= 40"),
    Page(
        "shortfall list of an area, by head office",
        lambda of: of.admin,
        lambda of: f"/shortfalls?{DAY}&unit={of.area}",
        "<= 40",
    ),
    Page(
        "course of 10,000, first page",
        lambda of: of.admin,
        lambda of: f"/courses/{of.course}/enrollments?{DAY}",
        "<= 40",
    ),
    Page("own list", lambda of: of.employee, lambda _: "/me", "<= 20"),
    Page("network page", lambda of: of.admin, lambda _: f"/rates?{DAY}", "<= 60", LARGEST),
    Page("area page", lambda of: of.manager, lambda of: f"/rates/{of.area}?{DAY}", "", LARGEST),
    Page("center page", lambda of: of.coordinator, lambda of: f"/center/{of.center}", "<= 60", LARGEST),
    Page(
        "board of a center of 60", lambda of: of.coordinator, lambda of: f"/center/{of.center}/board", "<= 60", LARGEST
    ),
)


def run(report: Report) -> None:
    """Measure both databases; larger loads tell how pages grow from the reference load."""
    for backend in BACKENDS:
        report.section(f"http · {backend}")
        with contextlib.ExitStack() as stack:
            stands = [stack.enter_context(stand(backend, size)) for size in sizes_of(backend, large=report.large)]
            for page in PAGES:
                measure_page(report, page, stands)
                report.note(
                    f"{page.name}: right after it, the plain aggregate took {aggregate_ms(stands[0].url):.0f} ms"
                )
            measure_downloads(report, stands[0], backend)


@contextlib.contextmanager
def stand(backend: str, size: Size) -> Iterator[Stand]:
    """Serve a load to people of it."""
    url = reference_load(backend, size)
    people = appoint(url)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sweep(url, folder)
        with served(url, folder) as server:
            yield Stand(size, url, folder, server, people)


def sweep(url: str, folder: Path) -> None:
    """Do what a server would do in the background at its first start of a day, so that it does not while measured."""
    app = create_app(settings_for(url, folder))
    done = app.test_cli_runner().invoke(args=["jobs", "sweep"])
    if done.exit_code:
        raise RuntimeError(done.output)
    with app.app_context():
        db.engine.dispose()


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


def measure_page(report: Report, page: Page, stands: Sequence[Stand]) -> None:
    """Measure a page of each load by turns, so that a busy moment of the machine meets all of them.

    It is what the reader waits for, connection included, so a little more than server time.
    """
    taken: dict[Size, list[float]] = {one.size: [] for one in stands}
    used = dict.fromkeys(taken, 0.0)
    for one in stands:
        _, seconds = one.sign_in(page.who(one.people)).page(page.path(one.people))
        report.note(f"{page.name}: the very first with {one.size.name} {seconds:.1f} s")
    # Anew: while a large network was counted for the first time, those of the others were signed out for being idle.
    visitors = [one.sign_in(page.who(one.people)) for one in stands]
    for _ in range(VISITS):
        for one, visitor in zip(stands, visitors, strict=True):
            before = one.server.spent()
            _, seconds = visitor.page(page.path(one.people))
            taken[one.size].append(1000 * seconds)
            used[one.size] += 1000 * (one.server.spent() - before) / VISITS
    for size, times in taken.items():
        report.note(f"{page.name}: {used[size]:.0f} ms of processor time, quickest {min(times):.0f} ms")
        goal = page.goal if size is REFERENCE else ""
        report.figure(f"{page.name}, {size.name} (median of {VISITS})", statistics.median(times), "ms", goal)
    for size, times in list(taken.items())[1:]:
        growth = statistics.median(times) / statistics.median(taken[REFERENCE])
        goal = "<= 1.5" if size.people <= page.holds_up_to.people else ""
        report.figure(f"{page.name}: growth from {REFERENCE.name} to {size.name}", growth, "×", goal)


def aggregate_ms(url: str) -> float:
    """Return how long the plain aggregate takes now: it tells in which mood the machine was."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            connection.execute(text(plain_sql.AGGREGATE)).all()
            times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def measure_downloads(report: Report, stand: Stand, backend: str) -> None:
    """Measure CSV files beside plain SQL with the same columns."""
    server, folder, visitor = stand.server, stand.folder, stand.sign_in(stand.people.admin)
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
            expected = plain_sql.write(stand.url, statement, plain)
            plain_times.append(time.perf_counter() - started)
            our_times.append(visitor.download(f"/reports/{kind}", ours, as_of=str(AS_OF)))
        with ours.open(newline="", encoding="utf-8-sig") as opened:
            found = sum(1 for _row in csv.reader(opened)) - 1
        if found != expected:
            raise AssertionError(f"{name}: {found:,} rows downloaded, {expected:,} by plain SQL")
        report.note(f"{name}: {found:,} rows; over HTTP {min(our_times):.2f} s, plain SQL {min(plain_times):.2f} s")
        report.figure(f"{name} as CSV beside plain SQL", min(our_times) / min(plain_times), "×", "<= 2.5")
    report.figure("memory above idle while downloading", (server.memory_kb("VmHWM") - idle) / MB, "MB", "<= 80")
