"""Where a request's transaction ends: a good answer to a writing request commits, everything else rolls back."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, request
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from lms.jobs import queue
from lms.shared.db import db, writing

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTEXT = "tracker.writing"


def init_app(app: Flask) -> None:
    """Begin writing requests with the write lock; commit them when the answer is below 400."""

    @app.before_request
    def begin() -> None:
        if request.method not in SAFE_METHODS:
            request.environ[CONTEXT] = context = writing()
            context.__enter__()

    @app.after_request
    def end(response: Response) -> Response:
        if db.session.registry.has():  # else nobody asked for a session
            _end(is_good=request.method not in SAFE_METHODS and response.status_code < 400)
        # From here on the answer is only read: a download that streams for a minute must not hold the write lock.
        _leave_writing()
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        _leave_writing()


def _end(*, is_good: bool) -> None:
    if is_good:
        db.session.commit()
        app_queue().release(db.session())
    else:
        queue.forget(db.session())
        db.session.rollback()


def _leave_writing() -> None:
    context = request.environ.pop(CONTEXT, None)
    if context is not None:
        context.__exit__(None, None, None)


@contextmanager
def short_transaction() -> Iterator[Session]:
    """Write something at once, whatever becomes of the request: last use, tries to sign in, what was looked at.

    Only while the request's own session holds no write transaction: SQLite has one writer.
    """
    with writing(), db.engine.begin() as connection, Session(connection) as session:
        yield session
        if session.in_transaction():
            session.commit()  # flushes; the connection's own transaction ends thereafter


def connection_of(session: Session) -> Connection:
    """Return the connection of a short transaction, for plain rows: objects, which take their time, are not set up."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()


def app_queue() -> queue.Queue:
    """Return the queue of the running application."""
    found = current_app.extensions["queue"]
    if not isinstance(found, queue.Queue):
        raise TypeError("create_app() has not set up the queue")
    return found
