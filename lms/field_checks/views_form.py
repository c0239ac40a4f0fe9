"""The form of a check: as a page, and as its script sends it, answer by answer."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.field_checks import actions_form, wording
from lms.field_checks.forms import SubmitForm, read_answers
from lms.field_checks.queries import get_check, list_calibrations
from lms.field_checks.queries_form import latest, list_given, list_items
from lms.field_checks.rules import OPEN, CheckKind, observer_fault
from lms.field_checks.rules_calibration import calibration_fault
from lms.field_checks.rules_form import LONGEST_KEY, Given
from lms.field_checks.wire import LARGEST_BODY, read_answer, read_submission, sent
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access

blueprint = Blueprint("field_check_forms", __name__, url_prefix="/field-checks/<check_id>")
CONFLICTS = frozenset({"key_taken", "state"})


@blueprint.get("/form")
def form(check_id: str) -> ResponseReturnValue:
    check = get_check(db.session(), scope=current_scope(), public_id=check_id)
    if not names_open(current_scope(), {check.center_id}):
        return redirect(url_for("people.purpose", unit_id=check.center.public_id, next=request.path), 303)
    if observer_fault(
        current_scope(), center_id=check.center_id, subject_id=check.person_id, kind=CheckKind(check.kind)
    ):
        raise NotFoundError
    if check.state not in OPEN:
        return redirect(url_for("field_checks.show", check_id=check_id), 303)
    note_access("view", "field_check", check_id, subject_ids=[check.person_id])
    return _page(check, latest(list_given(db.session(), check)))


@blueprint.post("/answers")
def answers(check_id: str) -> ResponseReturnValue:
    check = _check(check_id)
    try:
        said = read_answer(_body())
        actions_form.answer(
            db.session(), actor(), check, scope=current_scope(), key=said.key, given=said.given, sha256=said.sha256
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _refuse(error)
    return {"key": said.key, "item": said.given.item}


@blueprint.post("/submit")
def submit(check_id: str) -> ResponseReturnValue:
    check = _check(check_id)
    if not request.is_json:
        return _submit_page(check)
    try:
        said = read_submission(_body())
        seen = actions_form.submit(
            db.session(), actor(), check, scope=current_scope(), key=said.key, answers=said.answers, photos=said.photos,
            observed_on=said.observed_on,
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return _refuse(error)
    return {"state": "SUBMITTED", "observation": seen.public_id}


def _submit_page(check: Any) -> ResponseReturnValue:
    """Take the whole form at once, as a browser without script sends it."""
    given, sent_form = read_answers(request.form, list_items(db.session(), check)), SubmitForm()
    key, error = sent_form.key.data or "", None
    if not sent_form.validate():
        return _page(check, given, DomainError("observed_day" if sent_form.observed_on.errors else "fields"))
    day = sent_form.observed_on.data
    try:
        _take(check, key, given, day)
    except NotFoundError:
        raise
    except DomainError as refusal:
        error = refusal
    if error is not None:
        return _page(check, given, error, day)
    flash(_("The check is submitted."), "success")
    return redirect(url_for("field_checks.show", check_id=check.public_id), 303)


def _take(check: Any, key: str, given: dict[str, Given], day: date | None) -> None:
    session, keys = db.session(), []
    if check.submit_key != key:
        for code, one in given.items():
            said = sent(f"{key}-{code}"[:LONGEST_KEY], one)
            keys.append(said.key)
            actions_form.answer(
                session, actor(), check, scope=current_scope(), key=said.key, given=one, sha256=said.sha256
            )
    actions_form.submit(session, actor(), check, scope=current_scope(), key=key, answers=keys, observed_on=day)


def _page(
    check: Any, given: dict[str, Given], error: DomainError | None = None, day: date | None = None
) -> ResponseReturnValue:
    session, scope = db.session(), current_scope()
    page = render_template(
        "field_checks/form.html",
        check=check, items=list_items(session, check), given=given, words=wording, today=scope.on,
        observed_on=day or min(scope.on, check.closes_on), key=secrets.token_hex(8),
        refusal=wording.words(error) if error else None,
        wrong=error.values.get("item") if error else None,
        calibration=calibration_fault(list_calibrations(session, person_id=scope.person_id or 0), scope.on),
    )  # fmt: skip
    return page, 422 if error else 200


def _check(check_id: str) -> Any:
    """Return the check that something is sent of; who may not see its names sends nothing."""
    check = get_check(db.session(), scope=current_scope(), public_id=check_id)
    if not names_open(current_scope(), {check.center_id}):
        raise NotFoundError
    return check


def _body() -> bytes:
    if not request.is_json:
        raise DomainError("fields")
    return request.stream.read(LARGEST_BODY + 1)


def _refuse(error: DomainError) -> Response:
    """Word a refusal for the script: what is not there yet, or why, and of which item."""
    if error.code == "missing":
        answer = jsonify(missing=error.values["keys"])
        answer.status_code = 409
        return answer
    answer = jsonify(error=wording.words(error), code=error.code, field=error.values.get("item"))
    answer.status_code = 409 if error.code in CONFLICTS else 422
    return answer
