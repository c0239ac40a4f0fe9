"""Pages of outages: those recorded, what a new one would move, and taking one back."""

import secrets

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.enrollments.exceptions import actions_outages, queries_outages, wording
from lms.enrollments.exceptions.forms import ONE_DAY, OutageForm, ReasonForm
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor

Answer = str | Response | tuple[str, int]


def add_pages(blueprint: Blueprint) -> None:
    """Add these pages to the noun's."""
    blueprint.add_url_rule("/outages", view_func=outages)
    blueprint.add_url_rule("/outages/preview", view_func=preview_outage, methods=["POST"])
    blueprint.add_url_rule("/outages", view_func=record_outage, methods=["POST"])
    blueprint.add_url_rule("/outages/<public_id>/withdrawal", view_func=withdraw_outage, methods=["POST"])


def outages() -> Answer:
    """Show the outages and the form of a new one."""
    form = OutageForm(formdata=None, request_key=secrets.token_hex(16))
    return _page(form)


def preview_outage() -> Answer:
    """Show what an outage would move, in numbers."""
    form = OutageForm()
    if not form.validate():
        return _page(form), 422
    session, on = db.session(), current_scope().on
    starts_on, ends_on = form.days
    try:
        actions_outages.check_outage(session, starts_on=starts_on, ends_on=ends_on, on=on)
    except DomainError as error:
        return _page(form, wording.words(error)), 422
    due = queries_outages.count_due(session, starts_on=starts_on, ends_on=ends_on, on=on)
    return render_template(
        "enrollments/exceptions_outage.html", form=form, due=due, days=(ends_on - starts_on).days, wording=wording
    )


def record_outage() -> Answer:
    """Record an outage."""
    form = OutageForm()
    if not form.validate() or not form.key:
        return _page(form), 422
    starts_on, ends_on = form.days
    try:
        actions_outages.record_outage(
            db.session(), starts_on=starts_on, ends_on=ends_on, reason=form.reason.data or "",
            on=current_scope().on, request_key=form.key, actor=actor(),
        )  # fmt: skip
    except DomainError as error:
        return _page(form, wording.words(error)), 422
    flash(_("The outage is recorded; due dates have moved."), "success")
    return redirect(url_for("exceptions.outages"), 303)


def withdraw_outage(public_id: str) -> Answer:
    """Take an outage back."""
    session, form = db.session(), ReasonForm()
    found = queries_outages.get_outage(session, public_id=public_id)
    if not form.validate():
        return _page(OutageForm(formdata=None, request_key=secrets.token_hex(16)), wording.REFUSALS["reason"]), 422
    actions_outages.withdraw_outage(session, outage=found, reason=form.note.data or "", actor=actor())
    flash(_("The outage is taken back; due dates are as without it."), "success")
    return redirect(url_for("exceptions.outages"), 303)


def _page(form: OutageForm, refusal: object = None) -> str:
    outages = queries_outages.list_outages(db.session())
    return render_template(
        "enrollments/exceptions_outages.html",
        form=form,
        refusal=str(refusal) if refusal else None,
        outages=outages,
        last_days={one.id: one.ends_on - ONE_DAY for one in outages},
        today=current_scope().on,
    )
