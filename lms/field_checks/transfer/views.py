"""Pages of what training adds up to: the steps from due to habit, and the people behind each."""

from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.completion.queries_labels import course_labels, role_labels
from lms.completion.queries_places import Unit, Units, load_units
from lms.completion.rules_suppression import LEAST_PEOPLE
from lms.field_checks.transfer import wording
from lms.field_checks.transfer.forms import PERIODS, TransferForm
from lms.field_checks.transfer.pages import asked_for, transfer_page
from lms.field_checks.transfer.pages_rows import find_rows
from lms.field_checks.transfer.queries_people import Trained, list_trained
from lms.field_checks.transfer.rules_decay import LEAST_ANSWERS, LEAST_IN_BIN
from lms.observations.practice import wording as topic_words
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access
from lms.web.dates import requested_day
from lms.web.numbers import page_number

blueprint = Blueprint("transfer", __name__, url_prefix="/field-checks/transfer")
Answer = str | tuple[str, int]


class Read(NamedTuple):
    """What an address asks for; `unit` is None where nothing can be shown, and the form says why."""

    form: TransferForm
    units: Units
    unit: Unit | None
    shown: dict[str, Any]


@blueprint.get("")
def funnel() -> Answer:
    read = _read()
    page = None
    if read.unit is not None:
        asked = asked_for(current_scope(), requested_day(), read.unit, **read.form.narrowed)
        page = transfer_page(
            db.session(), find_rows(db.session(), asked, units=read.units, unit=read.unit), **read.form.layout,
            number=page_number(),
        )  # fmt: skip
    shown = render_template(
        "field_checks/transfer.html",
        **read.shown, page=page, least_people=LEAST_PEOPLE, least=LEAST_ANSWERS, least_in_bin=LEAST_IN_BIN,
    )  # fmt: skip
    return shown if page else (shown, 400)


@blueprint.get("/people")
def people() -> Answer:
    read, scope = _read(), current_scope()
    step, took = read.form.behind
    found = None
    if read.unit is not None:
        asked = asked_for(scope, requested_day(), read.unit, **read.form.narrowed)
        if names_open(scope, asked.reach(db.session(), named=True).center_ids):
            found = list_trained(db.session(), asked, step=step, took=took, page=page_number())
            others = sorted({one.person_id for one in found.rows} - {scope.person_id})
            if others:
                detail: dict[str, object] = {"step": step, "took": took, "as_of": asked.as_of.isoformat()}
                note_access("view", "transfer", read.unit.public_id, subject_ids=others, detail=detail)
    shown = render_template(
        "field_checks/transfer_people.html",
        **read.shown, unit=read.unit, found=found, step=step, took=took, leads_to_check=_leads_to_check,
    )  # fmt: skip
    return shown if read.unit else (shown, 400)


def _leads_to_check(one: Trained) -> bool:
    """Tell whether the viewer may open the check: not what is planned of themselves, nor what was made elsewhere."""
    scope = current_scope()
    if one.person_id == scope.person_id:
        return one.observed_on is not None
    return one.check_center_id is not None and names_open(scope, {one.check_center_id})


def _read() -> Read:
    session = db.session()
    roles, courses = ({one.code: one for one in labels(session).values()} for labels in (role_labels, course_labels))
    form, units = TransferForm(request.args, roles=roles, courses=courses), load_units(session, scope=current_scope())
    is_valid = form.validate()
    unit = units.find(form.unit.data) if form.unit.data else units.home
    if unit is None:
        form.unit.errors = [_("There is no such unit within what you can see.")]
    shown = {
        "form": form, "units": units, "roles": roles, "courses": courses, "periods": PERIODS, "words": wording,
        "topic_words": topic_words, "as_of": requested_day(),
    }  # fmt: skip
    return Read(form, units, unit if is_valid else None, shown)
