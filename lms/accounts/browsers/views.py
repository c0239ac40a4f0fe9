"""One's own account: where one is signed in, and staying signed in."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts import actions
from lms.accounts.browsers import queries
from lms.accounts.gate import SessionClock
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.addresses import way_back

blueprint = Blueprint("browsers", __name__)


@blueprint.get("/account")
def account() -> str:
    browsers = queries.list_open_browsers(db.session(), person_id=current_user.person_id, now=utcnow(), idle=_idle())
    return render_template(
        "accounts/account.html",
        browsers=browsers,
        own_session_id=current_user.session_id,
        staff_no=current_user.staff_no,
    )


@blueprint.post("/account/browsers/<public_id>/end")
def end(public_id: str) -> Response:
    session_id = queries.get_session_id(db.session(), person_id=current_user.person_id, public_id=public_id)
    actions.end_session(db.session(), actor(), session_id=session_id)
    flash(_("That browser was signed out."), "success")
    return redirect(url_for("browsers.account"), 303)


@blueprint.post("/account/browsers/end-others")
def end_others() -> Response:
    ended = actions.end_other_sessions(
        db.session(), actor(), person_id=current_user.person_id, but=current_user.session_id
    )
    flash(
        ngettext("%(num)d other browser was signed out.", "%(num)d other browsers were signed out.", ended), "success"
    )
    return redirect(url_for("browsers.account"), 303)


@blueprint.post("/account/stay")
def stay() -> Response:
    """Let the session rest anew, at the wish of someone who is there; its absolute end stays."""
    now, clock = utcnow(), g.session_clock
    actions.touch_session(db.session(), session_id=current_user.session_id, now=now)
    accepted = request.accept_mimetypes
    if not accepted or accepted.accept_html:
        return redirect(way_back() or url_for("accounts.home"), 303)
    idle_left, left = SessionClock(now + _idle(), clock.ends_at).seconds_left(now)
    return jsonify(idle_left=idle_left, left=left)


def _idle() -> timedelta:
    return timedelta(minutes=current_app.config["SETTINGS"].session_idle_minutes)
