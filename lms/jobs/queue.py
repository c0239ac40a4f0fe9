"""Background work on huey, which delivers at most once.

So what must happen lives in a business row with a state (an import run, an export), the job's effect is idempotent,
and a sweep enqueues again what was dropped. A job is queued only after the transaction that asked for it committed:
a worker must find the row.
"""

import logging
import signal
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from huey import Huey
    from huey.consumer import Consumer

PENDING = "pending_jobs"
PAUSE_SECONDS = 0.12
log = logging.getLogger(__name__)


class Job(Protocol):
    """A background function: gets a session of its own and JSON-like arguments; commits its own steps."""

    def __call__(self, session: Session, **arguments: Any) -> None: ...


_registry: dict[str, Job] = {}


def register(name: str) -> Callable[[Job], Job]:
    """Make a function available to `request` under `name`, such as "people.apply_roster"."""

    def keep(job: Job) -> Job:
        _registry[name] = job
        return job

    return keep


def request(session: Session, name: str, **arguments: Any) -> None:
    """Ask for a job to be queued once this session's transaction has committed."""
    if name not in _registry:
        raise LookupError(f"no job is registered as {name!r}")
    session.info.setdefault(PENDING, []).append((name, arguments))


class Queue:
    """The queue of one application. With `immediate` (tests) a job runs in the process that released it."""

    def __init__(self, file: Path, run: Callable[[Job, dict[str, Any]], None], *, immediate: bool) -> None:
        self._file = file
        self.immediate = immediate
        self._run = run

    @cached_property
    def huey(self) -> "Huey":
        """Give the queue's store."""
        # Here, because it loads drivers of several databases, and most commands queue nothing.
        from huey import MemoryHuey, SqliteHuey

        return MemoryHuey(immediate=True) if self.immediate else SqliteHuey(filename=str(self._file), fsync=True)

    @cached_property
    def _task(self) -> Callable[[str, dict[str, Any]], object]:
        task: Callable[[str, dict[str, Any]], object] = self.huey.task(name="run_job")(self._execute)
        return task

    def _execute(self, name: str, arguments: dict[str, Any]) -> None:
        try:
            self._run(_registry[name], arguments)
        except Exception:
            log.exception("job %s failed", name)

    def release(self, session: Session) -> None:
        """Queue what this session's committed transaction asked for."""
        for name, arguments in session.info.pop(PENDING, []):
            self._task(name, arguments)

    def worker(self, threads: int) -> "Consumer":
        """Return what does all that is queued when it runs, until SIGINT or SIGTERM lets the jobs at hand finish."""
        worker = self.huey.create_consumer(workers=threads, periodic=False, max_delay=1.0)
        # By itself it breaks off the job at hand on SIGTERM, which is how services are stopped.
        worker._signal_actions[signal.SIGTERM] = (False, True)
        return worker


def next_batch(session: Session) -> None:
    """Commit a batch of a long job and let others write before the next one.

    On SQLite whoever waits looks for the lock every tenth of a second: a job that took it again at once would keep
    everybody out for as long as it runs.
    """
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        sleep(PAUSE_SECONDS)


def forget(session: Session) -> None:
    """Drop what a rolled-back transaction asked for."""
    session.info.pop(PENDING, None)
