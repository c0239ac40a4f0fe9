"""Posts of the player, durable before they are answered, beside a bare route that makes the same durable insert."""

import json
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import create_app
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.progress.models import StudyRecord
from lms.shared.clock import utcnow
from tests.benchmarks.report import Report
from tests.support import postgres
from tests.support.databases import BACKENDS, migrate, settings_for
from tests.support.network import Network, small_cast
from tests.support.processes import Line, Served, served
from tests.support.sign_in import sign_in

CLIENTS = (1, 8, 32)
PROCESSES = 2
SECONDS = 4
ROUNDS = 3
AT_LEAST = 0.6
BARE = ("tests.benchmarks.bare_posts",)


class Learner(NamedTuple):
    """Whose posts they are: the address of their record, and the headers that their browser sends."""

    path: str
    headers: dict[str, str]


class Run(NamedTuple):
    """What one run measured: posts a second, and the milliseconds each took."""

    rate: float
    times: list[float]


def run(report: Report) -> None:
    """Measure both databases."""
    for backend in BACKENDS:
        report.section(f"progress · {backend}")
        with tempfile.TemporaryDirectory() as name, _database(backend, Path(name)) as url:
            folder = Path(name)
            learners, module = _learners(url, folder)
            with (
                served(url, folder, processes=PROCESSES) as ours,
                served(url, folder, processes=PROCESSES, module=BARE) as bare,
            ):
                for clients in CLIENTS:
                    _compare(report, ours, bare, learners[:clients], module)


def _compare(report: Report, ours: Served, bare: Served, learners: list[Learner], module: str) -> None:
    """Let the two take turns, so that what else the machine does meets both; the median of the rounds stands."""
    rounds = [(_measure(bare, learners, module, "/posts"), _measure(ours, learners, module)) for _ in range(ROUNDS)]
    clients = len(learners)
    for name, runs in (("bare route", [one for one, _ in rounds]), ("progress posts", [one for _, one in rounds])):
        times = sorted(spent for one in runs for spent in one.times)
        report.figure(f"{name}, {clients} clients", statistics.median(one.rate for one in runs), "posts/s")
        report.figure(f"{name}, {clients} clients: p50", times[len(times) // 2], "ms")
        report.figure(f"{name}, {clients} clients: p99", times[len(times) * 99 // 100], "ms")
    ratio = statistics.median(mine.rate / other.rate for other, mine in rounds)
    report.figure(f"progress posts beside the bare route, {clients} clients", ratio, "×", f">= {AT_LEAST}")


def _measure(server: Served, learners: list[Learner], module: str, path: str = "") -> Run:
    until = time.perf_counter() + SECONDS
    times: list[float] = []
    threads = [
        threading.Thread(
            target=_keep_posting, args=(Line(server.port, path or one.path, one.headers), module, until, times)
        )
        for one in learners
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Run(len(times) / (time.perf_counter() - started), times)


def _keep_posting(line: Line, module: str, until: float, times: list[float]) -> None:
    while time.perf_counter() < until:
        said = {
            "key": str(uuid.uuid4()), "module": module, "kind": "READ", "device": "a-device",
            "said_at": utcnow().isoformat(), "data": {"percent": 40, "position": {"y": 0.4}},
        }  # fmt: skip
        body = json.dumps(said).encode()
        started = time.perf_counter()
        status, answer = line.post(body)
        times.append(1000 * (time.perf_counter() - started))
        if status != 200:
            raise AssertionError(f"a post was answered {status}: {answer!r}")
    line.close()


@contextmanager
def _database(backend: str, folder: Path) -> Iterator[str]:
    """Give a migrated database that keeps what it acknowledges: PostgreSQL as it comes, not as tests have it."""
    if backend == "sqlite":
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        migrate(url, folder)
        yield url
        return
    home = folder / "postgresql"
    home.mkdir()
    folder.chmod(0o711)
    url = postgres.start(home, {})
    try:
        migrate(url, folder)
        yield url
    finally:
        postgres.stop(home)


def _learners(url: str, folder: Path) -> tuple[list[Learner], str]:
    """Return people who study one course, each signed in with a record of their own, and the page they read."""
    now = utcnow()
    with Session(create_engine(url, poolclass=NullPool)) as session, session.begin():
        cast, network = small_cast(session), Network(session)
        edition = Edition(course_id=cast.course.id, recorded_at=now)
        session.add(edition)
        session.flush()
        pages = [
            Module(edition_id=edition.id, position=number, kind="PAGE", title_ko="쪽", title_en="Page")
            for number in range(8)
        ]
        session.add_all(pages)
        session.flush()
        edition.course_version_id = cast.course.versions[0].id
        people = [network.person(f"1{number:04}", "학습자", at=cast.center) for number in range(max(CLIENTS))]
        records = []
        for person in people:
            enrollment: Enrollment = network.enroll(person, cast.course, due_on=None)
            record = StudyRecord(enrollment_id=enrollment.id, edition_id=edition.id, started_at=now, last_at=now)
            session.add(record)
            session.flush()
            records.append((person.id, record.public_id))
        module = pages[0].public_id
    app = create_app(settings_for(url, folder))
    return [_signed_in(app, person_id, record_id) for person_id, record_id in records], module


def _signed_in(app: Flask, person_id: int, record_id: str) -> Learner:
    client = app.test_client()
    sign_in(client, person_id)
    token = client.get(f"/study/{record_id}/state").get_json()["csrf"]
    cookie = client.get_cookie("session")
    if cookie is None:
        raise AssertionError("the client kept no session")
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": token}
    return Learner(f"/study/{record_id}/posts", headers | {"Cookie": f"session={cookie.value}"})
