"""Work of requests that come at once, in one transaction: SQLite has one writer, one wait for the disk does for all."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from lms.shared.db import db
from lms.web.transactions import app_queue, short_transaction

T = TypeVar("T")
Work = Callable[[Session], Any]
EXTENSION = "together"


class Together:
    """What waits to be written in this process. Whoever's turn it is writes for all who wait behind them.

    Processes take turns by a lock on a file: who waits for SQLite's own sleeps, and oversleeps, for up to 0.1 s.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = Lock()
        self.waiting: deque[tuple[Work, Future[Any]]] = deque()

    def write(self, work: Work) -> Any:
        """Return what `work` returns, once it is on disk."""
        told: Future[Any] = Future()
        self.waiting.append((work, told))
        with self._turn:
            if not told.done():
                with self._file.open("ab", buffering=0) as file:
                    flock(file, LOCK_EX)  # let go of when the file is closed, or the process ends
                    _write([self.waiting.popleft() for _ in range(len(self.waiting))])
        return told.result(timeout=0)


def init_app(app: Flask) -> None:
    """Let requests of this application write together."""
    app.extensions[EXTENSION] = Together(app.config["SETTINGS"].data_dir / "together.lock")


def write_together(work: Callable[[Session], T]) -> T:
    """Do `work` in a transaction that it may share with that of other requests; return when it is committed.

    It is shared on SQLite; PostgreSQL lets several write, and waits for the disk once for all by itself. `work` may be
    done twice: when one of several fails, each is done alone. Call it while the request's own session is untouched.
    """
    if db.engine.dialect.name != "sqlite":
        with short_transaction() as session:
            made = work(session)
        app_queue().release(session)
        return made
    return cast(T, current_app.extensions[EXTENSION].write(work))


def _write(waiting: Sequence[tuple[Work, Future[Any]]]) -> None:
    try:
        with short_transaction() as session:
            made = [work(session) for work, _ in waiting]
    except Exception as error:
        if len(waiting) > 1:  # whose fault it is, shows when each stands alone
            for one in waiting:
                _write([one])
        else:
            waiting[0][1].set_exception(error)
        return
    for (_, told), result in zip(waiting, made, strict=True):
        told.set_result(result)
    app_queue().release(session)
