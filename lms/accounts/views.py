"""Signing in and out, preferences, and one's own password."""

from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from lms.accounts import actions, passwords
from lms.accounts.door import FloodError, knock, let_in
from lms.accounts.forms import FAULTS, PasswordForm, PreferencesForm, SignInForm
from lms.accounts.navigation import chosen_page, first_page
from lms.accounts.rules import WINDOW, fault_of_password
from lms.people.viewer import current_scope
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.addresses import local_path
from lms.web.errors import error_page
from lms.web.forms import text_of
from lms.web.locale import COOKIE_LANGUAGE, COOKIE_THEME, LANGUAGES, THEMES

blueprint = Blueprint("accounts", __name__)
A_YEAR = timedelta(days=365)


@blueprint.get("/")
def home() -> Response:
    scope = current_scope()
    return redirect(chosen_page(scope) or first_page(scope), 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    form = SignInForm(next=local_path(request.args.get("next")))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(local_path(form.next.data) or url_for("accounts.home"), 303)
    if form.validate_on_submit():
        admitted = knock(text_of(form.staff_no), text_of(form.password))
        if admitted is not None:
            let_in(admitted)
            return redirect(local_path(form.next.data) or url_for("accounts.home"), 303)
        # One sentence for every reason, so that nobody learns which staff numbers exist.
        form.form_errors.append(
            _("The staff number and password do not match, or too many tries failed. Wait 10 minutes then.")
        )
    status = 422 if request.method == "POST" else 200
    page = render_template("accounts/sign_in.html", form=form, session_ended=g.get("session_ended"))
    return make_response(page, status)


@blueprint.app_errorhandler(FloodError)
def too_many(_error: FloodError) -> Response:
    answer = error_page("429", 429)
    answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return answer


@blueprint.post("/sign-out")
def sign_out() -> Response:
    actions.end_session(db.session(), actor(), session_id=current_user.session_id)
    logout_user()
    browser.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/preferences")
def set_preferences() -> Response:
    form = PreferencesForm()
    language = form.language.data if form.language.data in LANGUAGES else None
    theme = form.theme.data if form.theme.data in THEMES else None
    answer = redirect(local_path(form.next.data) or url_for("accounts.home"), 303)
    if current_user.is_authenticated:
        actions.set_preferences(
            db.session(), person_id=current_user.person_id, language=language, theme=theme, now=utcnow()
        )
    else:
        _remember(answer, COOKIE_LANGUAGE, language)
        _remember(answer, COOKIE_THEME, theme)
    return answer


def _remember(answer: Response, name: str, value: str | None) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    if value:
        answer.set_cookie(name, value, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")


@blueprint.route("/account/password", methods=["GET", "POST"])
def change_password() -> Response:
    form = PasswordForm(next=local_path(request.args.get("next")))
    if form.validate_on_submit() and _new_password_is_good(form):
        admitted = knock(current_user.staff_no, text_of(form.current))
        if admitted is not None:
            actions.set_password(
                db.session(),
                actor(),
                person_id=admitted.person_id,
                password_hash=passwords.hash_password(text_of(form.new)),
            )
            let_in(replace(admitted, must_change_password=False))
            flash(_("The new password is saved. Other browsers were signed out."), "success")
            return redirect(local_path(form.next.data) or url_for("accounts.home"), 303)
        form.current.errors = [_("This is not your current password, or it was tried too often. Wait 10 minutes.")]
    page = render_template("accounts/password.html", form=form, must_change=current_user.must_change_password)
    return make_response(page, 422 if request.method == "POST" else 200)


def _new_password_is_good(form: PasswordForm) -> bool:
    fault = fault_of_password(text_of(form.new), staff_no=current_user.staff_no, common=passwords.common_passwords())
    if fault is not None:
        form.new.errors = [FAULTS[fault]]
    elif text_of(form.new) == text_of(form.current):
        form.new.errors = [_("This is the password you have. Choose another one.")]
    return not form.new.errors
