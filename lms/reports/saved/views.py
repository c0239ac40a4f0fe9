"""One's own saved views: kept from a page, listed, opened, renamed, deleted, chosen to start on."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.people.viewer import current_scope
from lms.reports.saved import actions, queries
from lms.reports.saved.addresses import page_at
from lms.reports.saved.forms import NameForm, SaveForm
from lms.reports.saved.rules import MOST_VIEWS, Day, address_to_keep, fixed_day
from lms.reports.saved.wording import PAGES
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.forms import text_of

blueprint = Blueprint("saved", __name__, url_prefix="/views")
Answer = str | tuple[str, int] | Response


def _own_id() -> int:
    return current_scope().person_id or 0


@blueprint.get("")
def list_views() -> Answer:
    shown = []
    for view in queries.list_views(db.session(), person_id=_own_id()):
        page = page_at(view.address)
        shown.append((view, PAGES[page[0]] if page else None, fixed_day(view.address)))
    return render_template("reports/saved/list.html", views=shown)


@blueprint.post("")
def save() -> Answer:
    form = SaveForm()
    if page_at(form.address.data) is None:
        abort(400)
    if not (form.validate_on_submit() and _may_be_called(form) and _has_room(form)):
        return render_template("reports/saved/new.html", form=form), 400
    kept = address_to_keep(form.address.data or "", _fixed(form))
    name = text_of(form.name)
    actions.save_view(db.session(), actor(), person_id=_own_id(), name=name, address=kept)
    flash(_("Saved as “%(name)s”.", name=name), "success")
    return redirect(kept, 303)


def _fixed(form: SaveForm) -> date | None:
    if form.day.data != Day.FIXED:
        return None
    try:
        return date.fromisoformat(form.as_of.data or "")
    except ValueError:
        abort(400)


def _may_be_called(form: NameForm, but: int | None = None) -> bool:
    if queries.is_name_taken(db.session(), person_id=_own_id(), name=text_of(form.name), but=but):
        form.name.errors = [_("You have a view of this name already. Choose another name.")]
        return False
    return True


def _has_room(form: SaveForm) -> bool:
    if queries.count_views(db.session(), person_id=_own_id()) >= MOST_VIEWS:
        form.name.errors = [_("You have %(most)s saved views. Delete one first.", most=MOST_VIEWS)]
        return False
    return True


@blueprint.get("/<public_id>")
def show(public_id: str) -> Answer:
    view = queries.get_view(db.session(), person_id=_own_id(), public_id=public_id)
    return render_template("reports/saved/show.html", view=view, form=NameForm(name=view.name))


@blueprint.post("/<public_id>/name")
def rename(public_id: str) -> Answer:
    view = queries.get_view(db.session(), person_id=_own_id(), public_id=public_id)
    form = NameForm()
    if not (form.validate_on_submit() and _may_be_called(form, but=view.id)):
        return render_template("reports/saved/show.html", view=view, form=form), 400
    actions.rename_view(db.session(), actor(), view, text_of(form.name))
    flash(_("Renamed."), "success")
    return redirect(url_for("saved.list_views"), 303)


@blueprint.post("/<public_id>/start")
def start(public_id: str) -> Answer:
    view = queries.get_view(db.session(), person_id=_own_id(), public_id=public_id)
    is_start = request.form.get("start") == "yes"
    actions.choose_start(db.session(), actor(), view, is_start=is_start)
    said = _("You now start on “%(name)s”.", name=view.name) if is_start else _("You start on the usual page again.")
    flash(said, "success")
    return redirect(url_for("saved.list_views"), 303)


@blueprint.post("/<public_id>/delete")
def delete(public_id: str) -> Answer:
    view = queries.get_view(db.session(), person_id=_own_id(), public_id=public_id)
    name = view.name
    actions.delete_view(db.session(), actor(), view)
    flash(_("“%(name)s” was deleted.", name=name), "success")
    return redirect(url_for("saved.list_views"), 303)
