"""Downloads: a reason first, then the access record, then the file."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from lms.audit import actions as audit
from lms.completion import pages
from lms.completion.forms import OPEN_ONLY, CourseForm, ReasonForm, is_usual
from lms.completion.parameters import Asked, read_parameters
from lms.people.viewer import current_scope
from lms.reports.exports import EXPORTS, MOST_IDS, Export, as_asked, file_name
from lms.reports.files import MIME_TYPES, TableFile, file_answer
from lms.reports.wording import cover, terms, words
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.tables import MAX_XLSX_ROWS, Column
from lms.web.access_log import actor
from lms.web.dates import today

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
Answer = AnyResponse | str | tuple[str, int]
# Beyond this many rows a workbook takes minutes to write and to open.
MANY_ROWS = 100_000


@blueprint.get("/enrollments")
def enrollments() -> Answer:
    session = db.session()
    asked = read_parameters(session, CourseForm, request.args, scope=current_scope(), today=today())
    kind = "open-enrollments" if asked.form.show.data == OPEN_ONLY else "enrollments"
    export = EXPORTS[kind]
    page = render_template(
        "reports/enrollments.html",
        asked=asked,
        kind=kind,
        number=_number(export, asked) if asked.is_valid and asked.may_name else 0,
        options=pages.options(asked),
        chips=pages.chips(asked, today=today()) if asked.is_valid else [],
        most=MAX_XLSX_ROWS,
        many=MANY_ROWS,
    )
    return page if asked.is_valid else (page, 400)


def _number(export: Export, asked: Asked[Any]) -> int:
    if export.count is None:
        return 0
    with asked.reading(db.session()) as session:
        return export.count(session, asked)


@blueprint.post("/<kind>")
def download(kind: str) -> Answer:
    export = EXPORTS.get(kind)
    if export is None:
        abort(404)
    return _download(export)


@blueprint.post("/rates")
def download_rates() -> Answer:
    return _download(EXPORTS["rates" if is_usual(request.form) else "measured-rates"])


def _download(export: Export) -> Answer:
    suffix = request.form.get("format", "xlsx")
    if suffix not in MIME_TYPES:
        abort(400)
    asked = read_parameters(db.session(), export.form, request.form, scope=current_scope(), today=today())
    reason = ReasonForm(request.form)
    if reason.validate() and asked.is_valid and _is_too_long(export, asked, suffix):
        suffix = "csv"
        reason.reason.errors = [
            _("A workbook holds at most %(most)s rows. Take the list as CSV.", most=f"{MAX_XLSX_ROWS:,}")
        ]
    if reason.errors or not asked.is_valid:
        page = render_template(
            "reports/reason.html",
            form=asked.form, reason=reason, suffix=suffix, title=export.title, parameters=asked.parameters,
        )  # fmt: skip
        return page, 400
    _record(export, asked, reason.reason.data or "", suffix)
    return _file(export, asked, reason.reason.data or "", suffix)


def _is_too_long(export: Export, asked: Asked[Any], suffix: str) -> bool:
    return suffix == "xlsx" and _number(export, asked) > MAX_XLSX_ROWS


def _record(export: Export, asked: Asked[Any], reason: str, suffix: str) -> None:
    """Write who takes whose data away and why; it is on disk before the first byte leaves."""
    with asked.reading(db.session()) as session:
        subjects = export.find_subjects(session, asked, MOST_IDS)
    audit.record(
        db.session(),
        actor(),
        "download",
        "export",
        export.kind,
        subject_ids=subjects.ids,
        subject_count=subjects.count,
        reason=reason,
        detail={**asked.parameters, "as_of": asked.as_of.isoformat(), "format": suffix},
    )


def _file(export: Export, asked: Asked[Any], reason: str, suffix: str) -> Response:
    unit = asked.unit or asked.units.home
    timezone = current_app.config["SETTINGS"].timezone
    table = TableFile(
        columns=tuple(Column(str(heading), kind) for heading, kind in export.headings),
        rows=as_asked(asked, export.rows(asked)),
        words=words(),
        sheet=str(_("Data")),
        cover=cover(export, asked, who=g.person_label, at=utcnow(), timezone=timezone, reason=reason),
        terms=terms(),
    )
    return file_answer(
        db.engine,
        table,
        suffix=suffix,
        name=file_name(str(export.file_stem), asked.as_of, unit.code, suffix),
        plain_name=file_name(export.kind, asked.as_of, unit.code.encode("ascii", "ignore").decode(), suffix),
    )
