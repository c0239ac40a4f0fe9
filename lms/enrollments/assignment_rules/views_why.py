"""Why someone is asked for a course or is not, on any day, rule by rule; and the people whom no rule covers."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.enrollments.assignment_rules import queries_pages, queries_why, wording
from lms.enrollments.assignment_rules.sentence import sentence
from lms.enrollments.assignment_rules.views import names_of
from lms.people.merging.addresses import follows_merges
from lms.people.queries import find_unit_to_open, get_person_by_public_id, get_viewer
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.paging import PER_PAGE, Page, offset_of
from lms.web.access_log import note_access
from lms.web.dates import requested_day
from lms.web.locale import localized
from lms.web.numbers import page_number

blueprint = Blueprint("why", __name__)
Answer = str | Response
# Names in the sentence of one rule beside others are cut, as in the list of rules.
NAMED = 6


@blueprint.get("/me/why")
def own() -> str:
    return _why(get_viewer(db.session(), scope=current_scope()))


@blueprint.get("/people/<public_id>/why")
@follows_merges
def person(public_id: str) -> Answer:
    session, scope = db.session(), current_scope()
    found = get_person_by_public_id(session, scope=scope, public_id=public_id)
    closed = find_unit_to_open(session, scope=scope, person=found)
    if closed is not None:
        return redirect(url_for("people.purpose", unit_id=closed.public_id, next=request.full_path), 303)
    if found.id != scope.person_id:
        note_access("view", "assignment_reasons", public_id, subject_ids=[found.id])
    return _why(found)


def _why(found: Any) -> str:
    """Show what rules say of a person's course on a day; the person comes from within the viewer's scope."""
    session, scope, on = db.session(), current_scope(), requested_day()
    chosen, explained, texts = request.args.get("course", ""), None, {}
    if chosen:
        course = get_course(session, public_id=chosen)
        explained = queries_why.explain_assignment(
            session, scope=scope, person_id=found.id, course_id=course.id, on=on
        )  # fmt: skip
        names = names_of([one.version.terms for one in explained.answers])
        texts = {one.rule.id: sentence(one.version.terms, names, NAMED) for one in explained.answers}
    courses = [
        (one.public_id, f"{one.code} {localized(one, 'title')}") for one in queries_pages.list_all_courses(session)
    ]
    return render_template(
        "enrollments/why.html",
        person=found, on=on, chosen=chosen, courses=courses, explained=explained, texts=texts, wording=wording,
        is_own=found.id == scope.person_id, today=scope.on,
    )  # fmt: skip


@blueprint.get("/rules/uncovered")
def uncovered() -> Answer:
    session, scope, on = db.session(), current_scope(), requested_day()
    found = queries_why.list_people_without_rule(session, scope=scope, as_of=on)
    page = page_number()
    rows = found[offset_of(page) : offset_of(page) + PER_PAGE]
    # Who may count but not name sees how many there are, by center, and no names.
    shown = {one.center.id for one in rows if names_open(scope, {one.center.id})}
    named = [one.person.id for one in rows if one.center.id in shown]
    if named:
        note_access("view", "people_without_rule", "", subject_ids=named)
    return render_template(
        "enrollments/rules_uncovered.html", page=Page(rows, page, len(found)), shown=shown, on=on, today=scope.on
    )  # fmt: skip
