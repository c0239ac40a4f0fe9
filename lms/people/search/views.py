"""People search."""

from flask import Blueprint, render_template, request

from lms.people.queries import find_unit_opening_all
from lms.people.rules import names_open
from lms.people.search.queries import search_people
from lms.people.search.rules import terms_of
from lms.people.search.wording import STANDINGS
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access
from lms.web.numbers import page_number

blueprint = Blueprint("search", __name__)
LONGEST = 100


@blueprint.get("/people")
def people() -> str:
    session, scope = db.session(), current_scope()
    typed = request.args.get("q", "").strip()[:LONGEST]
    terms = terms_of(typed)
    is_open = names_open(scope)
    page = None
    if terms and (is_open or scope.open_center_ids):
        page = search_people(session, scope=scope, terms=terms, page=page_number())
        note_access(
            "people.search", "people", "", subject_ids=[one.person_id for one in page.rows], detail={"q": typed}
        )  # fmt: skip
    return render_template(
        "people/search.html",
        typed=typed,
        page=page,
        closed=None if is_open else find_unit_opening_all(session, scope=scope),
        standings=STANDINGS,
        today=scope.on,
    )
