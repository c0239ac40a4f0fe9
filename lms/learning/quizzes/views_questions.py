"""Pages of authors: the questions of a course with how they do, writing one, taking in many, and what a quiz asks."""

import csv
import io
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.learning.quizzes import actions_questions, importing, queries, wording
from lms.learning.quizzes.actions_questions import Outcome
from lms.learning.quizzes.forms import FIELD_OF_DRAW, ImportForm, QuestionForm, TermsForm
from lms.learning.quizzes.importing_rules import UnreadableError
from lms.learning.quizzes.queries_analysis import analyses
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor

blueprint = Blueprint("questions", __name__, url_prefix="/authoring/<course_id>/questions")
Answer = str | Response | tuple[str, int]


def _course(course_id: str) -> Any:
    return get_course(db.session(), public_id=course_id)


@blueprint.get("")
def list_questions(course_id: str) -> Answer:
    session, course = db.session(), _course(course_id)
    questions = queries.list_questions(session, course_id=course.id)
    pools = {question.pool: [one for one in questions if one.pool == question.pool] for question in questions}
    figures = analyses(session, course_id=course.id)
    return render_template(
        "learning/questions.html", course=course, pools=pools, total=len(questions), figures=figures, wording=wording
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new(course_id: str) -> Answer:
    course, form = _course(course_id), QuestionForm()
    if request.method == "GET":
        form.pool.data = request.args.get("pool") or _("General")
        return _question_page(course, form)

    def do() -> None:
        actions_questions.add_question(
            db.session(), actor(), course=course, pool=form.pool.data or "", content=form.content()
        )

    return _keep(course, form, do)


@blueprint.route("/<question_id>", methods=["GET", "POST"])
def edit(course_id: str, question_id: str) -> Answer:
    course, form = _course(course_id), QuestionForm()
    found = queries.get_question(db.session(), course=course, public_id=question_id)
    if request.method == "GET":
        form.show(queries.content_of(found), found.pool)
        return _question_page(course, form, found)

    def do() -> None:
        actions_questions.revise_question(
            db.session(), actor(), question=found, pool=form.pool.data or "", content=form.content()
        )

    return _keep(course, form, do, found)


def _keep(course: Any, form: QuestionForm, do: Any, found: Any = None) -> Answer:
    if not form.validate():
        return _question_page(course, form, found), 422
    try:
        do()
    except UnreadableError as error:
        return _question_page(course, form, found, wording.fault_words(error.field, error.code)), 422
    except NotFoundError:
        raise
    except DomainError as error:
        return _question_page(course, form, found, wording.words(error)), 422
    flash(_("The question is saved."), "success")
    return redirect(url_for("questions.list_questions", course_id=course.public_id), 303)


def _question_page(course: Any, form: QuestionForm, found: Any = None, refusal: str | None = None) -> str:
    return render_template("learning/question.html", course=course, form=form, found=found, refusal=refusal)


@blueprint.post("/<question_id>/retire")
def retire(course_id: str, question_id: str) -> Answer:
    course = _course(course_id)
    found = queries.get_question(db.session(), course=course, public_id=question_id)
    actions_questions.retire_question(db.session(), actor(), question=found)
    flash(_("The question is asked no more. Attempts keep it."), "success")
    return redirect(url_for("questions.list_questions", course_id=course.public_id), 303)


@blueprint.route("/import", methods=["GET", "POST"])
def take_in(course_id: str) -> Answer:
    course, form = _course(course_id), ImportForm()
    if request.method == "GET":
        form.pool.data = _("General")
        return _import_page(course, form)
    if not form.validate():
        return _import_page(course, form), 422
    try:
        outcome = _taken_in(course, form)
    except DomainError as error:
        return _import_page(course, form, refusal=wording.words(error)), 422
    return _import_page(course, form, outcome=outcome)


def _taken_in(course: Any, form: ImportForm) -> Outcome:
    file = form.file.data
    data = file.stream.read(importing.MOST_BYTES + 1)
    read = importing.read_questions(file.filename or "", data, pool=form.pool.data or "")
    outcome = actions_questions.take_in(db.session(), actor(), course=course, drafts=read.drafts)
    outcome.refused = sorted([*read.refused, *outcome.refused])
    flash(
        ngettext("%(num)s question was added.", "%(num)s questions were added.", outcome.added),
        "success" if outcome.added else "info",
    )
    return outcome


def _import_page(course: Any, form: ImportForm, *, refusal: str | None = None, outcome: Outcome | None = None) -> str:
    return render_template(
        "learning/questions_import.html", course=course, form=form, refusal=refusal, outcome=outcome, wording=wording
    )


@blueprint.get("/template.csv")
def template(course_id: str) -> Answer:
    _course(course_id)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([importing.COLUMNS, *importing.TEMPLATE])
    answer = make_response("\ufeff" + text.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    named = f"attachment; filename=\"questions.csv\"; filename*=UTF-8''{quote('문항_양식.csv', safe='')}"
    answer.headers["Content-Disposition"] = named
    return answer


@blueprint.route("/settings/<module_id>", methods=["GET", "POST"])
def settings(course_id: str, module_id: str) -> Answer:
    session, course, form = db.session(), _course(course_id), TermsForm()
    module = queries.get_quiz_module(session, course=course, public_id=module_id)
    terms = queries.terms_of(queries.find_quiz(session, edition=module.edition, module_key=module.key))
    if request.method == "GET":
        form.show(terms)
        return _settings_page(course, module, form, {draw.pool: draw.number for draw in terms.draws})
    if not form.validate():
        return _settings_page(course, module, form, _sent_draws()), 422
    try:
        actions_questions.set_terms(session, actor(), module=module, terms=form.terms(request.form))
    except DomainError as error:
        return _settings_page(course, module, form, _sent_draws(), wording.words(error)), 422
    flash(_("The settings are saved."), "success")
    return redirect(request.path, 303)


def _sent_draws() -> dict[str, str]:
    return {name.removeprefix(FIELD_OF_DRAW): text for name, text in request.form.items() if FIELD_OF_DRAW in name}


def _settings_page(course: Any, module: Any, form: TermsForm, draws: Any, refusal: str | None = None) -> str:
    return render_template(
        "learning/quiz_settings.html",
        course=course, module=module, form=form, draws=draws, refusal=refusal, prefix=FIELD_OF_DRAW,
        pools=queries.pool_sizes(db.session(), course_id=course.id),
        is_published=module.edition.course_version_id is not None,
    )  # fmt: skip
