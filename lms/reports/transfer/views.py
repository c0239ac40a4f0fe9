"""Downloads of what training adds up to: a reason first, then the access record, then the file."""

from flask import Blueprint, abort, current_app, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.audit import actions as audit
from lms.completion.forms import ReasonForm
from lms.field_checks.transfer import wording
from lms.field_checks.transfer.pages_rows import find_rows
from lms.field_checks.transfer.parameters import Read, read_parameters
from lms.field_checks.transfer.queries_people import list_trained_ids
from lms.people.viewer import current_scope
from lms.reports.exports import MOST_IDS, file_name
from lms.reports.files import MIME_TYPES, TableFile, file_answer
from lms.reports.transfer.files import cover, figures_file, people_file, rows_of, title_of
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.tables import NoteSheet
from lms.web.access_log import actor
from lms.web.dates import requested_day

blueprint = Blueprint("transfer_files", __name__, url_prefix="/reports/transfer")
Answer = Response | str | tuple[str, int]


@blueprint.post("")
def download() -> Answer:
    read, reason, suffix = _read()
    title = title_of(read)
    if read.unit is None or read.asked is None or not reason.validate():
        return _asked_again(read, reason, suffix, title)
    found = find_rows(db.session(), read.asked, units=read.units, unit=read.unit)
    _record(read, reason, suffix, "lasting", {"rows": rows_of(read)}, ())
    return _answer(read, figures_file(read, found, _cover(read, title, reason)), suffix, "lasting")


@blueprint.post("/people")
def download_people() -> Answer:
    read, reason, suffix = _read()
    step, took = read.form.behind
    title = f"{wording.LISTS[step, took]}: {wording.STEPS[step][1]}"
    if read.unit is None or read.asked is None or not reason.validate():
        return _asked_again(read, reason, suffix, title)
    people = list_trained_ids(db.session(), read.asked, step=step, took=took)
    _record(read, reason, suffix, "transfer", {"step": step, "took": "yes" if took else "no"}, people)
    table = people_file(read.asked, step, took=took, cover=_cover(read, title, reason))
    return _answer(read, table, suffix, "trainings")


def _read() -> tuple[Read, ReasonForm, str]:
    suffix = request.form.get("format", "xlsx")
    if suffix not in MIME_TYPES:
        abort(400)
    day = requested_day(values=request.form)
    read = read_parameters(db.session(), request.form, scope=current_scope(), as_of=day)
    return read, ReasonForm(request.form), suffix


def _asked_again(read: Read, reason: ReasonForm, suffix: str, title: str) -> Answer:
    kept = {field.name: field.data for field in read.form if field.data}
    page = render_template(
        "reports/reason.html",
        form=read.form, reason=reason, suffix=suffix, title=title, parameters={**kept, "as_of": read.as_of.isoformat()},
    )  # fmt: skip
    return page, 400


def _record(
    read: Read, reason: ReasonForm, suffix: str, kind: str, what: dict[str, object], people: list[int] | tuple[()]
) -> None:
    """Write who takes what away and why; it is on disk before the first byte leaves."""
    unit = read.unit or read.units.home
    audit.record(
        db.session(), actor(), "download", kind, unit.public_id,
        subject_ids=people if len(people) <= MOST_IDS else (), subject_count=len(people), reason=reason.reason.data,
        detail={**read.form.kept, **what, "unit": unit.public_id, "as_of": read.as_of.isoformat(), "format": suffix},
    )  # fmt: skip


def _cover(read: Read, title: str, reason: ReasonForm) -> NoteSheet:
    timezone = current_app.config["SETTINGS"].timezone
    return cover(read, title, who=g.person_label, at=utcnow(), timezone=timezone, reason=reason.reason.data or "")


def _answer(read: Read, table: TableFile, suffix: str, plain: str) -> Response:
    unit = read.unit or read.units.home
    stem = {"lasting": _("what lasts"), "trainings": _("trainings")}[plain]
    return file_answer(
        db.engine,
        table,
        suffix=suffix,
        name=file_name(str(stem), read.as_of, unit.code, suffix),
        plain_name=file_name(plain, read.as_of, unit.code.encode("ascii", "ignore").decode(), suffix),
    )
