"""How fast a real history of visits comes in, and how long the pages over all of it take."""

import statistics
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from lms.accounts.actions import set_password
from lms.accounts.passwords import hash_password
from lms.audit.rules import Actor
from lms.people.models import OrgUnit
from lms.people.rules import DutyKind, UnitKind
from lms.shared.clock import utcnow
from tests.benchmarks.bench_import import command
from tests.benchmarks.bench_load import empty_load
from tests.benchmarks.http_visit import Visitor
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS
from tests.support.network import Network
from tests.support.processes import Served, served
from tests.support.shared_data import find_shared_data

PASSWORD = "four quiet lanterns"
STAFF_NO = "00903"
FINDINGS = 395_286
# A center of six visits, each with something not met.
CENTER = "40364286"
ASKED = 25


def run(report: Report) -> None:
    """Import 133,336 visits with their findings, the same again, and open the pages over them."""
    shared = find_shared_data()
    if shared is None:
        report.note("the real history is not here: nothing measured")
        return
    history = shared / "data" / "inspections"
    for backend in BACKENDS:
        report.section(f"observations · {backend}")
        url, folder = empty_load(backend)
        measure_import(report, url, folder, history)
        public_id = appoint(url)
        with served(url, folder) as server:
            measure_pages(report, server, public_id)


def measure_import(report: Report, url: str, folder: Path, history: Path) -> None:
    """Measure the command from start to exit, centers and items included."""
    names = {
        "centers": "centers.csv.gz",
        "items": "items.csv",
        "visits": "visits.csv.gz",
        "findings": "findings.csv.gz",
    }
    options = [text for name, file in names.items() for text in (f"--{name}", str(history / file))]
    idle, _ = command(url, str(folder), "tiers", "list")
    peak, seconds = command(url, str(folder), "observations", "import", *options)
    report.figure("import", FINDINGS / seconds, "findings/s", ">= 20000")
    report.figure("memory above idle", (peak - idle) / 1024, "MB")
    _, seconds = command(url, str(folder), "observations", "import", *options)
    report.figure("the same files again", FINDINGS / seconds, "findings/s")


def appoint(url: str) -> str:
    """Add a training administrator who signs in; return the public id of the center to look at."""
    actor = Actor(person_id=None, label="benchmark", origin="here", at=utcnow())
    with Session(create_engine(url, poolclass=NullPool)) as session, session.begin():
        network = Network(session)
        person = network.person(STAFF_NO, "한마루", at=network.there_is(UnitKind.CENTER), role="TR")
        network.duty(person, DutyKind.TRAINING_ADMIN, network.there_is(UnitKind.NETWORK))
        set_password(session, actor, person_id=person.id, password_hash=hash_password(PASSWORD))
        center = select(OrgUnit.public_id).where(OrgUnit.kind == UnitKind.CENTER, OrgUnit.code == CENTER)
        return session.scalars(center).one()


def measure_pages(report: Report, server: Served, public_id: str) -> None:
    """Measure pages as the reader waits for them, connection included."""
    visitor = Visitor(server.address, STAFF_NO, PASSWORD)
    for name, path, goal in (
        ("network page", "/observations", "<= 300"),
        ("network page, one kind, by visits", "/observations?kind=FIRST&sort=-visits", "<= 300"),
        ("page of a center", f"/observations/centers/{public_id}", "<= 60"),
    ):
        visitor.page(path)
        before = server.spent()
        times = [visitor.page(path)[1] for _ in range(ASKED)]
        used = 1000 * (server.spent() - before) / ASKED
        report.note(f"{name}: {used:.0f} ms of processor time, quickest {1000 * min(times):.0f} ms")
        report.figure(f"{name} (median of {ASKED})", 1000 * statistics.median(times), "ms", goal)
