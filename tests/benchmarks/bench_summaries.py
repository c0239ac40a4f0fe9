"""Random writes by the actions that people's own go through; then all that is remembered or stored beside the facts.

It goes last: it changes the reference load.
"""

import csv
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from lms.audit.rules import Actor
from lms.completion.queries import list_rates
from lms.completion.queries_memory import NetworkFigures
from lms.completion.queries_proof import Proof, prove_rates
from lms.completion.queries_trend import list_trend
from lms.completion.rules import Dimension, RateFilter
from lms.courses.models import Course
from lms.enrollments.actions import correct_completion, enroll, record_completion, refresh_due_dates, void
from lms.enrollments.exceptions.actions import ask, decide
from lms.enrollments.exceptions.rules import Kind, Reason, Role, Wish
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.people.rules import whole_network
from lms.shared.clock import utcnow
from lms.shared.db import db, only_reading, writing
from lms.shared.errors import DomainError
from tests.benchmarks.bench_load import AS_OF, REFERENCE, reference_load, roster_row
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS, settings_for

WRITES, MORE_WRITES = 2_000, 100_000
# Of one transaction, as when a coordinator records a class; and of one roster.
AT_ONCE, ROSTER_ROWS = 50, 100
TRANSACTIONS_BETWEEN_ROSTERS = 38
TRANSACTIONS_BETWEEN_LOOKS = 40
NETWORK = whole_network(AS_OF)
BY_TRAINING = frozenset({Role.TRAINING})
ASKING, DECIDING = 1, 2
LEVELS = (Dimension.CENTER, Dimension.AREA, Dimension.REGION, Dimension.NETWORK)


def run(report: Report) -> None:
    """Write to both databases: 10⁵ times when large."""
    for backend in BACKENDS:
        report.section(f"summaries · {backend}")
        with TemporaryDirectory() as folder:
            app = create_app(settings_for(reference_load(backend), Path(folder)))
            with app.app_context():
                measure(report, app, Path(folder), MORE_WRITES if report.large else WRITES)
                db.session.remove()
                db.engine.dispose()


def measure(report: Report, app: Flask, folder: Path, wanted: int) -> None:
    """Write until enough is written, comparing what is remembered now and then, and everything at the end."""
    session, proof = db.session(), Proof()
    figures, written = NetworkFigures(), Counter[str]()
    with writing():
        # The load has its due dates as they were assigned, whatever leaves and moves put off.
        refresh_due_dates(session, actor=_actor(1))
        session.commit()
        writer = Writer(session, Random(11))
    _look(session, figures, proof, trend=True)
    started = time.perf_counter()
    transactions = 0
    while written.total() < wanted:
        with writing():
            written += writer.write_some()
            session.commit()
        session.expunge_all()
        transactions += 1
        if transactions % TRANSACTIONS_BETWEEN_ROSTERS == 0:
            written["roster row"] += writer.upload_roster(app, folder, share=written.total() / wanted)
        if transactions % TRANSACTIONS_BETWEEN_LOOKS == 0:
            _look(session, figures, proof)
    report.note(", ".join(f"{number:,} × {kind}" for kind, number in sorted(written.items())))
    report.figure("random writes", written.total(), "", f">= {wanted}")
    report.figure("time for them, with comparisons in between", time.perf_counter() - started, "s")
    _look(session, figures, proof, trend=True)
    report.figure("differences of remembered figures", len(proof.differences), "", "= 0")
    facts = prove_rates(session, scope=NETWORK, as_of=AS_OF)
    session.rollback()
    for name, number in (proof.compared + facts.compared).items():
        report.note(f"{number:,} × {name} compared")
    for difference in [*proof.differences[:5], *facts.differences[:5]]:
        report.note(difference)
    report.figure("differences of figures, latest cycles and due dates", len(facts.differences), "", "= 0")


def _look(session: Session, figures: NetworkFigures, proof: Proof, *, trend: bool = False) -> None:
    """Compare what is remembered with what counting now finds."""
    with only_reading():
        for by in LEVELS:
            expected = list_rates(session, scope=NETWORK, as_of=AS_OF, by=by)
            found = figures.rates(session, scope=NETWORK, as_of=AS_OF, by=by)
            for one, other in zip(found, expected, strict=True):
                proof.hold(f"remembered rate by {by.lower()}", other.code, one, other)
        if trend:
            points = figures.trend(session, scope=NETWORK, as_of=AS_OF)
            for point, other_point in zip(
                points, list_trend(session, scope=NETWORK, as_of=AS_OF, where=RateFilter()), strict=True
            ):
                proof.hold("remembered point of the trend", other_point.day, point, other_point)
        session.rollback()


