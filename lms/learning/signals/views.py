"""Doubts for head office: the list, one completion with its figures, and the note of who looked into it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.learning.signals import actions, queries, wording
from lms.learning.signals.forms import SHOWN, CheckForm, DoubtsForm
from lms.learning.signals.queries import Doubt
from lms.people.queries import find_unit_opening_all, find_unit_to_open
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.numbers import page_number

blueprint = Blueprint("signals", __name__, url_prefix="/doubts")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def doubts() -> Answer:
    session, scope, form = db.session(), current_scope(), DoubtsForm(request.args)
    is_valid, is_open = form.validate(), names_open(scope)
    where = form.filter() if is_valid else queries.DoubtFilter()
    page = None
    if is_valid and is_open:
        page = queries.list_doubts(session, scope=scope, where=where, number=page_number())
        subjects = [one.person.id for one in page.rows]
        note_access("view", "doubts", "", subject_ids=subjects, detail=dict(request.args))
    shown = render_template(
        "learning/doubts.html",
        form=form,
        page=page,
        closed=None if is_open else find_unit_opening_all(session, scope=scope),
        show=form.show.data or "open",
        counts={
            show: queries.count_doubts(session, scope=scope, where=form.filter(show)) if is_valid else 0
            for show in SHOWN
        },
        signals=queries.count_signals(session, scope=scope, where=where),
        courses=queries.list_doubted_courses(session),
        wording=wording,
    )
    return shown if is_valid else (shown, 400)


@blueprint.get("/<public_id>")
def show(public_id: str) -> Answer:
    return _page(_get(public_id), CheckForm(formdata=None))


@blueprint.post("/<public_id>/check")
def check(public_id: str) -> Answer:
    found, form = _get(public_id), CheckForm()
    if not form.validate():
        return _page(found, form), 422
    try:
        actions.mark_checked(
            db.session(), actor(), check=found.check, person_id=found.person.id, note=form.note.data or ""
        )
    except NotFoundError:
        raise
    except DomainError as error:
        form.note.errors = [wording.refusal(error)]
        return _page(found, form), 422
    flash(_("Marked as checked. The completion stays as it is."), "success")
    return redirect(url_for("signals.show", public_id=public_id), 303)


def _get(public_id: str) -> Doubt:
    return queries.get_doubt(db.session(), scope=current_scope(), public_id=public_id)


def _page(found: Doubt, form: CheckForm) -> str:
    scope = current_scope()
    unit = find_unit_to_open(db.session(), scope=scope, person=found.person)
    if unit is not None:
        return render_template("completion/names_closed.html", unit=unit)
    note_access("view", "signal_check", found.check.public_id, subject_ids=[found.person.id])
    return render_template(
        "learning/doubt.html", found=found, form=form, is_own=found.person.id == scope.person_id, wording=wording
    )
