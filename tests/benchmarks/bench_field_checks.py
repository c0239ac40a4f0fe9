"""How long the pages take that a year of checks and rounds is looked at on: practice, transfer, checks, rounds."""

import statistics

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from lms.demo.queries import list_sign_ins
from lms.demo.rules import SignInKind
from lms.shared.clock import local_date, utcnow
from tests.benchmarks.bench_import import command
from tests.benchmarks.bench_load import empty_load
from tests.benchmarks.http_visit import Visitor
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS
from tests.support.processes import Served, served

KIND = SignInKind.TRAINING_ADMIN
ASKED = 10
PAGES = (
    ("practice, network", "/observations/practice"),
    ("transfer, network", "/field-checks/transfer"),
    ("rounds, network", "/monitoring"),
    ("checks", "/field-checks"),
)


def run(report: Report) -> None:
    """Load the demo, whose year has checks and rounds, and open the pages over it."""
    for backend in BACKENDS:
        report.section(f"field checks · {backend}")
        url, folder = empty_load(backend)
        _, seconds = command(url, str(folder), "demo", "load")
        report.figure("demo loaded, from start to exit", seconds, "s")
        with served(url, folder) as server:
            measure_pages(report, server, staff_no_in(url))


def staff_no_in(url: str) -> str:
    """Return the staff number of the demo's training administrator."""
    with Session(create_engine(url, poolclass=NullPool)) as session:
        found = list_sign_ins(session, on=local_date(utcnow(), "Asia/Seoul"))
    return next(one.staff_no for one in found if one.kind is KIND)


def measure_pages(report: Report, server: Served, staff_no: str) -> None:
    """Measure pages as the reader waits for them, connection included."""
    visitor = Visitor(server.address, staff_no, KIND.password)
    for name, path in PAGES:
        visitor.page(path)
        before = server.spent()
        times = [visitor.page(path)[1] for _ in range(ASKED)]
        used = 1000 * (server.spent() - before) / ASKED
        report.note(f"{name}: {used:.0f} ms of processor time, quickest {1000 * min(times):.0f} ms")
        report.figure(f"{name} (median of {ASKED})", 1000 * statistics.median(times), "ms")
