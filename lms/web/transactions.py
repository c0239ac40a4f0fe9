"""Where a request's transaction ends: a good answer to a writing request commits, everything else rolls back."""

from flask import Flask, Response, current_app, request

from lms.jobs import queue
from lms.shared.db import db, writing

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Begin writing requests with the write lock; commit them when the answer is below 400."""

    @app.before_request
    def begin() -> None:
        if request.method not in SAFE_METHODS:
            request.environ["tracker.writing"] = context = writing()
            context.__enter__()

    @app.after_request
    def end(response: Response) -> Response:
        if request.method in SAFE_METHODS or response.status_code >= 400:
            queue.forget(db.session())
            db.session.rollback()
        else:
            db.session.commit()
            app_queue().release(db.session())
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        context = request.environ.pop("tracker.writing", None)
        if context is not None:
            context.__exit__(None, None, None)


def app_queue() -> queue.Queue:
    """Return the queue of the running application."""
    found = current_app.extensions["queue"]
    if not isinstance(found, queue.Queue):
        raise TypeError("create_app() has not set up the queue")
    return found
