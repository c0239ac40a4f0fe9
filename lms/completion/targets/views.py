"""The page of targets: which hold now, later and before; deciding one and ending one."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.completion.queries_labels import role_labels, tier_labels
from lms.completion.targets import actions, queries
from lms.completion.targets import wording as words
from lms.completion.targets.forms import TargetForm
from lms.completion.targets.rules import DEFAULTS
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.locale import localized

blueprint = Blueprint("targets", __name__, url_prefix="/targets")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def list_targets() -> str:
    form = _form(formdata=None)
    form.starts_on.data = current_scope().on
    return _page(form)


@blueprint.post("")
def set_target() -> Answer:
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        actions.set_target(
            db.session(), actor(), terms=form.terms, reason=form.reason.data or "", today=current_scope().on
        )
    except DomainError as error:
        return _page(form, words.refusal(error)), 422
    flash(_("The target is decided."), "success")
    return redirect(url_for("targets.list_targets"), 303)


@blueprint.post("/<public_id>/end")
def end(public_id: str) -> Answer:
    try:
        actions.end_target(db.session(), actor(), public_id=public_id, today=current_scope().on)
    except NotFoundError:
        raise
    except DomainError:
        flash(_("This target has ended already."), "info")
    else:
        flash(_("The target holds no more from today on."), "success")
    return redirect(url_for("targets.list_targets"), 303)


def _form(**options: object) -> TargetForm:
    session = db.session()
    form = TargetForm(**options)
    form.offer(
        tiers=[(label.code, localized(label)) for label in tier_labels(session).values()],
        roles=[(label.code, localized(label)) for label in role_labels(session).values()],
    )
    return form


def _page(form: TargetForm, refusal: str | None = None) -> str:
    today = current_scope().on
    rows = queries.list_targets(db.session())
    return render_template(
        "completion/targets.html",
        form=form,
        refusal=refusal,
        today=today,
        now=[row for row in rows if row.terms.is_in_force(today)],
        later=[row for row in rows if row.terms.starts_on > today],
        past=[row for row in rows if row.terms.ends_on is not None and row.terms.ends_on <= today],
        defaults=DEFAULTS,
        one_day=timedelta(days=1),
        words=words,
    )
