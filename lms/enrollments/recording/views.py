"""Recording completions for others: a form for what was picked, a preview in numbers, the yes; and correcting one."""

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.enrollments.assignments.queries import list_writable_centers
from lms.enrollments.recording import actions, queries, wording
from lms.enrollments.recording.forms import WITHDRAW, CorrectionForm, RecordingForm
from lms.enrollments.recording.rules import Batch, day_fault, history_of
from lms.people.queries import find_posting, find_unit_to_open, get_person_by_public_id
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.addresses import local_path, way_back

blueprint = Blueprint("recording", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.post("/completions/new")
def new() -> Answer:
    form = RecordingForm()
    batch, refusal = _read(form)
    form.request_key.data = secrets.token_hex(16)
    form.next.data = local_path(form.next.data) or way_back()
    return _form_page(form, batch, refusal)


@blueprint.post("/completions/preview")
def preview() -> Answer:
    form = RecordingForm()
    batch, refusal = _read(form)
    if refusal or not _is_sound(form):
        return _form_page(form, batch, refusal, 422)
    return render_template("enrollments/recording_preview.html", form=form, batch=batch, wording=wording)


@blueprint.post("/completions")
def record() -> Answer:
    form = RecordingForm()
    batch, refusal = _read(form)
    if refusal or not _is_sound(form) or not form.key:
        return _form_page(form, batch, refusal, 422)
    try:
        done = actions.record_batch(
            db.session(),
            batch=batch,
            completed_on=form.day,
            evidence=form.wish,
            on=current_scope().on,
            request_key=form.key,
            actor=actor(),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _form_page(form, batch, wording.words(error), 422)
    text = ngettext("%(num)s completion is recorded.", "%(num)s completions are recorded.", done.recorded)
    flash(text, "success")
    return redirect(local_path(form.next.data) or "/", 303)


def _read(form: RecordingForm) -> tuple[Batch, str | None]:
    """Return what was picked, within the viewer's reach, and why it cannot be recorded."""
    try:
        batch = queries.read_batch(db.session(), scope=current_scope(), picks=form.picks)
    except NotFoundError:
        raise
    except DomainError as error:
        return Batch(()), wording.words(error)
    note_access("enrollments.recording", "people", "", subject_ids=sorted({line.person_id for line in batch.lines}))
    return batch, None


def _is_sound(form: RecordingForm) -> bool:
    sound = bool(form.validate())
    if form.completed_on.data and (fault := day_fault(form.completed_on.data, current_scope().on)):
        form.completed_on.errors = [*form.completed_on.errors, wording.REFUSALS[fault]]
        sound = False
    return sound


def _form_page(form: RecordingForm, batch: Batch, refusal: str | None, status: int = 200) -> Answer:
    page = render_template(
        "enrollments/recording_new.html",
        form=form, batch=batch, refusal=refusal, today=current_scope().on, wording=wording,
        back=local_path(form.next.data),
    )  # fmt: skip
    return page, 422 if refusal else status


@blueprint.get("/people/<public_id>/courses/<course_id>/<int:cycle>/completion")
def history(public_id: str, course_id: str, cycle: int) -> Answer:
    return _completion_page(public_id, course_id, cycle)


@blueprint.post("/people/<public_id>/courses/<course_id>/<int:cycle>/completion")
def correct(public_id: str, course_id: str, cycle: int) -> Answer:
    return _completion_page(public_id, course_id, cycle)


def _completion_page(public_id: str, course_id: str, cycle: int) -> Answer:
    session, scope = db.session(), current_scope()
    person = get_person_by_public_id(session, scope=scope, public_id=public_id)
    closed = find_unit_to_open(session, scope=scope, person=person)
    if closed is not None:
        return redirect(url_for("people.purpose", unit_id=closed.public_id, next=request.path), 303)
    is_own = person.id == scope.person_id
    posting = find_posting(session, scope=scope, person_id=person.id, on=scope.on)
    course = get_course(session, public_id=course_id)
    found = queries.get_enrollment(session, scope=scope, person_id=person.id, course_public_id=course_id, cycle=cycle)
    writable = list_writable_centers(session, scope=scope)
    may_correct = not is_own and posting is not None and posting.center_id in writable
    form, refusal = CorrectionForm(), None
    if request.method == "POST":
        if not (may_correct or is_own):
            raise NotFoundError
        answer = _correct(form, found)
        if isinstance(answer, Response):
            return answer
        refusal = answer
    else:
        form.known_since.data = found.recorded_at.astimezone(UTC).isoformat()
        form.completed_on.data = found.completed_on
    if not is_own:
        note_access("view", "completion", str(found.id), subject_ids=[person.id])
    page = render_template(
        "enrollments/completion.html",
        person=person, course=course, enrollment=found, entries=history_of(queries.list_versions(session, found)),
        form=form, refusal=refusal, may_correct=may_correct, today=scope.on, wording=wording,
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


def _correct(form: CorrectionForm, enrollment: Any) -> Response | str | None:
    """Correct a completion; return where to go on, or why it is refused."""
    if not form.validate():
        return None
    try:
        changed = actions.correct(
            db.session(),
            enrollment=enrollment,
            known_since=_instant(form.known_since.data),
            completed_on=None if form.what.data == WITHDRAW else form.completed_on.data,
            on=current_scope().on,
            reason=form.reason.data or "",
            actor=actor(),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return wording.words(error)
    flash(_("The completion is corrected.") if changed else _("Nothing changed."), "success" if changed else "info")
    return redirect(request.path, 303)


def _instant(text: str | None) -> datetime:
    """Return the instant a form carries; what is none is older than anything recorded."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
