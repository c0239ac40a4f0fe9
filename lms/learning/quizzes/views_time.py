"""The page on which someone is granted more time for a quiz."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from lms.enrollments.exceptions.queries_requests import roles_toward
from lms.enrollments.exceptions.rules import Role
from lms.learning.quizzes import wording
from lms.learning.quizzes.actions_time import GRANTING, grant_time
from lms.learning.quizzes.forms import GrantForm
from lms.learning.quizzes.queries_time import TimedQuiz, list_timed
from lms.people.merging.addresses import follows_merges
from lms.people.queries import find_unit_to_open, get_person_by_public_id
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.locale import localized

Answer = str | Response | tuple[str, int]


def add_pages(blueprint: Blueprint) -> None:
    """Add the page to the blueprint of quizzes."""

    @blueprint.route("/people/<public_id>/quiz-time", methods=["GET", "POST"])
    @follows_merges
    def grant(public_id: str) -> Answer:
        return _page(public_id)


def _page(public_id: str) -> Answer:
    session, scope = db.session(), current_scope()
    person = get_person_by_public_id(session, scope=scope, public_id=public_id)
    closed = find_unit_to_open(session, scope=scope, person=person)
    if closed is not None:
        return redirect(url_for("people.purpose", unit_id=closed.public_id, next=request.path), 303)
    roles = roles_toward(session, scope=scope, person_id=person.id)
    may_grant = bool(roles & GRANTING) and Role.SUBJECT not in roles
    quizzes = list_timed(session, person_id=person.id) if may_grant else []
    form, refusal = _form(quizzes), None
    if request.method == "POST":
        if not may_grant:
            raise NotFoundError
        answer = _granted(form, quizzes, roles)
        if isinstance(answer, Response):
            return answer
        refusal = answer
    else:
        form.request_key.data = secrets.token_hex(16)
    if person.id != scope.person_id:
        note_access("view", "quiz_time", public_id, subject_ids=[person.id])
    page = render_template(
        "learning/quiz_time.html", person=person, quizzes=quizzes, form=form, refusal=refusal, may_grant=may_grant
    )
    return page, 422 if request.method == "POST" else 200


def _form(quizzes: list[TimedQuiz]) -> GrantForm:
    form = GrantForm()
    form.quiz.choices = [SelectChoice(quiz.name, _label(quiz)) for quiz in quizzes]
    return form


def _label(quiz: TimedQuiz) -> str:
    course = localized(quiz.record.edition.course, "title")
    limit = wording.minutes_text(quiz.limit_minutes + quiz.extra)
    return f"{course} · {localized(quiz.module, 'title')} ({limit})"


def _granted(form: GrantForm, quizzes: list[TimedQuiz], roles: Any) -> Response | str | None:
    """Grant what the form says; return where to go on, or why it is refused."""
    if not form.validate() or not form.key:
        return None
    chosen = next(quiz for quiz in quizzes if quiz.name == form.quiz.data)
    try:
        grant_time(
            db.session(), actor(), quiz=chosen, minutes=form.minutes.data or 0, reason=form.reason.data or "",
            roles=roles, request_key=form.key,
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return wording.words(error)
    flash(_("The time is granted."), "success")
    return redirect(request.path, 303)
