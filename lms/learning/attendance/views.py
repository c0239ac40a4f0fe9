"""Attendance: a page of who was picked and which sessions they have, and the yes."""

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.enrollments.recording import wording
from lms.enrollments.recording.queries import read_batch
from lms.enrollments.recording.rules import Batch
from lms.learning.attendance.actions import record_gathering
from lms.learning.attendance.forms import AttendanceForm
from lms.learning.attendance.queries import Gathering, list_gatherings
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.addresses import local_path, way_back
from lms.web.locale import localized

blueprint = Blueprint("attendance", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.post("/attendance/new")
def new() -> Answer:
    form = AttendanceForm()
    batch, gatherings, refusal = _read(form)
    form.next.data = local_path(form.next.data) or way_back()
    return _page(form, batch, gatherings, refusal)


@blueprint.post("/attendance")
def record() -> Answer:
    form = AttendanceForm()
    batch, gatherings, refusal = _read(form)
    if refusal or not form.validate():
        return _page(form, batch, gatherings, refusal, 422)
    chosen = next(one for one in gatherings if one.key == form.session.data)
    try:
        timezone = current_app.config["SETTINGS"].timezone
        number = record_gathering(
            db.session(), actor(), chosen, on=form.day, reason=form.reason.data or "", timezone=timezone
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _page(form, batch, gatherings, wording.words(error), 422)
    text = ngettext(
        "The attendance of %(num)s person is recorded.", "The attendance of %(num)s people is recorded.", number
    )
    flash(text, "success")
    return redirect(local_path(form.next.data) or "/", 303)


def _read(form: AttendanceForm) -> tuple[Batch, list[Gathering], str | None]:
    """Return what was picked within the viewer's reach, its sessions, and why nothing can be recorded."""
    session = db.session()
    try:
        batch = read_batch(session, scope=current_scope(), picks=form.picks)
    except NotFoundError:
        raise
    except DomainError as error:
        return Batch(()), [], wording.words(error)
    note_access("learning.attendance", "people", "", subject_ids=sorted({line.person_id for line in batch.lines}))
    gatherings = list_gatherings(session, batch)
    names = [f"{localized(one, 'title')} · {localized(one, 'course_title')}" for one in gatherings]
    form.session.choices = [(one.key, name) for one, name in zip(gatherings, names, strict=True)]
    if len(gatherings) == 1 and request.endpoint == "attendance.new":
        form.session.data = gatherings[0].key
    return batch, gatherings, None


def _page(
    form: AttendanceForm, batch: Batch, gatherings: list[Gathering], refusal: str | None, status: int = 200
) -> Answer:
    page = render_template(
        "learning/attendance.html",
        form=form, batch=batch, gatherings=gatherings, refusal=refusal, today=current_scope().on, wording=wording,
        back=local_path(form.next.data),
    )  # fmt: skip
    return page, 422 if refusal else status