class Writer:
    """Writes at random to the reference load. What a rule refuses is not written, and not counted."""

    def __init__(self, session: Session, chance: Random) -> None:
        self.session, self.chance = session, chance
        self.last_id = session.scalar(select(func.max(Enrollment.id))) or 0
        self.rosters = 0
        self.kinds: dict[str, tuple[int, Callable[[], Any]]] = {
            "completion": (55, self.complete),
            "correction": (15, self.correct),
            "voided": (10, self.void),
            "next cycle": (10, self.enroll_again),
            "exemption": (5, lambda: self.grant(Kind.EXEMPTION)),
            "extension": (5, lambda: self.grant(Kind.EXTENSION)),
        }

    def write_some(self) -> Counter[str]:
        """Write what one transaction holds; return how many of each kind changed something."""
        written: Counter[str] = Counter()
        weights = [weight for weight, _ in self.kinds.values()]
        for kind in self.chance.choices(list(self.kinds), weights, k=AT_ONCE):
            with suppress(DomainError):
                written[kind] += bool(self.kinds[kind][1]())
        return written

    def complete(self) -> bool:
        """Record a completion."""
        enrollment_id, day = self._any(), self._day()
        return record_completion(self.session, enrollment_id=enrollment_id, completed_on=day, actor=_actor(1))

    def correct(self) -> bool:
        """Correct a completion, or take it back."""
        day = self.chance.choice((self._day(), None))
        enrollment_id = self._any()
        return correct_completion(
            self.session, enrollment_id=enrollment_id, completed_on=day, reason="as found", actor=_actor(1)
        )

    def void(self) -> bool:
        """Take an enrollment out."""
        day, enrollment_id = self._day(), self._any()
        return void(self.session, enrollment_id=enrollment_id, voided_on=day, reason="no longer", actor=_actor(1))

    def enroll_again(self) -> bool:
        """Enroll someone in the next cycle of a course they have, at times due already."""
        former = self.session.get_one(Enrollment, self._any())
        course, days = self.session.get_one(Course, former.course_id), self.chance.randint(0, 30)
        assigned_on = former.assigned_on + timedelta(days=self.chance.randint(1, 60))
        enrolled = enroll(
            self.session, person_id=former.person_id, course=course, assigned_on=assigned_on, due_days=days,
            source=Source.ASSIGNMENT, actor=_actor(1),
        )  # fmt: skip
        self.last_id = max(self.last_id, enrolled.id)
        return True

    def grant(self, kind: Kind) -> bool:
        """Ask for an exemption or an extension, and grant it as someone else."""
        about = self.session.get_one(Enrollment, self._any())
        if about.person_id in {ASKING, DECIDING}:
            return False  # nobody asks for or decides about themselves
        course, number = self.session.get_one(Course, about.course_id), self.chance.getrandbits(64)
        first = AS_OF - timedelta(days=self.chance.randint(0, 20))
        wish = Wish(
            kind=kind, reason_code=Reason.OTHER, reason="at random", evidence_note="a paper", starts_on=first,
            ends_on=first + timedelta(days=60), due_on=AS_OF + timedelta(days=self.chance.randint(1, 80)),
        )  # fmt: skip
        asked = ask(
            self.session, person_id=about.person_id, courses=[course], wish=wish, roles=BY_TRAINING, on=AS_OF,
            request_key=f"{number:016x}", actor=_actor(ASKING),
        )  # fmt: skip
        return all(
            decide(
                self.session, request=one, approve=True, note="", roles=BY_TRAINING, on=AS_OF, actor=_actor(DECIDING)
            )
            for one in asked
        )  # fmt: skip

    def upload_roster(self, app: Flask, folder: Path, *, share: float) -> int:
        """Move some people, and send every third on leave, from a day that is later the more is written."""
        self.rosters += 1
        on = AS_OF - timedelta(days=round(60 * (1 - min(1.0, share))))
        file = folder / f"roster-{self.rosters}.csv"
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("staff_no", "name", "center_code", "role_code", "leave_from", "leave_to"))
            for person in self.chance.sample(range(1, REFERENCE.people + 1), ROSTER_ROWS):
                center = self.chance.randrange(REFERENCE.centers)
                leave = (on, on + timedelta(days=self.chance.randint(1, 50))) if person % 3 == 0 else ("", "")
                writer.writerow((*roster_row(person, center), *leave))
        arguments = ("roster", "import", "--partial", "--effective", str(on), str(file))
        done = app.test_cli_runner().invoke(args=arguments)
        if done.exit_code:
            raise RuntimeError(f"{file.name}: {done.output}")
        return ROSTER_ROWS

    def _any(self) -> int:
        return self.chance.randint(1, self.last_id)

    def _day(self) -> date:
        return AS_OF - timedelta(days=self.chance.randint(0, 380))


def _actor(person_id: int) -> Actor:
    return Actor(person_id=person_id, label="benchmark", origin="here", at=utcnow())
