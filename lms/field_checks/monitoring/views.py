"""Pages of self-monitoring: rounds by place, and who is in one of them."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.completion.queries_places import load_units
from lms.field_checks import wording as check_words
from lms.field_checks.monitoring import queries, wording
from lms.field_checks.monitoring.queries_campaigns import find_campaign, list_campaigns
from lms.field_checks.rules import CheckKind, observer_fault, state_on
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access

blueprint = Blueprint("monitoring", __name__, url_prefix="/monitoring")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@blueprint.get("")
def rounds() -> ResponseReturnValue:
    session, scope = db.session(), current_scope()
    units, wrong = load_units(session, scope=scope), list[tuple[str, str]]()
    unit = units.find(request.args["unit"]) if request.args.get("unit") else units.home
    if unit is None:
        wrong.append((_("There is no such unit within what you can see."), "filter-unit"))
    campaign = find_campaign(session, scope=scope, public_id=request.args.get("campaign"))
    if request.args.get("campaign") and campaign is None:
        wrong.append((_("There is no such campaign."), "filter-campaign"))
    month = _month(request.args.get("month") or f"{scope.on:%Y-%m}")
    if month is None:
        wrong.append((_("Choose a month from the list."), "filter-month"))
    page = render_template(
        "field_checks/rounds.html",
        units=units, unit=unit or units.home, month=month or scope.on.replace(day=1), campaign=campaign, wrong=wrong,
        shown=None
        if wrong or unit is None
        else queries.by_unit(
            queries.list_rounds(session, scope=scope, month=month, campaign=campaign), units, unit
        ),
        months=queries.list_months(session), campaigns=list_campaigns(session, scope=scope), words=wording,
    )  # fmt: skip
    return (page, 400) if wrong else page


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) and text >= "0001" else None


@blueprint.get("/rounds/<round_id>")
def show(round_id: str) -> ResponseReturnValue:
    session, scope = db.session(), current_scope()
    of = queries.get_round(session, scope=scope, public_id=round_id)
    if not names_open(scope, {of.center_id}):
        return redirect(url_for("people.purpose", unit_id=of.center.public_id, next=request.path), 303)
    checks = queries.list_round_checks(session, scope=scope, of=of)
    people = {one for check, _role in checks for one in (check.person_id, check.observer_id)}
    if others := sorted(one for one in people if one is not None and one != scope.person_id):
        note_access("view", "monitoring_round", round_id, subject_ids=others)
    return render_template(
        "field_checks/round.html",
        of=of, checks=checks, line=queries.get_round_line(session, of, on=scope.on), words=wording,
        check_words=check_words, state_on=state_on, today=scope.on, may_observe=_may_observe,
    )  # fmt: skip


def _may_observe(check: Any) -> bool:
    there = {"center_id": check.center_id, "subject_id": check.person_id}
    return observer_fault(current_scope(), kind=CheckKind(check.kind), **there) is None
