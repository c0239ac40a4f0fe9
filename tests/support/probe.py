"""Routes for tests alone: one of each kind, so that what happens around a view is tried without any page of ours."""

from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask, Response, abort, request, stream_with_context
from sqlalchemy import func, select

from lms.accounts.access import ENDPOINTS, Policy
from lms.audit import actions as audit
from lms.audit.models import AuditEvent
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access

POLICIES = {
    "counts": Policy.COUNTS,
    "names": Policy.NAMES,
    "training": Policy.TRAINING,
    "own": Policy.SIGNED_IN,
}


def add_probe(app: Flask, patch: pytest.MonkeyPatch) -> None:
    """Add the routes below /probe to an application that has not answered yet."""
    blueprint = Blueprint("probe", __name__, url_prefix="/probe")
    for name, policy in POLICIES.items():
        blueprint.add_url_rule(f"/{name}", name, lambda: "<!doctype html><title>t</title><p>seen")
        patch.setitem(ENDPOINTS, f"probe.{name}", policy)
    for view, methods in ((write, ["GET", "POST"]), (stream, ["POST"]), (see, ["GET", "POST"]), (go_wrong, ["GET"])):
        blueprint.add_url_rule(f"/{view.__name__.replace('_', '-')}", view.__name__, view, methods=methods)
        patch.setitem(ENDPOINTS, f"probe.{view.__name__}", Policy.PUBLIC)
    blueprint.add_url_rule("/undeclared", "undeclared", lambda: "seen")
    app.register_blueprint(blueprint)


def written() -> int:
    """Return how many lines `write` has left, as the present transaction sees it."""
    return db.session.scalar(select(func.count()).where(AuditEvent.action == "probe")) or 0


def write() -> tuple[str, int]:
    """Write a line, then answer with the status asked for, or fail."""
    audit.record(db.session(), actor(), "probe", "probe", "1")
    db.session.flush()
    if "fail" in request.values:
        raise RuntimeError("on purpose")
    return "written", request.args.get("status", 200, type=int)


def stream() -> Response:
    """Write a line, then answer in parts that are made while they are sent."""
    audit.record(db.session(), actor(), "probe", "probe", "1")
    note_access("probe.seen", "probe", "1", reason="to see")

    def parts() -> Iterator[str]:
        yield f"{written()},"
        yield "second"

    return Response(stream_with_context(parts()), mimetype="text/csv")


def see() -> tuple[str, int]:
    """Show someone's data, which is noted."""
    note_access("probe.seen", "person", "x", subject_ids=[1, 2], reason="to see")
    return "seen", request.args.get("status", 200, type=int)


def go_wrong() -> str:
    """End in the error asked for."""
    what = request.args["with"]
    if what == "refusal":
        raise DomainError("too_many", allowed=3)
    if what == "absence":
        raise NotFoundError
    if what == "fault":
        raise RuntimeError("on purpose")
    abort(int(what))
