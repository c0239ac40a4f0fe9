"""Downloading a closed month: a reason first, then the access record, then the file."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from lms.audit import actions as audit
from lms.completion.forms import ReasonForm
from lms.completion.months.queries import get_close
from lms.completion.months.rules import last_day
from lms.completion.months.views import read_month_name
from lms.people.viewer import current_scope
from lms.reports.exports import PERSON_HEADINGS
from lms.reports.files import MIME_TYPES, TableFile, file_answer
from lms.reports.frozen.queries import count_people, iter_frozen_rows
from lms.reports.wording import definition, terms, words
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.tables import Column, Kind, NoteSheet
from lms.web.access_log import actor
from lms.web.dates import clock_text

blueprint = Blueprint("frozen", __name__, url_prefix="/months")
Answer = Response | tuple[str, int]
HEADINGS = (
    *PERSON_HEADINGS,
    (_l("Course code"), Kind.TEXT),
    (_l("Course"), Kind.TEXT),
    (_l("Cycle"), Kind.NUMBER),
    (_l("Assigned on"), Kind.DATE),
    (_l("Due on"), Kind.DATE),
    (_l("Completed on"), Kind.DATE),
    (_l("State"), Kind.TEXT),
)


@blueprint.post("/<month>/download")
def download(month: str) -> Answer:
    suffix, scope = request.form.get("format", "xlsx"), current_scope()
    if suffix not in MIME_TYPES or not scope.network:
        abort(404 if not scope.network else 400)
    named = read_month_name(month)
    close = get_close(db.session(), month=named, number=request.form.get("number", type=int))
    reason = ReasonForm(request.form)
    if not reason.validate():
        shown = {"month": month, "number": close.number, "suffix": suffix, "reason": reason}
        return render_template("reports/frozen/reason.html", **shown), 400
    text = reason.reason.data or ""
    audit.record(
        db.session(), actor(), "download", "month", month, subject_count=count_people(close), reason=text,
        detail={"number": close.number, "sha256": close.sha256, "format": suffix},
    )  # fmt: skip
    return _file(named, close, text, suffix)


def _file(month: date, close: Any, reason: str, suffix: str) -> Response:
    scope, number = current_scope(), close.number
    table = TableFile(
        columns=tuple(Column(str(heading), kind) for heading, kind in HEADINGS),
        rows=lambda session, worded: iter_frozen_rows(session, scope=scope, month=month, number=number, words=worded),
        words=words(),
        sheet=str(_("Data")),
        cover=_cover(month, close, reason),
        terms=terms(),
    )
    stem, noun = f"{month:%Y-%m}_{number}", _("month-close")
    return file_answer(
        db.engine, table, suffix=suffix, name=f"{noun}_{stem}.{suffix}",
        plain_name=f"month-close_{stem}.{suffix}",
    )  # fmt: skip


def _cover(month: date, close: Any, reason: str) -> NoteSheet:
    timezone = str(current_app.config["SETTINGS"].timezone)
    kind = _("Month close") if close.number == 1 else _("Correction %(number)s", number=close.number - 1)
    lines = [
        (_("Month"), f"{month:%Y-%m} ({kind})"),
        (_("As-of date"), last_day(month).isoformat()),
        (_("As known on"), clock_text(close.known_at)),
        ("SHA-256", close.sha256),
        (_("Downloaded by"), g.person_label),
        (_("Downloaded at"), f"{utcnow().astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"),
        (_("Reason"), reason),
        (_("How rates are counted"), definition()),
    ]
    return NoteSheet(
        str(_("Cover")), str(_("Month close")), [(str(label), str(text)) for label, text in lines], str(_("Rows"))
    )  # fmt: skip
