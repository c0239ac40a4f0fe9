"""Pages of the standard: browsing it, saying that one read it, the thread of a behavior, gaps, and changing it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses.queries import list_courses
from lms.observations import wording as observation_words
from lms.observations.queries_standards import find_version
from lms.observations.rules_scores import LEAST_TO_RATE
from lms.observations.standards import actions, queries, queries_thread
from lms.observations.standards import wording as words
from lms.observations.standards.forms import BasedForm, FilterForm, ItemForm
from lms.people.queries import list_job_roles
from lms.people.viewer import current_person_id, current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.dates import today
from lms.web.locale import localized

blueprint = Blueprint("standards", __name__, url_prefix="/standard")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def browse() -> Answer:
    session, form = db.session(), FilterForm(request.args)
    versions, in_force = queries.list_versions(session), find_version(session, on=today())
    chosen = {one.public_id: one for one in versions}.get(form.version.data) if form.version.data else in_force
    is_valid = form.validate()
    if form.version.data and chosen is None:
        is_valid, form.version.errors = False, [_("There is no such version.")]
    asked = queries.list_asked(session, chosen) if chosen and is_valid else []
    person_id = current_person_id()
    page = render_template(
        "observations/standard.html",
        form=form,
        version=chosen,
        in_force=in_force,
        versions=versions,
        items=[one for one in asked if form.fits(one.row)],
        roles=list_job_roles(session),
        read_at=queries.find_reading(session, version=chosen, person_id=person_id) if chosen else None,
        words=words,
        day=today(),
    )
    return page if is_valid else (page, 400)


@blueprint.post("/versions/<version_id>/reading")
def acknowledge(version_id: str) -> Answer:
    session = db.session()
    version = queries.get_version(session, public_id=version_id)
    if actions.acknowledge(session, actor(), version):
        flash(_("It is noted that you read and checked this version."), "success")
    return redirect(url_for("standards.browse", version=version_id), 303)


@blueprint.get("/readers")
def readers() -> str:
    session, scope = db.session(), current_scope()
    version = find_version(session, on=today())
    centers = queries.list_center_readers(session, scope=scope, version=version, on=today()) if version else []
    if named := [person.id for center in centers for person in center.unread]:
        note_access("standards.readers", "standard", version.public_id if version else "", subject_ids=named)
    return render_template("observations/standard_readers.html", version=version, centers=centers, day=today())


@blueprint.get("/gaps")
def gaps() -> str:
    found = queries_thread.find_gaps(db.session(), on=today())
    return render_template("observations/standard_gaps.html", gaps=found, day=today())


@blueprint.get("/behaviors/<behavior_id>")
def thread(behavior_id: str) -> str:
    session, scope = db.session(), current_scope()
    behavior = queries_thread.get_behavior(session, public_id=behavior_id)
    seen = queries_thread.list_seen(session, behavior, scope=scope, as_of=today()) if scope.sees_others else []
    return render_template(
        "observations/thread.html",
        behavior=behavior,
        taught=queries_thread.list_taught(session, behavior),
        wordings=queries_thread.list_wordings(session, behavior),
        seen=seen,
        sees_figures=scope.sees_others,
        is_asked=_row_of(behavior_id) is not None,
        least=LEAST_TO_RATE,
        words=words,
        observation_words=observation_words,
        day=today(),
    )


@blueprint.route("/behaviors/new", methods=["GET", "POST"])
def new() -> Answer:
    form = _item_form()
    if request.method == "GET":
        form.weight.data, form.effective_from.data = 1, today()
        return _item_page(form)
    taken = {row.code for row in _latest_rows()}

    def add() -> None:
        if form.row.code in taken:
            raise DomainError("code_taken")
        actions.change_item(db.session(), actor(), form.row, effective_from=form.day, based_on=form.based_on.data)

    return _changed(form, add) or redirect(url_for("standards.browse"), 303)


@blueprint.route("/behaviors/<behavior_id>/edit", methods=["GET", "POST"])
def edit(behavior_id: str) -> Answer:
    row = _row_of(behavior_id)
    if row is None:
        raise NotFoundError
    form = _item_form()
    if request.method == "GET":
        form.fill(row)
        form.effective_from.data = today()
        return _item_page(form, behavior_id)
    form.code.data = row.code

    def change() -> None:
        actions.change_item(db.session(), actor(), form.row, effective_from=form.day, based_on=form.based_on.data)

    return _changed(form, change, behavior_id) or redirect(url_for("standards.thread", behavior_id=behavior_id), 303)


@blueprint.post("/behaviors/<behavior_id>/drop")
def drop(behavior_id: str) -> Answer:
    queries_thread.get_behavior(db.session(), public_id=behavior_id)
    row, form = _row_of(behavior_id), BasedForm()
    if row is not None:
        if not form.validate():
            flash(_("Enter the day from which it is asked no more."), "error")
            return redirect(url_for("standards.edit", behavior_id=behavior_id), 303)
        try:
            actions.drop_item(
                db.session(), actor(), row.code, effective_from=form.day, based_on=form.based_on.data
            )  # fmt: skip
        except DomainError as error:
            flash(words.refusal(error), "error")
            return redirect(url_for("standards.edit", behavior_id=behavior_id), 303)
        flash(_("The item is asked no more from that day on; earlier versions keep it."), "success")
    return redirect(url_for("standards.thread", behavior_id=behavior_id), 303)


def _changed(form: ItemForm, change: Callable[[], None], behavior_id: str | None = None) -> Answer | None:
    """Make a change; return the form's page with what is wrong, or None when it is made."""
    if not form.validate():
        return _item_page(form, behavior_id), 422
    try:
        change()
    except DomainError as error:
        return _item_page(form, behavior_id, words.refusal(error)), 422
    flash(_("The standard is changed; the earlier version stays as it was."), "success")
    return None


def _latest_rows() -> list[Any]:
    versions = queries.list_versions(db.session())
    return queries.list_rows(db.session(), versions[0]) if versions else []


def _row_of(behavior_id: str) -> Any:
    """Return the row of the latest version that asks for a behavior, or None."""
    session = db.session()
    versions = queries.list_versions(session)
    asked = queries.list_asked(session, versions[0]) if versions else []
    return next((one.row for one in asked if one.behavior_id == behavior_id), None)


def _item_form() -> ItemForm:
    session, form = db.session(), ItemForm()
    form.offer(
        courses=[(one.code, f"{one.code} {localized(one, 'title')}") for one in list_courses(session)],
        roles=[(one.code, localized(one, "title")) for one in list_job_roles(session)],
    )
    if request.method == "GET":
        form.based_on.data = next((one.public_id for one in queries.list_versions(session)), "")
    return form


def _item_page(form: ItemForm, behavior_id: str | None = None, refusal: str | None = None) -> str:
    return render_template(
        "observations/standard_item.html", form=form, behavior_id=behavior_id, refusal=refusal, words=words
    )
