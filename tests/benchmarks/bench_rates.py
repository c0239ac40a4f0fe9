"""Rates and first pages in process, beside the plain aggregate over stored due dates on the same database."""

import contextlib
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from lms.completion.explain.queries import count_roster
from lms.completion.queries import list_rates
from lms.completion.queries_enrollments import list_enrollments, list_person_lines
from lms.completion.queries_shortfalls import list_shortfalls
from lms.completion.rules import Dimension, RateFilter, ShortfallFilter
from lms.people.models import OrgPlacement
from lms.people.rules import Scope, whole_network
from lms.shared.db import db
from tests.benchmarks import plain_sql
from tests.benchmarks.bench_load import AS_OF, FIRST_AREA, LARGE, REFERENCE, Size, reference_load
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS, settings_for

RUNS = 9
ROSTER = "everyone's roster"
NETWORK = whole_network(AS_OF)
Work = Callable[[], object]


@dataclass(frozen=True)
class FirstPage:
    """A page's reading, with the most milliseconds it may take."""

    name: str
    read: Work
    goal: float


def run(report: Report) -> None:
    """Measure both databases; the large load tells how first pages grow from the reference load."""
    for backend in BACKENDS:
        report.section(f"rates · {backend}")
        small = measure(report, backend, REFERENCE)
        if report.large:
            for name, milliseconds in measure(report, backend, LARGE).items():
                goal = "" if name == ROSTER else "<= 1.5"
                report.figure(f"{name}: growth from 0.4 to 4 million", milliseconds / small[name], "×", goal)


def measure(report: Report, backend: str, size: Size) -> dict[str, float]:
    """Measure one load; return the milliseconds of each first page."""
    with connected(reference_load(backend, size)) as session:
        if size is REFERENCE:
            measure_rates(report, session)
        taken = {}
        for page in first_pages(session):
            taken[page.name] = 1000 * typical(page.read)
            # Everyone is ten times as many in the large load; the goal is for the reference load.
            goal = "" if page.name == ROSTER and size is not REFERENCE else f"<= {page.goal:g}"
            report.figure(f"{page.name}, {size.name}", taken[page.name], "ms", goal)
    return taken


@contextlib.contextmanager
def connected(url: str) -> Iterator[Session]:
    """Give a session of the application itself, with its settings of the database."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(url, Path(folder)))
        with app.app_context():
            yield db.session()
            db.session.remove()
            db.engine.dispose()


def measure_rates(report: Report, session: Session) -> None:
    """Measure everyone's rates by each dimension, beside the plain aggregate run in between."""
    plain: Work = lambda: session.execute(text(plain_sql.AGGREGATE)).all()  # noqa: E731
    report.figure("plain aggregate by person", 1000 * typical(plain), "ms")
    for by in Dimension:
        ours, beside = alternating(lambda by=by: list_rates(session, scope=NETWORK, as_of=AS_OF, by=by), plain)  # type: ignore[misc]
        goal = "<= 2" if by in {Dimension.PERSON, Dimension.CENTER, Dimension.NETWORK} else ""
        report.figure(f"everyone's rates by {by.lower()}, beside it", ours / beside, "×", goal)


def first_pages(session: Session) -> list[FirstPage]:
    """Return the pages people open most."""
    centers = frozenset(session.scalars(select(OrgPlacement.unit_id).where(OrgPlacement.parent_id == FIRST_AREA)))
    manager = Scope(person_id=None, on=AS_OF, center_ids=centers, counted_center_ids=centers)
    employee = Scope(person_id=77, on=AS_OF)
    area, course = ShortfallFilter(unit_id=FIRST_AREA), RateFilter(course_codes=("CS-005",))
    return [
        FirstPage("area manager's shortfalls", lambda: list_shortfalls(session, scope=manager, as_of=AS_OF), 40),
        FirstPage("an area's shortfalls", lambda: list_shortfalls(session, scope=NETWORK, as_of=AS_OF, where=area), 40),
        FirstPage(
            "a course of 10,000", lambda: list_enrollments(session, scope=NETWORK, as_of=AS_OF, where=course), 40
        ),
        FirstPage(ROSTER, lambda: count_roster(session, scope=NETWORK, as_of=AS_OF), 200),
        FirstPage("own list", lambda: list_person_lines(session, scope=employee, person_id=77, as_of=AS_OF), 20),
    ]


def typical(work: Work) -> float:
    """Return the median seconds of some runs after a warm-up."""
    work()
    return statistics.median(_seconds(work) for _ in range(RUNS))


def alternating(first: Work, second: Work) -> tuple[float, float]:
    """Return the median seconds of two works run in turns, so that a busy moment of the machine meets both."""
    first()
    times = [(_seconds(first), _seconds(second)) for _ in range(RUNS)]
    return statistics.median(one for one, _ in times), statistics.median(other for _, other in times)


def _seconds(work: Work) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
