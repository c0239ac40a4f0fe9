"""The page that gives people their first or another password, and the pages that hand out the codes for it."""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts import passwords
from lms.accounts.activation import actions, queries
from lms.accounts.activation.door import present_code
from lms.accounts.activation.forms import ActivationForm, IssueForm, PurposeForm
from lms.accounts.activation.queries import AccountLine, Reach
from lms.accounts.activation.rules import GOOD_FOR, AccountState
from lms.accounts.door import let_in
from lms.accounts.forms import FAULTS
from lms.accounts.rules import fault_of_password
from lms.people.actions import state_purpose
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.errors import NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.forms import text_of

blueprint = Blueprint("activation", __name__)


@blueprint.route("/activate", methods=["GET", "POST"])
def activate() -> Response:
    form = ActivationForm()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("accounts.home"), 303)
    if form.validate_on_submit() and _new_password_is_good(form):
        admitted = present_code(text_of(form.staff_no), text_of(form.code), text_of(form.new))
        if admitted is not None:
            let_in(admitted)
            flash(_("Your password is saved, and you are signed in."), "success")
            return redirect(url_for("accounts.home"), 303)
        # One sentence for every reason, so that nobody learns which staff numbers exist.
        form.form_errors.append(
            _(
                "The staff number and code do not match, the code has ended, or too many tries failed. "
                "Wait 10 minutes, or ask the coordinator of your center for a new code."
            )
        )
    status = 422 if request.method == "POST" else 200
    return make_response(render_template("accounts/activate.html", form=form), status)


def _new_password_is_good(form: ActivationForm) -> bool:
    fault = fault_of_password(text_of(form.new), staff_no=text_of(form.staff_no), common=passwords.common_passwords())
    if fault is not None:
        form.new.errors = [FAULTS[fault]]
    return fault is None


@blueprint.get("/accounts")
def centers() -> Response | str:
    reach = _reach()
    number = request.args.get("page", 1, type=int)
    text, unfinished = request.args.get("q", "").strip()[:60], request.args.get("show") == "unfinished"
    page = queries.list_centers(
        db.session(), reach=reach, text=text, unfinished=unfinished, page=max(1, min(number, 100_000))
    )
    if reach.has_one_center and page.rows and not (text or unfinished):
        return redirect(url_for("activation.center", unit_id=page.rows[0].public_id), 303)
    return render_template("accounts/centers.html", page=page, text=text, unfinished=unfinished)


@blueprint.route("/accounts/<unit_id>", methods=["GET", "POST"])
def center(unit_id: str) -> Response | str:
    reach, session = _reach(), db.session()
    unit = queries.get_center(session, reach=reach, public_id=unit_id)
    lines = queries.list_accounts(session, reach=reach, center_id=unit.id, now=utcnow())
    is_open = names_open(reach.scope, [unit.id])
    form = IssueForm()
    if request.method == "POST" and is_open:
        chosen = _chosen(form, lines)
        if chosen:
            key = current_app.config["SETTINGS"].secret_key
            slips = actions.issue_codes(session, actor(), center=unit, lines=chosen, key=key)
            return render_template("accounts/slips.html", unit=unit, slips=slips, now=utcnow())
        flash(_("Nobody here needs a code now."), "info")
    if request.method == "POST":
        return redirect(url_for("activation.center", unit_id=unit_id), 303)
    if is_open:
        note_access("accounts.seen", "org_unit", unit.public_id, subject_ids=[line.person_id for line in lines])
    return render_template(
        "accounts/center.html",
        unit=unit,
        lines=lines,
        is_open=is_open,
        form=form,
        has_one_center=reach.has_one_center,
        waiting=[line for line in lines if _is_waiting(line)],
        without=[line for line in lines if not line.has_password],
        locked=[line for line in lines if line.state is AccountState.LOCKED],
        own_id=current_user.person_id,
        good_for=GOOD_FOR.days,
    )


@blueprint.post("/accounts/<unit_id>/purpose")
def open_names(unit_id: str) -> Response:
    reach, session = _reach(), db.session()
    unit = queries.get_center(session, reach=reach, public_id=unit_id)
    form = PurposeForm()
    if form.validate_on_submit():
        scope = reach.scope
        state_purpose(session, actor(), scope=scope, unit_id=unit_id, purpose=text_of(form.reason), on=scope.on)
        return redirect(url_for("activation.center", unit_id=unit_id), 303)
    return make_response(render_template("accounts/center_closed.html", unit=unit, form=form), 422)


@blueprint.get("/accounts/<unit_id>/people/<public_id>")
def reset(unit_id: str, public_id: str) -> str:
    reach, session = _reach(), db.session()
    unit = queries.get_center(session, reach=reach, public_id=unit_id)
    lines = queries.list_accounts(session, reach=reach, center_id=unit.id, now=utcnow())
    line = _line(lines if names_open(reach.scope, [unit.id]) else [], public_id)
    note_access("accounts.seen", "person", line.public_id, subject_ids=[line.person_id])
    return render_template("accounts/reset.html", unit=unit, line=line, good_for=GOOD_FOR.days)


def _reach() -> Reach:
    return queries.reach_of(db.session(), scope=current_scope(), names=current_app.config["SETTINGS"].names)


def _chosen(form: IssueForm, lines: list[AccountLine]) -> list[AccountLine]:
    """Return for whom a code is asked: one person, or those without a password, by default without a good code too."""
    if wanted := text_of(form.person):
        return [_line(lines, wanted)]
    return [
        line for line in lines if line.is_issuable and not line.has_password and (form.again.data or _is_waiting(line))
    ]


def _is_waiting(line: AccountLine) -> bool:
    return line.is_issuable and not line.has_password and line.code_expires_at is None


def _line(lines: list[AccountLine], public_id: str) -> AccountLine:
    found = next((line for line in lines if line.public_id == public_id and line.is_issuable), None)
    if found is None:
        raise NotFoundError
    return found
