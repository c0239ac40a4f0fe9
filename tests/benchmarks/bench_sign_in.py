"""How long a refused try takes, by what was wrong with it: nobody may learn from the time which staff numbers exist."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, delete, insert
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import create_app
from lms.accounts.actions import set_password
from lms.accounts.activation.actions import issue_code_of
from lms.accounts.models import SignInAttempt
from lms.accounts.passwords import hash_password
from lms.accounts.rules import FAILURES_PER_STAFF_NO, Outcome
from lms.audit.rules import Actor
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db
from tests.benchmarks.report import Report
from tests.support.databases import BACKENDS, Databases, run_folder, settings_for
from tests.support.network import Network, small_cast
from tests.support.sign_in import csrf_token

PASSWORD = "four quiet lanterns"
ROUNDS, MORE_ROUNDS = 60, 500
KINDS = ("wrong", "unknown", "locked", "left", "without")


def run(report: Report) -> None:
    """Measure both databases, by password and by code."""
    for backend in BACKENDS:
        report.section(f"sign-in · {backend}")
        with _application(backend) as app:
            numbers = _people(app)
            for what, path in (("password", "/sign-in"), ("one-time code", "/activate")):
                _measure(report, app, what, path, numbers)


@contextmanager
def _application(backend: str) -> Iterator[Flask]:
    with run_folder() as folder:
        databases = Databases(folder)
        try:
            with databases.clone(backend) as url:
                app = create_app(settings_for(url, folder))
                yield app
                with app.app_context():
                    db.session.remove()
                    db.engine.dispose()
        finally:
            databases.close()


def _people(app: Flask) -> dict[str, str]:
    """Return a staff number of each kind."""
    now = utcnow()
    actor = Actor(person_id=None, label="benchmark", origin="here", at=now)
    with Session(_engine(app)) as session, session.begin():
        cast, network = small_cast(session), Network(session)
        yesterday = local_date(now, "Asia/Seoul") - timedelta(days=1)
        left = network.person("00190", "나간이", at=cast.center, until=yesterday)
        for person in (cast.employee, cast.colleague, left):
            set_password(session, actor, person_id=person.id, password_hash=hash_password(PASSWORD))
            issue_code_of(session, actor, person=person, key=app.config["SETTINGS"].secret_key)
        return {
            "wrong": cast.employee.staff_no,
            "unknown": "00000",
            "locked": cast.colleague.staff_no,
            "left": left.staff_no,
            "without": cast.namesake.staff_no,
        }


def _measure(report: Report, app: Flask, what: str, path: str, numbers: dict[str, str]) -> None:
    client, engine = app.test_client(), _engine(app)
    form = {"csrf_token": csrf_token(client, path), "code": "0000-0000-0000", "password": "not this one"}
    form |= {"new": "nine quiet foxes", "again": "nine quiet foxes"}
    rounds = MORE_ROUNDS if report.large else ROUNDS
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    order = random.Random(1)
    for _ in range(rounds):
        for kind in order.sample(KINDS, len(KINDS)):
            _forget_tries(engine, numbers["locked"])
            times[kind].append(_try(client, path, form | {"staff_no": numbers[kind]}))
    medians = {kind: 1000 * statistics.median(spent) for kind, spent in times.items()}
    report.note(f"{what}: " + ", ".join(f"{kind} {median:.1f} ms" for kind, median in medians.items()))
    apart = max(medians.values()) - min(medians.values())
    report.figure(f"refused by {what}: medians of 5 kinds apart (n = {rounds} each)", apart, "ms", "<= 10")


def _try(client: FlaskClient, path: str, form: dict[str, str]) -> float:
    started = time.perf_counter()
    answer = client.post(path, data=form)
    spent = time.perf_counter() - started
    if answer.status_code != 422:
        raise AssertionError(f"{path} answered {answer.status_code}, not a refusal")
    return spent


def _forget_tries(engine: Engine, locked: str) -> None:
    """Let every try find the same past: one staff number locked, all others fresh."""
    with Session(engine) as session, session.begin():
        session.execute(delete(SignInAttempt))
        row = {"staff_no": locked, "ip": "192.0.2.1", "at": utcnow(), "outcome": Outcome.FAILED}
        session.execute(insert(SignInAttempt), [row] * FAILURES_PER_STAFF_NO)


def _engine(app: Flask) -> Engine:
    return create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
