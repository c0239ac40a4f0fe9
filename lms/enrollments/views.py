"""Assigning courses: what was assigned, a form, a preview of who gains, and the yes."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.courses.queries import get_course, list_assignable_courses
from lms.enrollments.assignments import queries
from lms.enrollments.assignments.actions import assign as assign_course
from lms.enrollments.assignments.actions import preview_assignment
from lms.enrollments.assignments.queries import Place
from lms.enrollments.assignments.wording import words
from lms.enrollments.forms import AssignmentForm, Wish
from lms.enrollments.recording.queries import get_picked
from lms.people.queries import list_job_roles
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.locale import localized
from lms.web.numbers import page_number

blueprint = Blueprint("enrollments", __name__, url_prefix="/assignments")
NAMES_SHOWN = 50


@blueprint.get("")
def assignments() -> str:
    session = db.session()
    page = queries.list_assignments(
        session, scope=current_scope(), page=page_number()
    )  # fmt: skip
    units = queries.unit_names(session, {name for one in page.rows for name in one.unit_codes})
    roles = {role.code: role for role in list_job_roles(session)}
    return render_template("enrollments/assignments.html", page=page, units=units, roles=roles)


@blueprint.get("/new")
def new_assignment() -> str:
    form, places = _form()
    form.request_key.data = secrets.token_hex(16)
    # A course that cannot be assigned is no choice of the field, and then none is chosen.
    form.course.data = request.args.get("course")
    return _form_page(form, places)


@blueprint.post("/people")
def new_for_people() -> str | tuple[str, int]:
    form, places = _form()
    cells = [cell.partition(".") for cell in request.form.getlist("cell")]
    form.person.data = list(dict.fromkeys([*(form.person.data or ()), *(person for person, _, _ in cells)]))
    courses = {course for _, _, course in cells}
    form.course.data = request.form.get("course") or (courses.pop() if len(courses) == 1 else None)
    form.request_key.data = secrets.token_hex(16)
    if not form.person.data:
        return _form_page(form, places, str(_l("Pick at least one person on the board."))), 422
    return _form_page(form, places)


@blueprint.post("/preview")
def preview() -> str | tuple[str, int]:
    form, places = _form()
    if not form.validate():
        return _form_page(form, places), 422
    session, scope, wish = db.session(), current_scope(), form.wish
    course = get_course(session, public_id=wish.course)
    try:
        found = preview_assignment(session, course=course, due=wish.due, on=scope.on, **_to_whom(wish, places))
    except NotFoundError:
        raise
    except DomainError as error:
        return _form_page(form, places, words(error)), 422
    shown = [one for one in found.gaining if names_open(scope, {one.center_id})][:NAMES_SHOWN]
    if shown:
        note_access("enrollments.preview", "course", course.public_id, subject_ids=[one.person_id for one in shown])
    return render_template(
        "enrollments/preview.html",
        form=form,
        course=course,
        preview=found,
        shown=shown,
        centers={place.id: place for place in places},
        roles={role.code: role for role in list_job_roles(session)},
    )


@blueprint.post("")
def assign() -> Response | tuple[str, int]:
    form, places = _form()
    if not form.validate() or not form.wish.request_key:
        return _form_page(form, places), 422
    wish = form.wish
    try:
        done = assign_course(
            db.session(),
            course=get_course(db.session(), public_id=wish.course),
            due=wish.due,
            on=current_scope().on,
            reason=wish.reason,
            request_key=wish.request_key,
            actor=actor(),
            **_to_whom(wish, places),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _form_page(form, places, words(error)), 422
    flash(ngettext("Assigned to %(num)s person.", "Assigned to %(num)s people.", done.enrolled), "success")
    return redirect(url_for("enrollments.assignments"), 303)


def _form() -> tuple[AssignmentForm, list[Place]]:
    session, scope = db.session(), current_scope()
    places = queries.list_places(session, scope=scope)
    form = AssignmentForm()
    form.offer(list_assignable_courses(session, on=scope.on), list_job_roles(session), places, localized)
    return form, places


def _to_whom(wish: Wish, places: list[Place]) -> dict[str, Any]:
    """Return the people picked with where they are, else the roles and units chosen.

    Raises:
        NotFoundError: one of them is missing or out of reach.
    """
    if not wish.people:
        return {"role_codes": wish.role_codes, "places": queries.get_places(places, wish.units)}
    people = get_picked(db.session(), scope=current_scope(), public_ids=wish.people).values()
    centers = {one.center_id for one in people}
    there = [place for place in places if place.id in centers]
    return {"role_codes": [], "places": there, "person_ids": [one.id for one in people]}


def _form_page(form: AssignmentForm, places: list[Place], refusal: str | None = None) -> str:
    picked = []
    if form.person.data:
        picked = list(get_picked(db.session(), scope=current_scope(), public_ids=form.wish.people).values())
        note_access("enrollments.assign", "people", "", subject_ids=[one.id for one in picked])
    return render_template("enrollments/new.html", form=form, places=places, refusal=refusal, picked=picked)
