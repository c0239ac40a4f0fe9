"""Pages that belong to no noun."""

from flask import Blueprint, Response

from lms.shared.db import db
from lms.web.styles import style_sheet

blueprint = Blueprint("web", __name__)


@blueprint.get("/healthz")
def health() -> dict[str, str]:
    db.session.connection().exec_driver_sql("SELECT 1")
    return {"status": "ok"}


@blueprint.get("/styles.css")
def styles() -> Response:
    return Response(style_sheet(), mimetype="text/css")
