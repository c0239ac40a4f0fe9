"""Syncing assignment rules: 1,000,000 person × rule pairs, twice, and one person within a request, on the demo."""

import contextlib
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion
from lms.people.models import Person
from lms.people.queries import active_postings
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db, writing
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS, Databases, run_folder, settings_for
from tests.support.demo import DEMO

PAIRS = 1_000_000
ONE_BY_ONE = 40


def run(report: Report) -> None:
    """Measure both databases; the demo's 35 rules are multiplied until there are enough pairs."""
    with run_folder() as folder:
        databases = Databases(folder)
        for backend in BACKENDS:
            report.section(f"rules · {backend}")
            with databases.clone(backend, DEMO) as url, connected(url) as session:
                measure(report, session)
        databases.close()


@contextlib.contextmanager
def connected(url: str) -> Iterator[Session]:
    """Give a writing session of the application on a database."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(url, Path(folder)))
        with app.app_context(), writing():
            yield db.session()
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def measure(report: Report, session: Session) -> None:
    """Measure one database and leave it as it was."""
    today = local_date(utcnow(), "Asia/Seoul")
    people = session.scalar(select(func.count()).select_from(Person)) or 0
    one_by_one(report, session, today)
    rules = multiply(session, times=-(-PAIRS // (people * 35)))
    pairs = people * rules
    report.note(f"{people:,} people × {rules} rules")
    for name in ("first sync, which adds reasons", "second sync, which finds nothing to do"):
        gc.collect()
        started = time.perf_counter()
        done = sync_people(session, as_of=today, actor=actor())
        seconds = time.perf_counter() - started
        report.figure(
            f"{name}: {sum(done.values()):,} changes; per million pairs", seconds * PAIRS / pairs, "s", "<= 60"
        )
    report.figure("changes of a second sync", sum(done.values()), "", "= 0")
    session.rollback()


def one_by_one(report: Report, session: Session, today: date) -> None:
    """Measure the sync of one person, as a request does it that changed them."""
    active = active_postings(today).subquery()
    chosen = session.scalars(select(active.c.person_id).order_by(active.c.person_id).limit(ONE_BY_ONE)).all()
    taken = []
    for person_id in chosen:
        started = time.perf_counter()
        sync_people(session, [person_id], as_of=today, actor=actor())
        taken.append(1000 * (time.perf_counter() - started))
    report.figure("one person's sync, median", statistics.median(taken), "ms", "<= 50")
    session.rollback()


def multiply(session: Session, *, times: int) -> int:
    """Publish copies of every rule under other codes; return how many rules there are then."""
    for version in session.scalars(select(AssignmentRuleVersion)).all():
        for copy in range(1, times):
            rule = AssignmentRule(code=f"{version.rule.code}-{copy}", name_ko="x", name_en="x", recorded_at=utcnow())
            rule.versions.append(
                AssignmentRuleVersion(
                    number=1, state=version.state, terms=version.terms, valid_from=version.valid_from,
                    recorded_at=utcnow(), published_at=utcnow(),
                )
            )  # fmt: skip
            session.add(rule)
    session.flush()
    return session.scalar(select(func.count()).select_from(AssignmentRule)) or 0


def actor() -> Actor:
    """Return who syncs."""
    return Actor(person_id=None, label="bench", origin="bench", at=utcnow())
