"""Work of requests that come at once: one transaction for all that wait, and nobody pays for another's fault."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.shared.clock import utcnow
from lms.shared.errors import DomainError
from lms.web.together import EXTENSION, write_together

PATIENCE = 20


def note(name: str) -> Callable[[Session], str]:
    """Return work that writes a line of the audit trail."""

    def work(session: Session) -> str:
        record(session, Actor(person_id=None, label="x", origin="x", at=utcnow()), "probe", "x", name)
        session.flush()
        return f"{name} is written"

    return work


def refused(session: Session) -> str:
    note("refused")(session)
    raise DomainError("refused")


class Asking(threading.Thread):
    """A request that has something written, and what came of it."""

    def __init__(self, app: Flask, work: Callable[[Session], str]) -> None:
        super().__init__()
        self.app, self.work = app, work
        self.told: str | None = None
        self.fault: Exception | None = None

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.told = write_together(self.work)
            except Exception as error:
                self.fault = error


def behind_a_slow_one(app: Flask, *works: Callable[[Session], str]) -> list[Asking]:
    """Have works come while another one is written, and wait for the end of all."""
    begun, may_end = threading.Event(), threading.Event()

    def slow(session: Session) -> str:
        begun.set()
        assert may_end.wait(PATIENCE)
        return note("slow")(session)

    first = Asking(app, slow)
    first.start()
    assert begun.wait(PATIENCE)
    others = [Asking(app, work) for work in works]
    for other in others:
        other.start()
    until = time.monotonic() + PATIENCE
    while len(app.extensions[EXTENSION].waiting) < len(works) and time.monotonic() < until:
        time.sleep(0.001)
    may_end.set()
    for one in (first, *others):
        one.join(PATIENCE)
    assert first.told == "slow is written"
    return others


def written(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(AuditEvent.object_id).where(AuditEvent.action == "probe")))


@pytest.fixture
def commits() -> Iterator[list[Any]]:
    """Give a list that grows with each commit of this process."""
    seen: list[Any] = []

    def see(connection: Any) -> None:
        seen.append(connection)

    event.listen(Engine, "commit", see)
    yield seen
    event.remove(Engine, "commit", see)


@pytest.mark.backend("sqlite")
def test_what_waits_is_written_in_one_transaction(app: Flask, session: Session, commits: list[Any]):
    others = behind_a_slow_one(app, note("a"), note("b"), note("c"))
    assert [one.told for one in others] == ["a is written", "b is written", "c is written"]
    assert len(commits) == 2, "the slow one, and the three that waited for it"
    assert written(session) == ["a", "b", "c", "slow"]


@pytest.mark.backend("sqlite")
def test_a_refusal_is_told_to_whom_it_belongs_and_takes_nothing_from_the_others(app: Flask, session: Session):
    before, at_fault, after = behind_a_slow_one(app, note("before"), refused, note("after"))
    assert (before.told, after.told) == ("before is written", "after is written")
    assert isinstance(at_fault.fault, DomainError)
    assert at_fault.fault.code == "refused"
    assert written(session) == ["after", "before", "slow"]


def test_work_alone_is_written_or_refused(app: Flask, session: Session):
    alone, at_fault = Asking(app, note("alone")), Asking(app, refused)
    for one in (alone, at_fault):
        one.start()
        one.join(PATIENCE)
    assert alone.told == "alone is written"
    assert isinstance(at_fault.fault, DomainError)
    assert written(session) == ["alone"]


@pytest.mark.backend("sqlite")
def test_nothing_is_told_before_the_commit(app: Flask, session: Session):
    def fail(_connection: object) -> None:
        raise OSError("disk is full")

    event.listen(Engine, "commit", fail)
    try:
        asking = Asking(app, note("lost"))
        asking.start()
        asking.join(PATIENCE)
    finally:
        event.remove(Engine, "commit", fail)
    assert asking.told is None
    assert isinstance(asking.fault, OSError)
    assert written(session) == []
