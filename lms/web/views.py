"""Pages that belong to no noun."""

from flask import Blueprint

from lms.shared.db import db

blueprint = Blueprint("web", __name__)


@blueprint.get("/healthz")
def health() -> dict[str, str]:
    db.session.connection().exec_driver_sql("SELECT 1")
    return {"status": "ok"}
