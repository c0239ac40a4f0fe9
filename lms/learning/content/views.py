"""Files of courses for who may see them; the author's overview, outline, preview and publishing."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses import queries as courses
from lms.enrollments.versions.queries import standing_of
from lms.learning.content import actions, queries, storage, wording
from lms.learning.content.actions_publishing import faults_of, is_first
from lms.learning.content.forms import OutlineForm, PublishForm, write_chapters
from lms.learning.content.rules import Keeps, ModuleKind, difference
from lms.learning.content.views_modules import add_pages
from lms.people.rules import DutyKind
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor
from lms.web.dates import today
from lms.web.headers import seal

blueprint = Blueprint("content", __name__)
add_pages(blueprint)
Answer = str | Response | tuple[str, int]


@blueprint.get("/content/files/<file_id>")
def file(file_id: str) -> Response:
    scope = current_scope()
    found = queries.get_file(
        db.session(),
        public_id=file_id,
        person_id=scope.person_id,
        is_author=DutyKind.TRAINING_ADMIN in scope.duties,
    )
    path = storage.path_of(storage.folder_in(current_app.config["SETTINGS"].data_dir), found.sha256)
    if not path.is_file():
        current_app.logger.error("the bytes of content file %s are gone: %s", file_id, path)
        abort(404)
    answer = send_file(path, mimetype=found.media_type, etag=found.sha256, last_modified=found.recorded_at)
    # It is shown in a page, never saved under a name.
    answer.headers.pop("Content-Disposition", None)
    return seal(answer)


@blueprint.get("/authoring/<course_id>")
def show(course_id: str) -> Answer:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    draft = queries.draft_of(session, course.id)
    return render_template(
        "learning/authoring.html",
        course=course,
        draft=draft,
        faults=faults_of(session, draft) if draft else [],
        editions=queries.list_editions(session, course.id),
        kinds=ModuleKind,
        words=wording,
    )


@blueprint.post("/authoring/<course_id>/draft")
def start(course_id: str) -> Answer:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    if not course.versions:
        abort(404)
    actions.start_draft(session, actor(), course, is_empty=request.form.get("from") == "empty")
    return redirect(url_for("content.show", course_id=course_id), 303)


@blueprint.post("/authoring/<course_id>/draft/discard")
def discard(course_id: str) -> Answer:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    actions.discard_draft(session, actor(), queries.get_draft(session, course.id))
    flash(_("The draft is gone."), "info")
    return redirect(url_for("content.show", course_id=course_id), 303)


@blueprint.route("/authoring/<course_id>/outline", methods=["GET", "POST"])
def outline(course_id: str) -> Answer:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    draft = queries.get_draft(session, course.id)
    form = OutlineForm(obj=draft)
    if request.method == "GET":
        form.chapters.data = write_chapters(draft.chapters)
    if form.validate_on_submit():
        actions.change_outline(session, actor(), draft, **form.wish())
        return redirect(url_for("content.show", course_id=course_id), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("learning/authoring_outline.html", course=course, form=form), status


@blueprint.route("/authoring/<course_id>/publish", methods=["GET", "POST"])
def publish(course_id: str) -> Answer:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    draft = queries.get_draft(session, course.id)
    form, refusal = PublishForm(effective_on=today(), keeps=Keeps.KEEP), None
    if form.validate_on_submit():
        try:
            version = actions.publish(
                session,
                actor(),
                draft,
                effective_on=form.day,
                keeps=form.mode,
                due_on=form.due_on.data,
                today=today(),
            )
        except DomainError as error:
            refusal = wording.refusal(error)
        else:
            flash(_("Version %(number)s is published.", number=version.number), "success")
            return redirect(url_for("content.show", course_id=course_id), 303)
    former = queries.newest_edition(session, course.id)
    page = render_template(
        "learning/authoring_publish.html",
        course=course,
        draft=draft,
        form=form,
        refusal=refusal,
        faults=faults_of(session, draft),
        difference=difference(queries.parts_of(former), queries.parts_of(draft)),
        standing=standing_of(session, course, on=today()),
        is_first=is_first(session, draft),
        today=today(),
        words=wording,
    )
    return page, 422 if request.method == "POST" else 200
