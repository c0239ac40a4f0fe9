"""What a phone needs so that forms open and wait on it: a manifest, a worker, and a page that holds nobody's data."""

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from lms.field_checks.queries import get_check
from lms.field_checks.rules import CheckKind, observer_fault
from lms.observations.rules import PASSING, ResponseType
from lms.people.rules import names_open
from lms.people.viewer import current_scope, viewer_tag
from lms.shared.db import db
from lms.shared.errors import NotFoundError

blueprint = Blueprint("device", __name__, url_prefix="/field-checks")
WORKER = "js/checks-worker.js"
COLOR, SURFACE = "#12608c", "#ffffff"
ICONS = (
    ("favicon.svg", "any", "image/svg+xml", "any"),
    ("app-192.png", "192x192", "image/png", "any"),
    ("app-512.png", "512x512", "image/png", "any"),
    ("app-maskable-512.png", "512x512", "image/png", "maskable"),
)


@blueprint.get("/app.webmanifest")
def manifest() -> Response:
    answer = jsonify(
        id=url_for("device.forms"),
        name=_("Checks after training"),
        short_name=_("Checks"),
        lang=str(get_locale()),
        start_url=url_for("device.forms"),
        scope=_scope(),
        display="standalone",
        theme_color=COLOR,
        background_color=SURFACE,
        icons=[
            {"src": url_for("static", filename=name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in ICONS
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


@blueprint.get("/worker.js")
def worker() -> Response:
    """Answer the worker from below the checks: it sees their pages and no others."""
    return Response(Path(current_app.static_folder or "", WORKER).read_bytes(), mimetype="text/javascript")


@blueprint.get("/device")
def forms() -> str:
    """Show which forms this device keeps; the device itself fills it in, without a connection too."""
    return render_template("field_checks/device.html")


@blueprint.get("/<check_id>/state")
def state(check_id: str) -> ResponseReturnValue:
    """Tell a form that lay on the device whose session this is now, and the token that it has."""
    scope = current_scope()
    check = get_check(db.session(), scope=scope, public_id=check_id)
    fault = observer_fault(scope, center_id=check.center_id, subject_id=check.person_id, kind=CheckKind(check.kind))
    if fault or not names_open(scope, {check.center_id}):
        raise NotFoundError
    return {"csrf": generate_csrf(), "person": viewer_tag(), "state": check.state}


@blueprint.app_template_global()
def met_from(response_type: str) -> int | None:
    """Return from which number on an item is met; None where none is asked for."""
    return PASSING.get(ResponseType(response_type))


def _scope() -> str:
    return url_for("device.forms").removesuffix("device")
