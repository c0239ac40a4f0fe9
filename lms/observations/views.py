"""Pages about observations: the network, and one center."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.completion.flags.queries import get_center
from lms.observations import wording
from lms.observations.forms import KindForm, NetworkForm
from lms.observations.pages import center_page, network_page
from lms.observations.rules_scores import LEAST_FOR_TREND, LEAST_TO_RATE
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.dates import requested_day
from lms.web.numbers import page_number

blueprint = Blueprint("observations", __name__, url_prefix="/observations")
Answer = str | tuple[str, int]


@blueprint.get("")
def network() -> Answer:
    day, form = requested_day(), NetworkForm(request.args)
    shown = None
    if form.validate():
        shown = network_page(
            db.session(),
            scope=current_scope(),
            as_of=day,
            where=form.where,
            unit_id=form.unit.data,
            search=form.q.data or "",
            sort=form.sort.data or "code",
            page=page_number(),
        )
        if shown is None:
            form.unit.errors = [_("There is no such unit within what you can see.")]
    page = render_template(
        "observations/network.html", form=form, shown=shown, as_of=day, words=wording, least=LEAST_TO_RATE
    )
    return page if shown else (page, 400)


@blueprint.get("/centers/<unit_id>")
def center(unit_id: str) -> Answer:
    session, scope, day, form = db.session(), current_scope(), requested_day(), KindForm(request.args)
    found = get_center(session, scope=scope, public_id=unit_id)
    is_valid = form.validate()
    shown = None
    if is_valid:
        shown = center_page(session, scope=scope, as_of=day, center=found, where=form.where, page=page_number())
    page = render_template(
        "observations/center.html",
        form=form,
        shown=shown,
        center=found,
        as_of=day,
        words=wording,
        least=LEAST_TO_RATE,
        least_for_trend=LEAST_FOR_TREND,
    )
    return page if is_valid else (page, 400)
