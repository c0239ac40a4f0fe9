"""Pages of the catalog, open to everyone signed in."""

from flask import Blueprint, abort, render_template, request

from lms.courses import queries
from lms.people.rules import NAMING_DUTIES
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.dates import today
from lms.web.numbers import whole_number

blueprint = Blueprint("courses", __name__, url_prefix="/courses")


@blueprint.get("")
def catalog() -> str:
    session = db.session()
    tier = whole_number("tier")
    competency = request.args.get("competency") or None
    text = request.args.get("q", "").strip()[:100]
    return render_template(
        "courses/catalog.html",
        courses=queries.list_courses(session, tier=tier, competency=competency, text=text),
        tiers=queries.list_tiers(session),
        competencies=queries.list_competencies(session),
        chosen={"tier": tier, "competency": competency, "q": text},
        day=today(),
        version_in_force=queries.version_in_force,
    )


@blueprint.get("/<public_id>")
def course(public_id: str) -> str:
    session = db.session()
    found = queries.get_course(session, public_id=public_id)
    if not found.versions:
        abort(404)
    return render_template(
        "courses/course.html",
        course=found,
        version=queries.version_in_force(found, today()),
        opens=queries.list_courses_opened_by(session, found),
        day=today(),
        sees_learners=not current_scope().duties.isdisjoint(NAMING_DUTIES),
    )
