"""Pages about checks: what is to be checked, one check and what is said to it, one's own, and who may observe."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.field_checks import actions, wording
from lms.field_checks.forms import CalibrationForm, SecondForm, TextForm
from lms.field_checks.photos.queries import list_photos
from lms.field_checks.queries import get_check, list_calibrations, list_own_checks
from lms.field_checks.queries_form import list_found
from lms.field_checks.queries_lists import Group, count_groups, list_checks, list_observers
from lms.field_checks.rules import (
    OBSERVED,
    OPEN,
    CheckKind,
    CheckState,
    Step,
    after,
    answering_fault,
    observer_fault,
    second_fault,
    state_on,
)
from lms.field_checks.rules_calibration import calibration_fault
from lms.people.queries import find_unit_opening_all, get_person_by_public_id
from lms.people.rules import CENTER_DUTIES, names_open
from lms.people.viewer import current_person_id, current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.numbers import page_number

blueprint = Blueprint("field_checks", __name__, url_prefix="/field-checks")


@blueprint.get("")
def list_all() -> ResponseReturnValue:
    session, scope = db.session(), current_scope()
    text = request.args.get("group", Group.NOW)
    group = Group(text) if text in Group.__members__ else Group.NOW
    shown = list_checks(session, scope=scope, group=group, page=page_number()) if names_open(scope) else None
    if shown:
        _note_others("field_checks", group, {who for one in shown.rows for who in (one.person_id, one.observer_id)})
    closed = find_unit_opening_all(session, scope=scope) if shown is None else None
    fault = calibration_fault(list_calibrations(session, person_id=scope.person_id or 0), scope.on)
    return render_template(
        "field_checks/list.html",
        shown=shown, group=group, counts=count_groups(session, scope=scope), groups=wording.GROUPS, words=wording,
        state_on=state_on, today=scope.on, closed=closed,
        fault=fault if scope.duties & CENTER_DUTIES else None, may_observe=_may_observe,
    )  # fmt: skip


def _note_others(object_type: str, object_id: str, person_ids: set[int | None]) -> None:
    """Remember whom else but the viewer a page names."""
    others = sorted(one for one in person_ids if one is not None and one != current_scope().person_id)
    if others:
        note_access("view", object_type, object_id, subject_ids=others)


def _may_observe(check: Any) -> bool:
    there = {"center_id": check.center_id, "subject_id": check.person_id}
    return observer_fault(current_scope(), kind=CheckKind(check.kind), **there) is None


@blueprint.get("/own")
def list_own() -> ResponseReturnValue:
    checks = list_own_checks(db.session(), person_id=current_person_id())
    _note_others("field_checks", "own", {one.observer_id for one in checks})
    return render_template("field_checks/own.html", checks=checks, words=wording)


@blueprint.get("/<check_id>")
def show(check_id: str) -> ResponseReturnValue:
    check = get_check(db.session(), scope=current_scope(), public_id=check_id)
    if _is_closed_to(check):
        return redirect(url_for("people.purpose", unit_id=check.center.public_id, next=request.path), 303)
    return _page(check)


@blueprint.post("/<check_id>/acknowledge")
def acknowledge(check_id: str) -> ResponseReturnValue:
    return _do(
        check_id, lambda check: actions.acknowledge(db.session(), actor(), check), _("You have acknowledged it.")
    )


@blueprint.post("/<check_id>/dispute")
def dispute(check_id: str) -> ResponseReturnValue:
    form = TextForm()

    def do(check: Any) -> None:
        actions.dispute(db.session(), actor(), check, text=form.text.data or "")

    return _do(check_id, do, _("Your objection is recorded. Somebody other than the observer answers it."), form)


@blueprint.post("/<check_id>/second")
def second(check_id: str) -> ResponseReturnValue:
    form = SecondForm()

    def do(check: Any) -> None:
        actions.look_again(
            db.session(), actor(), check, scope=current_scope(), agrees=form.agrees.data == "yes",
            note=form.note.data or "",
        )  # fmt: skip

    return _do(check_id, do, _("What you saw is recorded."), form)


@blueprint.post("/<check_id>/resolve")
def resolve(check_id: str) -> ResponseReturnValue:
    form = TextForm()

    def do(check: Any) -> None:
        actions.resolve(db.session(), actor(), check, text=form.text.data or "")

    return _do(check_id, do, _("The objection is answered and the check is closed."), form)


def _do(check_id: str, do: Any, done: str, form: Any = None) -> ResponseReturnValue:
    """Do one step and show the check again, or show why it cannot be done."""
    check = get_check(db.session(), scope=current_scope(), public_id=check_id)
    if _is_closed_to(check):
        raise NotFoundError
    try:
        if form is not None and not form.validate():
            raise DomainError("agrees" if "agrees" in form else "text")
        do(check)
    except NotFoundError:
        raise
    except DomainError as error:
        return _page(check, wording.words(error)), 422
    flash(done, "success")
    return redirect(url_for("field_checks.show", check_id=check_id), 303)


def _is_closed_to(check: Any) -> bool:
    """Tell whether the name of the person checked is not open to the viewer now."""
    scope = current_scope()
    return check.person_id != scope.person_id and not names_open(scope, {check.center_id})


def _page(check: Any, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    is_own = check.person_id == scope.person_id
    shown = {check.person_id, check.observer_id, check.second_observer_id, check.closed_by_id}
    _note_others("field_check", check.public_id, shown)
    there = {"center_id": check.center_id, "subject_id": check.person_id}
    observers = frozenset(one for one in (check.observer_id, check.second_observer_id) if one is not None)
    asks_second = check.needs_second and check.second_at is None and check.state in OBSERVED - {CheckState.CLOSED}
    state = CheckState(check.state)
    return render_template(
        "field_checks/show.html",
        check=check, found=list_found(session, check), photos=list_photos(session, check), words=wording,
        refusal=refusal, is_own=is_own,
        state=state_on(state, check.opens_on, check.closes_on, scope.on),
        may_check=state in OPEN and check.opens_on <= scope.on and _may_observe(check),
        may_acknowledge=is_own and after(state, Step.ACKNOWLEDGE) is not None,
        may_dispute=is_own and after(state, Step.DISPUTE) is not None,
        may_second=asks_second and second_fault(scope, observer_id=check.observer_id, **there) is None,
        may_resolve=state == CheckState.DISPUTED
        and answering_fault(scope.person_id, subject_id=check.person_id, observer_ids=observers) is None,
        asks_second=asks_second, text_form=TextForm(formdata=None), second_form=SecondForm(formdata=None),
    )  # fmt: skip


@blueprint.get("/observers")
def observers() -> ResponseReturnValue:
    return _observers_page()


@blueprint.post("/observers")
def calibrate() -> ResponseReturnValue:
    session, scope, form = db.session(), current_scope(), CalibrationForm()
    if not form.validate():
        return _observers_page(" ".join(str(one) for errors in form.errors.values() for one in errors)), 422
    person = get_person_by_public_id(session, scope=scope, public_id=form.person.data or "")
    if not names_open(scope):
        raise NotFoundError
    try:
        actions.calibrate(session, actor(), person, scope=scope, agreement=form.agreement.data or 0)
    except DomainError as error:
        return _observers_page(wording.words(error)), 422
    flash(_("The calibration of %(name)s is recorded.", name=person.name), "success")
    return redirect(url_for("field_checks.observers"), 303)


def _observers_page(refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    shown = list_observers(session, scope=scope, page=page_number()) if names_open(scope) else None
    if shown:
        _note_others("observers", "", {one.person.id for one in shown.rows})
    return render_template(
        "field_checks/observers.html",
        shown=shown, words=wording, refusal=refusal, form=CalibrationForm(formdata=None), me=scope.person_id,
        closed=find_unit_opening_all(session, scope=scope) if shown is None else None,
    )  # fmt: skip
