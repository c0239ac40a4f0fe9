"""Pages about duties: a list of units, one unit's duties, appointing, ending, and what stands vacant."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.people.duties import actions, queries
from lms.people.duties.forms import STATUSES, AppointForm, EndForm
from lms.people.duties.queries import Candidate, Holding, Office
from lms.people.duties.queries_vacancies import list_vacancies
from lms.people.duties.rules import ONE_DAY, Status
from lms.people.duties.wording import LEVELS, TITLES, words
from lms.people.rules import DutyKind
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.locale import localized
from lms.web.numbers import page_number

blueprint = Blueprint("duties", __name__, url_prefix="/duties")
Answer = str | Response | tuple[str, int]
LONGEST_SEARCH = 60


@blueprint.get("")
def units() -> Answer:
    session, scope = db.session(), current_scope()
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    page = queries.list_offices(session, scope=scope, search=search, page=page_number())
    if page.total == 1 and not search:
        return redirect(url_for("duties.show", unit_id=page.rows[0].public_id), 303)
    return render_template("people/duties.html", page=page, search=search, levels=LEVELS)


@blueprint.get("/vacancies")
def vacancies() -> str:
    scope = current_scope()
    found = list_vacancies(db.session(), scope=scope, as_of=scope.on)
    return render_template("people/vacancies.html", vacancies=found, on=scope.on, levels=LEVELS, titles=TITLES)


@blueprint.get("/<unit_id>")
def show(unit_id: str) -> str:
    session, scope = db.session(), current_scope()
    office = queries.get_office(session, scope=scope, public_id=unit_id)
    holdings = queries.list_holdings(session, office=office, on=scope.on)
    corrected = queries.list_holdings(session, office=office, on=scope.on, corrected=True)
    _note(office, [*holdings, *corrected])
    return render_template(
        "people/duties_unit.html",
        office=office,
        now=[one for one in holdings if one.status is not Status.ENDED],
        past=[one for one in holdings if one.status is Status.ENDED],
        corrected=corrected,
        vacant=_vacant(office),
        viewer_id=scope.person_id,
        titles=TITLES,
        statuses=STATUSES,
        levels=LEVELS,
    )


@blueprint.get("/<unit_id>/new")
def new(unit_id: str) -> str:
    office = _office_to_appoint(unit_id)
    form = _form(office)
    form.starts_on.data = current_scope().on
    form.replaces.data = request.args.get("replaces")
    form.q.data = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    if form.replaces.data:
        duty, _holder = queries.get_duty(db.session(), office=office, ref=form.replaces.data)
        form.kind.data = duty.kind
    elif request.args.get("kind") in office.grantable:
        form.kind.data = request.args["kind"]
    return _form_page(office, form)


@blueprint.post("/<unit_id>/new")
def appoint(unit_id: str) -> Answer:
    office = _office_to_appoint(unit_id)
    form = _form(office)
    if not form.validate():
        return _form_page(office, form), 422
    try:
        actions.appoint(db.session(), actor(), scope=current_scope(), office=office, wish=form.wish)
    except NotFoundError:
        raise
    except DomainError as error:
        return _form_page(office, form, words(error)), 422
    flash(_("Appointed."), "success")
    return redirect(url_for("duties.show", unit_id=unit_id), 303)


@blueprint.get("/<unit_id>/end")
def ask_end(unit_id: str) -> Answer:
    office = _office_to_appoint(unit_id)
    form = EndForm(duty=request.args.get("duty", ""), last_on=current_scope().on)
    if not form.duty.data:
        return redirect(url_for("duties.show", unit_id=unit_id), 303)
    return _end_page(office, form)


@blueprint.post("/<unit_id>/end")
def end(unit_id: str) -> Answer:
    office = _office_to_appoint(unit_id)
    form = EndForm()
    if not form.duty.data:
        return redirect(url_for("duties.show", unit_id=unit_id), 303)
    if request.form.get("withdraw"):
        duty, _holder = queries.get_duty(db.session(), office=office, ref=form.duty.data)
        form.last_on.data = duty.starts_on - ONE_DAY
    elif not form.validate():
        return _end_page(office, form), 422
    try:
        actions.end(db.session(), actor(), office=office, ref=form.duty.data, last_on=form.last_on.data)  # type: ignore[arg-type]
    except NotFoundError:
        raise
    except DomainError as error:
        return _end_page(office, form, words(error)), 422
    flash(_("The appointment is withdrawn.") if request.form.get("withdraw") else _("The duty ends."), "success")
    return redirect(url_for("duties.show", unit_id=unit_id), 303)


def _office_to_appoint(unit_id: str) -> Office:
    office = queries.get_office(db.session(), scope=current_scope(), public_id=unit_id)
    if not office.grantable:
        raise NotFoundError
    return office


def _form(office: Office) -> AppointForm:
    form = AppointForm()
    form.offer(kind for kind in DutyKind if kind in office.grantable)
    return form


def _form_page(office: Office, form: AppointForm, refused: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    found = queries.list_candidates(session, scope=scope, office=office, search=form.q.data or "")
    replaced = queries.get_duty(session, office=office, ref=form.replaces.data) if form.replaces.data else None
    form.offer_people((one.public_id, _described(one)) for one in found)
    if found or replaced:
        ids = [one.person_id for one in found] + ([replaced[1].id] if replaced else [])
        note_access("duties.search", "org_unit", office.code, subject_ids=ids)
    return render_template(
        "people/duties_new.html",
        office=office,
        form=form,
        candidates=found,
        replaced=replaced,
        refusal=refused,
        titles=TITLES,
        names_closed=scope.purpose_needed and not office.shows_names,
        most=queries.CANDIDATES_SHOWN,
    )


def _described(one: Candidate) -> str:
    return f"{one.name} · {one.staff_no} · {localized(one, 'center')} · {localized(one, 'role')}"


def _end_page(office: Office, form: EndForm, refused: str | None = None) -> str:
    duty, holder = queries.get_duty(db.session(), office=office, ref=form.duty.data or "")
    if office.shows_names:
        note_access("duties.view", "org_unit", office.code, subject_ids=[holder.id])
    return render_template(
        "people/duties_end.html",
        office=office,
        form=form,
        duty=duty,
        holder=holder if office.shows_names else None,
        is_to_come=duty.starts_on > current_scope().on,
        refusal=refused,
        titles=TITLES,
    )


def _note(office: Office, holdings: list[Holding]) -> None:
    ids = sorted({one.person_id for one in holdings if one.name})
    if ids:
        note_access("duties.view", "org_unit", office.code, subject_ids=ids)


def _vacant(office: Office) -> list[DutyKind]:
    """Return what stands vacant here that the viewer may fill."""
    scope = current_scope()
    found = list_vacancies(db.session(), scope=scope, as_of=scope.on)
    return [one.kind for one in found if one.unit_id == office.id and one.kind in office.grantable]
