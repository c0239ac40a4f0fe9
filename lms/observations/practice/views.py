"""The page of what is practiced."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.completion.queries_places import load_units
from lms.observations import wording
from lms.observations.practice import wording as words
from lms.observations.practice.campaigns import list_made
from lms.observations.practice.forms import PERIODS, PracticeForm
from lms.observations.practice.pages import practice_page
from lms.observations.practice.rules import EXPECTED, LEAST_TO_JUDGE
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.dates import requested_day

blueprint = Blueprint("practice", __name__, url_prefix="/observations/practice")


@blueprint.get("")
def practice() -> str | tuple[str, int]:
    session, scope, day = db.session(), current_scope(), requested_day()
    campaigns = list_made(session)
    form = PracticeForm(request.args, campaigns=[one.public_id for one in campaigns])
    units = load_units(session, scope=scope)
    is_valid = form.validate()
    unit = units.find(form.unit.data) if form.unit.data else units.home
    if unit is None:
        form.unit.errors = [_("There is no such unit within what you can see.")]
    shown = None
    if is_valid and unit is not None:
        shown = practice_page(
            session,
            scope=scope,
            as_of=day,
            units=units,
            unit=unit,
            by=form.rows,
            across=form.columns,
            occasion=form.made_for,
            months=form.period,
            key=form.key.data or "",
            is_independent=form.is_independent,
            campaign=form.campaign.data or "",
        )
    page = render_template(
        "observations/practice.html",
        form=form,
        shown=shown,
        units=units,
        as_of=day,
        words=words,
        occasions=wording.OCCASIONS,
        campaigns=campaigns,
        periods=PERIODS,
        expected=EXPECTED,
        least=LEAST_TO_JUDGE,
    )
    return page if shown else (page, 400)
