"""Pages of the month close."""

from datetime import date

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.completion import wording as completion_words
from lms.completion.months import actions, pages, queries, wording
from lms.completion.months.forms import CorrectionForm, DayOffForm, RemovalForm
from lms.completion.months.queries_calendar import list_company_days, load_days_off
from lms.completion.months.rules import Refused, last_day
from lms.completion.rules import RateFilter
from lms.completion.targets.queries import load_held_against
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor
from lms.web.dates import today

blueprint = Blueprint("months", __name__, url_prefix="/months")
Answer = Response | str | tuple[str, int]
# A first month that a calendar knows; no address leads further back.
EARLIEST_YEAR = 1990
LONGEST_NUMBER = 6


@blueprint.get("")
def list_months() -> str:
    return _listed(DayOffForm(formdata=None))


def _listed(form: DayOffForm, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    months = queries.list_months(session, today=today())
    return render_template(
        "completion/months.html",
        months=months,
        totals=pages.totals_of(session, scope=scope, months=months),
        company_days=list_company_days(session),
        may_close=pages.may_close(scope),
        sees_closers=pages.sees_closers(scope),
        form=form,
        refusal=refusal,
        wording=wording,
        words=completion_words,
        held=load_held_against(session, on=today(), where=RateFilter()),
    )


@blueprint.get("/<month>")
def show(month: str) -> str:
    return _shown(read_month_name(month), CorrectionForm(formdata=None))


def _shown(month: date, form: CorrectionForm, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    asked = queries.get_month(session, month=month, today=today())
    page = pages.month_page(
        session,
        scope=scope,
        month=asked,
        by=request.args.get("by", ""),
        number=request.args.get("number", type=int),
        compare="compare" in request.args,
        timezone=_timezone(),
    )
    days_off = load_days_off(session, month=month)
    return render_template(
        "completion/month.html",
        page=page,
        month=asked,
        skipped=sorted((day, names) for day, names in days_off.items() if last_day(month) < day <= asked.due_on),
        may_close=pages.may_close(scope),
        sees_closers=pages.sees_closers(scope),
        form=form,
        refusal=refusal,
        wording=wording,
        words=completion_words,
        held=load_held_against(session, on=asked.day, where=RateFilter()),
    )


@blueprint.post("/<month>/close")
def close(month: str) -> Answer:
    session, named = db.session(), read_month_name(month)
    _require_right()
    try:
        actions.close_month(session, actor(), month=named, today=today(), timezone=_timezone())
    except DomainError as error:
        session.rollback()
        if error.code == Refused.ALREADY_CLOSED:
            # The same form once more: what it asked for is there.
            return redirect(url_for("months.show", month=month), 303)
        return _shown(named, CorrectionForm(formdata=None), wording.words(error)), 422
    flash(_("The month is closed."), "success")
    return redirect(url_for("months.show", month=month), 303)


@blueprint.post("/<month>/correct")
def correct(month: str) -> Answer:
    session, named, form = db.session(), read_month_name(month), CorrectionForm()
    _require_right()
    if not form.validate():
        return _shown(named, form), 422
    after = int(text) if (text := form.after.data or "").isdecimal() and len(text) < LONGEST_NUMBER else 0
    try:
        actions.correct_month(session, actor(), month=named, after=after, reason=form.reason.data or "")
    except DomainError as error:
        session.rollback()
        return _shown(named, form, wording.words(error)), 422
    flash(_("The correction stands beside the close."), "success")
    return redirect(url_for("months.show", month=month), 303)


@blueprint.post("/days-off")
def add_day() -> Answer:
    session, form = db.session(), DayOffForm()
    _require_right()
    if not form.validate() or form.day.data is None:
        return _listed(form), 422
    try:
        actions.add_company_day(session, actor(), day=form.day.data, name=form.name.data or "")
    except DomainError as error:
        session.rollback()
        return _listed(form, wording.words(error)), 422
    flash(_("The day off is noted."), "success")
    return redirect(url_for("months.list_months"), 303)


@blueprint.post("/days-off/remove")
def remove_day() -> Answer:
    form = RemovalForm()
    _require_right()
    if not form.validate() or form.day.data is None:
        abort(400)
    actions.remove_company_day(db.session(), actor(), day=form.day.data)
    flash(_("The day is a working day again."), "success")
    return redirect(url_for("months.list_months"), 303)


def read_month_name(text: str) -> date:
    """Return the first day of a month written 2019-06; what is none is not found."""
    try:
        named = date.fromisoformat(f"{text}-01") if len(text) == len("2019-06") else None
    except ValueError:
        named = None
    if named is None or named.year < EARLIEST_YEAR:
        abort(404)
    return named


def _require_right() -> None:
    """Refuse who holds the duty, but not over the whole network: a month is closed for everyone."""
    if not pages.may_close(current_scope()):
        abort(404)


def _timezone() -> str:
    return str(current_app.config["SETTINGS"].timezone)
