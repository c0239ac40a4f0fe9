"""Merging two rows of one human: both by staff number, side by side, the yes, and undoing it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.people.duties.wording import TITLES
from lms.people.merging import actions, queries
from lms.people.merging.forms import MergeForm
from lms.people.merging.wording import FIGURES, words
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access

blueprint = Blueprint("merging", __name__, url_prefix="/merging")
Answer = str | Response | tuple[str, int]
LONGEST_NUMBER = 40


@blueprint.get("")
def search() -> str:
    form = MergeForm(first=_number("first"), second=_number("second"))
    return _page(form)


@blueprint.post("")
def merge() -> Answer:
    form = MergeForm()
    if not queries.may_merge(current_scope()) or not form.validate():
        return _page(form), 422
    session = db.session()
    pair = queries.find_pair(session, scope=current_scope(), first=form.first.data or "", second=form.second.data or "")
    if pair is None:
        return _page(form), 422
    try:
        actions.merge(session, actor(), pair=pair, reason=form.reason.data or "")
    except DomainError as error:
        return _page(form, words(error)), 422
    flash(_("The two are one person now."), "success")
    return redirect(url_for("merging.search"), 303)


@blueprint.post("/<merge_id>/undo")
def undo(merge_id: str) -> Answer:
    session = db.session()
    row = queries.get_merge(session, scope=current_scope(), public_id=merge_id)
    try:
        actions.undo(session, actor(), row)
    except NotFoundError:
        raise
    except DomainError as error:
        session.rollback()
        return _page(MergeForm(first="", second=""), words(error)), 422
    flash(_("They are two people again."), "success")
    return redirect(url_for("merging.search"), 303)


def _number(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST_NUMBER]


def _page(form: MergeForm, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    is_open = queries.may_merge(scope)
    asked = bool(form.first.data and form.second.data)
    pair = (
        queries.find_pair(session, scope=scope, first=form.first.data or "", second=form.second.data or "")
        if is_open and asked
        else None
    )
    merges = queries.list_merges(session, scope=scope)
    ids = {one.kept_id for one in merges} | ({pair.merging.kept_id, pair.merging.merged_id} if pair else set())
    if ids:
        note_access("people.compare", "person", "many", subject_ids=sorted(ids))
    return render_template(
        "people/merging.html",
        form=form,
        pair=pair,
        asked=asked,
        is_open=is_open,
        network=None if is_open else queries.network_of(session),
        merges=merges,
        refusal=refusal,
        figures=FIGURES,
        titles=TITLES,
    )
