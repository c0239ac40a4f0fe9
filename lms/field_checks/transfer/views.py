"""Pages of what training adds up to: the steps from due to habit, and the people behind each."""

from typing import Any

from flask import Blueprint, render_template, request

from lms.completion.rules_suppression import LEAST_PEOPLE
from lms.field_checks.transfer import wording
from lms.field_checks.transfer.forms import PERIODS
from lms.field_checks.transfer.pages import transfer_page
from lms.field_checks.transfer.pages_rows import find_rows
from lms.field_checks.transfer.parameters import Read, read_parameters
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


@blueprint.get("")
def funnel() -> Answer:
    read = _read()
    page = None
    if read.asked is not None and read.unit is not None:
        page = transfer_page(
            db.session(), find_rows(db.session(), read.asked, units=read.units, unit=read.unit), **read.form.layout,
            number=page_number(),
        )  # fmt: skip
    shown = render_template(
        "field_checks/transfer.html",
        **_shown(read), page=page, least_people=LEAST_PEOPLE, least=LEAST_ANSWERS, least_in_bin=LEAST_IN_BIN,
    )  # fmt: skip
    return shown if page else (shown, 400)


@blueprint.get("/people")
def people() -> Answer:
    read = _read()
    (step, took), found = read.form.behind, None
    asked, unit = read.asked, read.unit
    if asked and unit and names_open(read.scope, asked.reach(db.session(), named=True).center_ids):
        found = list_trained(db.session(), asked, step=step, took=took, page=page_number())
        others = sorted({one.person_id for one in found.rows} - {read.scope.person_id})
        if others:
            detail: dict[str, object] = {"step": step, "took": took, "as_of": asked.as_of.isoformat()}
            note_access("view", "transfer", unit.public_id, subject_ids=others, detail=detail)
    shown = render_template(
        "field_checks/transfer_people.html",
        **_shown(read), unit=read.unit, found=found, step=step, took=took, leads_to_check=_leads_to_check,
    )  # fmt: skip
    return shown if read.unit else (shown, 400)


def _leads_to_check(one: Trained) -> bool:
    """Tell whether the viewer may open the check: not what is planned of themselves, nor what was made elsewhere."""
    scope = current_scope()
    if one.person_id == scope.person_id:
        return one.observed_on is not None
    return one.check_center_id is not None and names_open(scope, {one.check_center_id})


def _read() -> Read:
    return read_parameters(db.session(), request.args, scope=current_scope(), as_of=requested_day())


def _shown(read: Read) -> dict[str, Any]:
    return {
        "form": read.form, "units": read.units, "roles": read.roles, "courses": read.courses, "periods": PERIODS,
        "words": wording, "topic_words": topic_words, "as_of": read.as_of,
    }  # fmt: skip
