"""Pages of campaigns: looking at them, writing, publishing and calling them off."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.completion.queries_places import load_units
from lms.field_checks.monitoring import actions_campaigns as actions
from lms.field_checks.monitoring import queries_campaigns as queries
from lms.field_checks.monitoring import wording
from lms.field_checks.monitoring.forms import CampaignForm, CancelForm
from lms.field_checks.monitoring.queries import UnitLine, list_rounds
from lms.field_checks.monitoring.rules import added
from lms.field_checks.monitoring.rules_campaigns import CANCELLABLE, CampaignState
from lms.observations.queries_standards import find_version, list_set_items
from lms.people.centers.wording import NETWORK_TYPES
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.locale import localized

blueprint = Blueprint("campaigns", __name__, url_prefix="/monitoring/campaigns")


@blueprint.get("")
def list_all() -> str:
    scope = current_scope()
    return render_template(
        "field_checks/campaigns.html", campaigns=queries.list_campaigns(db.session(), scope=scope), words=wording,
        state_of=queries.state_of, today=scope.on,
    )  # fmt: skip


@blueprint.get("/<campaign_id>")
def show(campaign_id: str) -> ResponseReturnValue:
    return _page(_campaign(campaign_id))


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    form = _form()
    return _form_page(form) if request.method == "GET" else _saved(form, None)


@blueprint.route("/<campaign_id>/edit", methods=["GET", "POST"])
def edit(campaign_id: str) -> ResponseReturnValue:
    campaign, form = _campaign(campaign_id), _form()
    if queries.state_of(campaign, on=current_scope().on) is not CampaignState.DRAFT:
        raise NotFoundError
    if request.method == "GET":
        form.process(obj=campaign)
        form.items.data = [one.code for one in campaign.items]
        form.network_types.data = campaign.network_types.split()
        return _form_page(form, campaign)
    return _saved(form, campaign)


@blueprint.post("/<campaign_id>/publish")
def publish(campaign_id: str) -> ResponseReturnValue:
    campaign = _campaign(campaign_id)
    try:
        done = actions.publish_campaign(db.session(), actor(), campaign, on=current_scope().on)
    except DomainError as error:
        return _page(campaign, wording.refusal(error)), 422
    flash(_("The campaign is published: %(checks)s checks at %(centers)s centers.", checks=done.checks,
            centers=done.rounds), "success")  # fmt: skip
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.post("/<campaign_id>/cancel")
def cancel(campaign_id: str) -> ResponseReturnValue:
    campaign, form = _campaign(campaign_id), CancelForm()
    try:
        reason = form.reason.data or "" if form.validate() else ""
        actions.cancel_campaign(db.session(), actor(), campaign, reason=reason, on=current_scope().on)
    except DomainError as error:
        return _page(campaign, wording.refusal(error)), 422
    flash(_("The campaign is called off. What was observed stays."), "success")
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _campaign(campaign_id: str) -> Any:
    return queries.get_campaign(db.session(), scope=current_scope(), public_id=campaign_id)


def _saved(form: CampaignForm, campaign: Any) -> ResponseReturnValue:
    if not form.validate():
        return _form_page(form, campaign), 422
    try:
        saved = actions.save_campaign(db.session(), actor(), form.terms, on=current_scope().on, campaign=campaign)
    except DomainError as error:
        if error.code == "code_taken":
            form.code.errors = [wording.refusal(error)]
            return _form_page(form, campaign), 422
        return _form_page(form, campaign, wording.refusal(error)), 422
    flash(_("The draft is saved. Look at what it would make, then publish it."), "success")
    return redirect(url_for("campaigns.show", campaign_id=saved.public_id), 303)


def _form() -> CampaignForm:
    session, form = db.session(), CampaignForm()
    version = find_version(session, on=current_scope().on)
    items = list_set_items(session, version.id) if version else []
    form.offer([(one.code, f"{one.code} {localized(one, 'text')}") for one in items])
    return form


def _form_page(form: CampaignForm, campaign: Any = None, refusal: str | None = None) -> str:
    return render_template("field_checks/campaign_form.html", form=form, campaign=campaign, refusal=refusal)


def _page(campaign: Any, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    state, units = queries.state_of(campaign, on=scope.on), load_units(session, scope=scope)
    rounds = list_rounds(session, scope=scope, campaign=campaign)
    asked = {one.id for one in campaign.items}
    is_draft = state is CampaignState.DRAFT
    return render_template(
        "field_checks/campaign.html",
        campaign=campaign, state=state, words=wording, refusal=refusal, cancel_form=CancelForm(formdata=None),
        items=[one for one in list_set_items(session, campaign.version_id) if one.item_id in asked],
        preview=queries.preview_campaign(session, campaign, on=scope.on) if is_draft else None,
        line=UnitLine(units.home, rounds, added(one.tally for one in rounds)),
        may_cancel=state in CANCELLABLE, network_types=NETWORK_TYPES,
    )  # fmt: skip
