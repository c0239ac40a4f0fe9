"""Pages about center flags: who is flagged, a center's evidence and history, and holding its state."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.completion import wording
from lms.completion.charts import Trend, trend_chart
from lms.completion.flags import actions, queries
from lms.completion.flags import wording as words
from lms.completion.flags.forms import SHOWN, FlagsForm, HoldForm
from lms.completion.flags.rules import LONGEST_HOLD, RAISED, Evaluation
from lms.completion.queries_places import load_units
from lms.completion.rules_suppression import LEAST_PEOPLE, hides_small_groups
from lms.completion.rules_trend import TrendPoint
from lms.people.rules import Scope, UnitKind
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.shared.paging import Page, offset_of
from lms.web.access_log import actor
from lms.web.dates import requested_day
from lms.web.numbers import page_number

blueprint = Blueprint("flags", __name__, url_prefix="/flags")
Answer = str | Response | tuple[str, int]
ONE_DAY = timedelta(days=1)
WEEKS_BETWEEN_NAMES = 13


@blueprint.get("")
def list_flags() -> Answer:
    session, scope, day = db.session(), current_scope(), requested_day()
    form = FlagsForm(request.args)
    units = load_units(session, scope=scope)
    unit = units.find(form.unit.data) if form.unit.data else None
    is_valid = form.validate()
    if form.unit.data and unit is None:
        form.unit.errors, is_valid = [_("There is no such unit within what you can see.")], False
    cut = queries.find_cut(session, on=day)
    found = queries.list_flags(session, scope=scope, cut=cut, unit_id=unit.id if unit else None) if cut else []
    seen = [one for one in found if not _hides(scope, one.id, one.evaluation)]
    counts = {show: sum(one.flag.state in states for one in seen) for show, states in SHOWN.items()}
    shown = [one for one in seen if one.flag.state in form.states] if is_valid else []
    number, start = page_number(), offset_of(page_number())
    page = render_template(
        "completion/flags.html",
        form=form,
        cut=cut,
        as_of=day,
        unit=unit,
        units=units.of_kind(UnitKind.REGION, UnitKind.AREA),
        counts=counts,
        show=form.show.data or "flagged",
        page=Page(shown[start : start + 50], number, len(shown)),
        names=queries.critical_names(session, [one.evaluation for one in shown]),
        too_small=len(found) - len(seen),
        words=words,
        wording=wording,
    )
    return page if is_valid else (page, 400)


@blueprint.get("/<unit_id>")
def show(unit_id: str) -> Answer:
    form = HoldForm(formdata=None)
    return _center_page(unit_id, form)


@blueprint.post("/<unit_id>/hold")
def hold(unit_id: str) -> Answer:
    scope, form = current_scope(), HoldForm()
    center = queries.get_center(db.session(), scope=scope, public_id=unit_id)
    if not form.validate():
        return _center_page(unit_id, form), 422
    last_on: date = form.last_on.data  # type: ignore[assignment]  # it is required
    try:
        actions.hold_flag(
            db.session(), actor(), center_id=center.id, center_code=center.code, until=last_on + ONE_DAY,
            reason=form.reason.data or "", today=scope.on,
        )  # fmt: skip
    except DomainError as error:
        form.last_on.errors = [words.refusal(error)]
        return _center_page(unit_id, form), 422
    flash(_("The state is held."), "success")
    return redirect(url_for("flags.show", unit_id=unit_id), 303)


@blueprint.post("/<unit_id>/release")
def release(unit_id: str) -> Answer:
    scope = current_scope()
    center = queries.get_center(db.session(), scope=scope, public_id=unit_id)
    try:
        actions.release_flag(db.session(), actor(), center_id=center.id, center_code=center.code, today=scope.on)
    except NotFoundError:
        flash(_("Nothing is held any more."), "info")
    else:
        flash(_("The hold ends today. The next weekly cut decides again."), "success")
    return redirect(url_for("flags.show", unit_id=unit_id), 303)


def _center_page(unit_id: str, form: HoldForm) -> str:
    session, scope, day = db.session(), current_scope(), requested_day()
    center = queries.get_center(session, scope=scope, public_id=unit_id)
    every = queries.list_evaluations(session, center_id=center.id, on=day)
    found = [one for one in every if not _hides(scope, center.id, one)]
    transitions = queries.list_transitions(session, center_id=center.id, on=day)
    transitions = [one for one in transitions if not _hides(scope, center.id, one)]
    cut = queries.find_cut(session, on=day)
    latest = found[0] if found and found[0].flag.seen.as_of == cut else None
    holds = queries.list_holds(session, center_id=center.id)
    return render_template(
        "completion/flag.html",
        center=center,
        as_of=day,
        cut=cut,
        latest=latest,
        evaluations=found,
        transitions=transitions,
        names=queries.critical_names(session, [*found, *transitions]),
        is_hidden=len(found) < len(every),
        small_sample=LEAST_PEOPLE,
        trend=_trend(found),
        holds=holds,
        held=next((one for one in holds if one.starts_on <= scope.on < one.ends_on), None),
        form=form,
        longest=scope.on + LONGEST_HOLD - ONE_DAY,
        today=scope.on,
        raised=RAISED,
        one_day=ONE_DAY,
        words=words,
        wording=wording,
    )


def _hides(scope: Scope, center_id: int, one: Evaluation) -> bool:
    """Tell whether an evaluation is about too few people for a viewer who sees no names."""
    return one.flag.seen.people < LEAST_PEOPLE and hides_small_groups(scope, frozenset({center_id}))


def _trend(evaluations: list[Evaluation]) -> Trend | None:
    if len(evaluations) < 2:
        return None
    seen = [one.flag.seen for one in reversed(evaluations)]
    points = [TrendPoint(one.as_of, one.tally, one.people, 0) for one in seen]
    return trend_chart(points, seen[-1].target, every=WEEKS_BETWEEN_NAMES)
