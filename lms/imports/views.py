"""Handing in files, seeing what they would do, applying and undoing them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from lms.audit import actions as audit
from lms.imports import actions, downloads, kinds, queries, storage, wording
from lms.imports.forms import ReasonForm, RosterUploadForm, UploadForm
from lms.imports.jobs import APPLY, CHECK
from lms.imports.kinds import Kind
from lms.imports.rules import ImportState
from lms.jobs.queue import request as request_job
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor, note_access
from lms.web.dates import today
from lms.web.numbers import page_number

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
Answer = AnyResponse | str | tuple[str, int]
REFUSED_SHOWN = 50
BUSY = frozenset({ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING})


@blueprint.get("/")
def list_runs() -> str:
    page = queries.list_runs(db.session(), page=page_number())
    return render_template("imports/list.html", page=page, kinds=kinds.offered(), titles=_titles())


@blueprint.route("/new/<slug>", methods=["GET", "POST"])
def new(slug: str) -> Answer:
    kind = _kind_or_404(slug)
    form = RosterUploadForm(effective_on=today()) if kind.takes_roster_options else UploadForm()
    if form.validate_on_submit():
        return redirect(url_for("imports.show", public_id=_take(kind, form)), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("imports/new.html", form=form, kind=kind, slug=slug), status


def _take(kind: Kind, form: UploadForm) -> str:
    """Keep the file, note that it came, and have it checked in the background."""
    data_dir = current_app.config["SETTINGS"].data_dir
    stored_as, sha256 = storage.keep(data_dir, _chunks(form.file.data))
    asked = form if isinstance(form, RosterUploadForm) else None
    try:
        run = actions.start_run(
            db.session(),
            actor(),
            kind=kind.code,
            file_name=form.file.data.filename or "",
            sha256=sha256,
            stored_as=stored_as,
            effective_on=asked.effective_on.data if asked else today(),
            options={"partial": asked.partial.data, "staff_width": asked.staff_width.data} if asked else {},
        )
        request_job(db.session(), CHECK, import_id=run.id)
    except BaseException:
        storage.drop(data_dir, stored_as)
        raise
    return run.public_id


def _chunks(file: FileStorage) -> Iterator[bytes]:
    while chunk := file.stream.read(storage.CHUNK):
        yield chunk


@blueprint.get("/<public_id>")
def show(public_id: str) -> Answer:
    return _shown(public_id)


def _shown(public_id: str, *, reason: str = "", error: str | None = None) -> Answer:
    session = db.session()
    run = queries.get_run(session, public_id=public_id)
    if run.preview or run.counts.get("refused"):
        note_access("view", "import", public_id, subject_count=sum(map(len, run.preview.values())))
    page = render_template(
        "imports/show.html",
        run=run,
        kind=kinds.find(run.kind),
        title=_titles().get(run.kind, run.kind),
        is_busy=run.state in BUSY,
        percent=_percent(run.stored_as),
        refused=queries.list_refusals(session, run=run, limit=REFUSED_SHOWN),
        refused_total=queries.count_refusals(session, run=run),
        wording=wording,
        reason=reason,
        reason_error=error,
    )
    return (page, 400) if error else page


@blueprint.get("/<public_id>/progress")
def progress(public_id: str) -> str:
    run = queries.get_run(db.session(), public_id=public_id)
    return render_template("imports/progress.html", run=run, is_busy=run.state in BUSY, percent=_percent(run.stored_as))


@blueprint.post("/<public_id>/apply")
def apply(public_id: str) -> AnyResponse:
    session = db.session()
    run = queries.get_run(session, public_id=public_id, for_change=True)
    try:
        if actions.confirm(session, actor(), run, allow_large="allow_large" in request.form):
            request_job(session, APPLY, import_id=run.id)
    except DomainError as error:
        _flash(error)
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/undo")
def undo(public_id: str) -> AnyResponse:
    session = db.session()
    run = queries.get_run(session, public_id=public_id, for_change=True)
    kind = kinds.find(run.kind)
    try:
        if kind is None or kind.undo is None:
            raise DomainError("undo_not_offered")
        with session.begin_nested():  # what a refused undo began is taken back before the page is shown
            if kind.undo(session, actor(), run):
                kinds.run_hooks(session, actor(), run)
                flash(_("The import was undone."), "success")
    except DomainError as error:
        _flash(error)
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/refused")
def download_refused(public_id: str) -> Answer:
    suffix = request.form.get("format", "xlsx")
    if suffix not in downloads.MIME_TYPES:
        abort(400)
    run = queries.get_run(db.session(), public_id=public_id)
    form = ReasonForm()
    if not form.validate():
        return _shown(public_id, reason=form.reason.data or "", error=" ".join(map(str, form.reason.errors)))
    refused = list(queries.iter_refusals(db.session(), run=run))
    audit.record(
        db.session(), actor(), "download", "import", public_id,
        subject_count=len(refused), reason=form.reason.data, detail={"what": "refused rows", "format": suffix},
    )  # fmt: skip
    stem = run.file_name.rsplit(".", 1)[0]
    return _file(downloads.refused_rows(refused, suffix), suffix, f"{stem}_{_('refused rows')}", "refused-rows")


@blueprint.get("/templates/<slug>.<suffix>")
def template(slug: str, suffix: str) -> AnyResponse:
    kind = _kind_or_404(slug)
    if suffix not in downloads.MIME_TYPES:
        abort(404)
    return _file(downloads.template(kind.template, suffix), suffix, str(kind.title), slug)


def _file(content: bytes, suffix: str, name: str, plain_name: str) -> Response:
    response = Response(content, content_type=downloads.MIME_TYPES[suffix])
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain_name}.{suffix}\"; filename*=UTF-8''{quote(f'{name}.{suffix}', safe='')}"
    )
    return response


def _percent(stored_as: str | None) -> int:
    return storage.progress_of(current_app.config["SETTINGS"].data_dir, stored_as)


def _kind_or_404(slug: str) -> Kind:
    kind = kinds.find(slug.upper())
    if kind is None or slug != slug.lower():
        abort(404)
    return kind


def _titles() -> dict[str, Any]:
    return wording.BY_COMMAND | {kind.code: kind.title for kind in kinds.offered()}


def _flash(error: DomainError) -> None:
    flash(f"{wording.problem(error.code, error.values)} {wording.remedy(error.code, error.values)}", "error")
