"""Background work may be dropped, run twice, or killed half-way: an import is applied once, or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.audit.rules import Actor
from lms.imports import actions, jobs, kinds, storage
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, ImportState
from lms.people.models import Person
from lms.shared.clock import utcnow
from lms.shared.db import db, writing
from tests.support import ROOT
from tests.support.network import small_cast

FILE = "staff_no,name,center_code,role_code\n00104,새 사람,C101,SA\n"


@pytest.fixture
def uploaded(app: Flask, session: Session) -> int:
    """Give the id of a roster that was handed in, and whose job the queue dropped."""
    small_cast(session)
    actor = Actor(person_id=None, label="t", origin="t", at=utcnow())
    name, sha256 = storage.keep(app.config["SETTINGS"].data_dir, [FILE.encode()])
    run = actions.start_run(
        session, actor, kind=ImportKind.ROSTER, file_name="r.csv", sha256=sha256, stored_as=name,
        effective_on=utcnow().date(), options={"partial": True},
    )  # fmt: skip
    session.commit()
    return run.id


def run_job(app: Flask, job: Callable[..., None], import_id: int) -> None:
    with app.app_context(), writing():
        job(db.session(), import_id=import_id)
        db.session.remove()


def state(session: Session, import_id: int) -> ImportRun:
    session.rollback()
    return session.get_one(ImportRun, import_id)


def agree(session: Session, import_id: int) -> None:
    run = state(session, import_id)
    actor = Actor(person_id=None, label="t", origin="t", at=utcnow())
    actions.confirm(session, actor, run, allow_large=True)
    session.commit()


def count(session: Session) -> int | None:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Person).where(Person.staff_no == "00104"))


def test_a_sweep_picks_up_what_the_queue_dropped(runner: FlaskCliRunner, session: Session, uploaded: int):
    session.rollback()
    assert "1 jobs queued" in runner.invoke(args=["jobs", "sweep"]).output
    assert state(session, uploaded).state == ImportState.READY
    agree(session, uploaded)
    runner.invoke(args=["jobs", "sweep"])
    assert state(session, uploaded).state == ImportState.APPLIED
    assert count(session) == 1
    assert "0 jobs queued" in runner.invoke(args=["jobs", "sweep"]).output


def test_a_job_that_runs_twice_acts_once(app: Flask, session: Session, uploaded: int):
    for _ in range(2):
        run_job(app, jobs.check, uploaded)
    agree(session, uploaded)
    for _ in range(2):
        run_job(app, jobs.apply, uploaded)
    assert count(session) == 1


def test_what_fails_half_way_leaves_nothing_behind(
    app: Flask, session: Session, uploaded: int, monkeypatch: pytest.MonkeyPatch
):
    run_job(app, jobs.check, uploaded)
    agree(session, uploaded)

    def fall_over(*_: Any) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(kinds, "run_hooks", fall_over)
    with pytest.raises(RuntimeError):
        run_job(app, jobs.apply, uploaded)
    run = state(session, uploaded)
    assert (run.state, run.failure) == (ImportState.FAILED, "unexpected")
    assert count(session) == 0


def test_a_file_that_is_gone_fails_by_name(app: Flask, session: Session, uploaded: int):
    storage.drop(app.config["SETTINGS"].data_dir, state(session, uploaded).stored_as)
    with pytest.raises(FileNotFoundError):
        run_job(app, jobs.check, uploaded)
    assert state(session, uploaded).failure == "unexpected"


def test_nouns_above_follow_an_applied_file_in_the_same_transaction(
    app: Flask, session: Session, uploaded: int, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []
    monkeypatch.setitem(kinds._after, ImportKind.ROSTER, [lambda _session, _actor, run: seen.append(run.state)])
    run_job(app, jobs.check, uploaded)
    agree(session, uploaded)
    run_job(app, jobs.apply, uploaded)
    assert seen == [ImportState.APPLIED]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.backend("sqlite")  # the worker is a process of its own; which database it has does not matter
def test_the_worker_does_what_waits_and_stops_when_asked(
    settings: Settings, session: Session, uploaded: int, stop: int
):
    session.close()
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
    }
    log = Path(settings.data_dir) / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            _wait_for_state(settings, uploaded, ImportState.READY, log)
            worker.send_signal(stop)
            assert worker.wait(timeout=30) == 0, log.read_text()
        finally:
            worker.kill()
            worker.wait()


def _wait_for_state(settings: Settings, import_id: int, wanted: ImportState, log: Path) -> None:
    engine = create_engine(settings.database_url)
    until = time.monotonic() + 60
    found = None
    while found != wanted and time.monotonic() < until:
        time.sleep(0.2)
        with Session(engine) as session:
            found = session.scalar(select(ImportRun.state).where(ImportRun.id == import_id))
    engine.dispose()
    assert found == wanted, log.read_text()
