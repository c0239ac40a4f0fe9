"""The author's pages of a draft's modules and pictures."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses import queries as courses
from lms.learning.content import actions, queries, storage, wording
from lms.learning.content.forms import FORMS, ModuleForm, PictureForm
from lms.learning.content.rules import ModuleKind
from lms.learning.content.rules_files import FITTING
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor

Answer = str | Response | tuple[str, int]


def add_pages(blueprint: Blueprint) -> None:
    """Add these pages to the noun's."""
    both, post = ["GET", "POST"], ["POST"]
    at = "/authoring/<course_id>/"
    blueprint.add_url_rule(at + "modules/new/<kind>", view_func=new_module, methods=both)
    blueprint.add_url_rule(at + "modules/<module_id>", view_func=edit_module, methods=both)
    blueprint.add_url_rule(at + "modules/<module_id>/move", view_func=move_module, methods=post)
    blueprint.add_url_rule(at + "modules/<module_id>/remove", view_func=remove_module, methods=post)
    blueprint.add_url_rule(at + "pictures", view_func=pictures, methods=both)
    blueprint.add_url_rule(at + "pictures/remove", view_func=remove_picture, methods=post)


def new_module(course_id: str, kind: str) -> Answer:
    """Show the form of a new module of a kind, and add it."""
    if kind not in {one.lower() for one in ModuleKind}:
        abort(404)
    session, of_kind = db.session(), ModuleKind(kind.upper())
    course, draft = _draft(course_id)
    form = _form(of_kind, draft, obj=None)
    refusal = None
    if form.validate_on_submit():
        try:
            files = _files(form, course, of_kind)
            actions.add_module(session, actor(), draft, kind=of_kind, **form.wish(), **files)
        except DomainError as error:
            refusal = wording.refusal(error)
        else:
            return redirect(url_for("content.show", course_id=course_id), 303)
    return _page(form, course, of_kind, refusal, module=None)


def edit_module(course_id: str, module_id: str) -> Answer:
    """Show a module of the draft, and write it."""
    session = db.session()
    course, draft = _draft(course_id)
    module = queries.get_module(session, draft.id, module_id)
    kind = ModuleKind(module.kind)
    form = _form(kind, draft, obj=module)
    refusal = None
    if form.validate_on_submit():
        try:
            wish = form.wish() | _files(form, course, kind)
            actions.change_module(session, actor(), module, is_new_part=form.is_new_part.data, **wish)
        except DomainError as error:
            refusal = wording.refusal(error)
        else:
            return redirect(url_for("content.show", course_id=course_id, _anchor=module_id), 303)
    return _page(form, course, kind, refusal, module=module)


def move_module(course_id: str, module_id: str) -> Answer:
    """Move a module a place up or down."""
    session = db.session()
    _course, draft = _draft(course_id)
    module = queries.get_module(session, draft.id, module_id)
    actions.move_module(session, actor(), module, up=request.form.get("to") == "up")
    return redirect(url_for("content.show", course_id=course_id, _anchor=module_id), 303)


def remove_module(course_id: str, module_id: str) -> Answer:
    """Take a module out of the draft."""
    session = db.session()
    _course, draft = _draft(course_id)
    actions.remove_module(session, actor(), queries.get_module(session, draft.id, module_id))
    flash(_("The module is taken out of the draft."), "info")
    return redirect(url_for("content.show", course_id=course_id), 303)


def pictures(course_id: str) -> Answer:
    """Show the pictures that the draft's pages may show, and take in another one."""
    session = db.session()
    course, draft = _draft(course_id)
    form, refusal = PictureForm(), None
    if form.validate_on_submit():
        came = form.file.data
        try:
            actions.store_picture(session, actor(), draft, name=came.filename or "", data=came.read(), folder=_folder())
        except DomainError as error:
            refusal = wording.refusal(error)
        else:
            return redirect(url_for("content.pictures", course_id=course_id), 303)
    status = 422 if request.method == "POST" else 200
    page = render_template("learning/authoring_pictures.html", course=course, draft=draft, form=form, refusal=refusal)
    return page, status


def remove_picture(course_id: str) -> Answer:
    """Let the draft's pages show a picture no more."""
    _course, draft = _draft(course_id)
    actions.remove_picture(db.session(), actor(), draft, name=request.form.get("name", ""))
    return redirect(url_for("content.pictures", course_id=course_id), 303)


def _draft(course_id: str) -> tuple[Any, Any]:
    session = db.session()
    course = courses.get_course(session, public_id=course_id)
    return course, queries.get_draft(session, course.id)


def _form(kind: ModuleKind, draft: Any, *, obj: Any) -> ModuleForm:
    form = FORMS.get(kind, ModuleForm)(obj=obj)
    numbers = range(1, max(len(draft.chapters), 1) + 1)
    form.offer([wording.chapter_title(draft.chapters, number) for number in numbers])
    if obj is None:
        del form.is_new_part
        if request.method == "GET" and draft.modules:
            form.chapter.data = min(draft.modules[-1].chapter, len(numbers))
    return form


def _files(form: ModuleForm, course: Any, kind: ModuleKind) -> dict[str, Any]:
    """Keep the files that came with a form; return the columns they fill."""
    found: dict[str, Any] = {}
    for field in form.file_fields:
        came = field.data
        # What is on record already stands in the field when no file came.
        if getattr(came, "filename", None):
            only = FITTING[kind, field.name]
            data, folder = came.read(), _folder()
            found[field.name] = actions.store_file(
                db.session(), actor(), course, name=came.filename, data=data, folder=folder, only=only
            )
    if kind is ModuleKind.DOCUMENT and "file" in found:
        found["pages"] = found["file"].measures["pages"]
    return found


def _folder() -> Any:
    return storage.folder_in(current_app.config["SETTINGS"].data_dir)


def _page(form: ModuleForm, course: Any, kind: ModuleKind, refusal: str | None, *, module: Any) -> Answer:
    page = render_template(
        "learning/authoring_module.html",
        course=course,
        form=form,
        kind=kind,
        kinds=ModuleKind,
        module=module,
        refusal=refusal,
        words=wording,
    )
    return page, 422 if request.method == "POST" else 200
