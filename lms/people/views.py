"""Opening names for a purpose."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.people.actions import state_purpose
from lms.people.forms import PurposeForm
from lms.people.queries import get_unit_with_names
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.addresses import local_path
from lms.web.forms import text_of

blueprint = Blueprint("people", __name__)


@blueprint.route("/units/<unit_id>/purpose", methods=["GET", "POST"])
def purpose(unit_id: str) -> Response | tuple[str, int]:
    session, scope = db.session(), current_scope()
    form = PurposeForm(next=local_path(request.args.get("next")))
    if form.validate_on_submit():
        state_purpose(session, actor(), scope=scope, unit_id=unit_id, purpose=text_of(form.reason), on=scope.on)
        return redirect(local_path(form.next.data) or "/", 303)
    unit = get_unit_with_names(session, scope=scope, public_id=unit_id)
    page = render_template("people/purpose.html", unit=unit, form=form, next=local_path(form.next.data))
    return page, 422 if request.method == "POST" else 200
