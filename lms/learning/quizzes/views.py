"""Pages of a quiz: before it, one question a screen, before handing in, and what came of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.learning.quizzes import actions, pages, queries, wording
from lms.learning.quizzes.queries import Study
from lms.learning.quizzes.rules_attempts import is_late, shows_answers, standing
from lms.learning.quizzes.views_time import add_pages
from lms.people.viewer import current_scope
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.dates import clock_text, today

blueprint = Blueprint("quizzes", __name__)
add_pages(blueprint)
Answer = str | Response | tuple[str, int] | tuple[dict[str, str], int] | dict[str, str]
PATH = "/study/<record_id>/<module_id>/quiz"
ONE = PATH + "/<attempt_id>"
MOST_NAMES = 24


def _study(record_id: str, module_id: str) -> Study:
    person_id = current_scope().person_id
    if person_id is None:
        raise NotFoundError
    return queries.get_study(db.session(), person_id=person_id, record_id=record_id, module_id=module_id)


def _to(endpoint: str, study: Study, attempt: Any = None, **more: Any) -> str:
    named = {"record_id": study.record.public_id, "module_id": study.module.public_id} | more
    return url_for(f"quizzes.{endpoint}", **(named if attempt is None else named | {"attempt_id": attempt.public_id}))


@blueprint.get(PATH)
def show(record_id: str, module_id: str) -> Answer:
    return _start_page(_study(record_id, module_id))


def _start_page(study: Study, refusal: str | None = None) -> Answer:
    session, now = db.session(), utcnow()
    attempts = queries.list_attempts(session, record_id=study.record.id, module_key=study.module.key)
    sizes = queries.pool_sizes(session, course_id=study.edition.course_id)
    extra = queries.extra_minutes(session, record_id=study.record.id, module_key=study.module.key)
    where = standing(study.terms, queries.tries_of(attempts), enough=study.enough, at=now)
    current = next((one for one in attempts if one.ended_at is None), None)
    page = render_template(
        "learning/quiz_start.html",
        study=study, attempts=attempts, where=where, wording=wording, refusal=refusal, current=current,
        number=sum(min(draw.number, sizes.get(draw.pool, 0)) for draw in study.terms.draws),
        limit=(study.terms.limit_minutes or 0) + extra if study.terms.limit_minutes else None,
        is_late=current is not None and is_late(current.deadline_at, now),
        why_not=wording.words(DomainError(where.code, at=where.opens_at)) if where.code else None,
    )  # fmt: skip
    return (page, 409) if refusal else page


@blueprint.post(PATH)
def begin(record_id: str, module_id: str) -> Answer:
    study = _study(record_id, module_id)
    try:
        attempt = actions.begin_attempt(db.session(), actor(), study, today=today())
    except DomainError as error:
        return _start_page(study, wording.words(error))
    answered = dict(pages.states(attempt))
    first = next((number for number, is_there in answered.items() if not is_there), 1)
    return redirect(_to("question", study, attempt, number=first), 303)


@blueprint.get(ONE + "/<int:number>")
def question(record_id: str, module_id: str, attempt_id: str, number: int) -> Answer:
    study = _study(record_id, module_id)
    attempt = queries.get_attempt(db.session(), study=study, public_id=attempt_id)
    if attempt.ended_at is not None or is_late(attempt.deadline_at, utcnow()):
        return redirect(_to("result", study, attempt), 303)
    return _question_page(study, attempt, number)


def _question_page(study: Study, attempt: Any, number: int, refusal: str | None = None) -> Answer:
    item = next((one for one in attempt.items if one.position == number), None)
    if item is None:
        raise NotFoundError
    page = render_template(
        "learning/quiz_question.html",
        study=study, attempt=attempt, asked=pages.asked(item), states=pages.states(attempt), refusal=refusal,
        left=_seconds_left(attempt), saved=_clock(item.answered_at), wording=wording,
    )  # fmt: skip
    return (page, 422) if refusal else page


def _seconds_left(attempt: Any) -> int | None:
    if attempt.deadline_at is None:
        return None
    return max(0, int((attempt.deadline_at - utcnow()).total_seconds()))


def _clock(moment: Any) -> str:
    return clock_text(moment)[11:16] if moment else ""


@blueprint.post(ONE + "/<int:number>")
def save(record_id: str, module_id: str, attempt_id: str, number: int) -> Answer:
    study = _study(record_id, module_id)
    attempt = queries.get_attempt(db.session(), study=study, public_id=attempt_id)
    names = request.form.getlist("choice")[:MOST_NAMES]
    written = request.form.get("text", "")
    try:
        is_kept = actions.save_answer(
            db.session(), actor(), study, attempt, number=number, names=names, text=written, today=today()
        )
    except DomainError as error:
        return _not_saved(study, attempt, number, error)
    if not is_kept:
        return _too_late(study, attempt)
    if _wants_json():
        return {"saved": _("Saved %(time)s", time=_clock(utcnow()))}
    return redirect(_next_address(study, attempt, number), 303)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _not_saved(study: Study, attempt: Any, number: int, error: DomainError) -> Answer:
    """Say why an answer was refused, where it can be seen; what was saved before stands."""
    said = wording.words(error)
    if _wants_json():
        return {"error": error.code, "message": said, "next": _to("result", study, attempt)}, 409
    if error.code == "ended":
        return _result_page(study, attempt, said)
    if error.code == "no_question":
        raise NotFoundError
    return _question_page(study, attempt, number, said)


def _too_late(study: Study, attempt: Any) -> Answer:
    """Lead to the result: the attempt has just been graded, which an error would take back."""
    said, address = str(wording.REFUSALS["late"]), _to("result", study, attempt)
    flash(said, "error")
    return {"error": "late", "message": said, "next": address} if _wants_json() else redirect(address, 303)


def _next_address(study: Study, attempt: Any, number: int) -> str:
    go = request.form.get("go", "")
    if go == "end":
        return _to("review", study, attempt)
    wanted = int(go) if go.isascii() and go.isdigit() and len(go) < 4 else number
    return _to("question", study, attempt, number=max(1, min(wanted, len(attempt.items))))


@blueprint.get(ONE + "/end")
def review(record_id: str, module_id: str, attempt_id: str) -> Answer:
    study = _study(record_id, module_id)
    attempt = queries.get_attempt(db.session(), study=study, public_id=attempt_id)
    if attempt.ended_at is not None:
        return redirect(_to("result", study, attempt), 303)
    return render_template(
        "learning/quiz_review.html",
        study=study, attempt=attempt, states=pages.states(attempt), left=_seconds_left(attempt),
        is_late=is_late(attempt.deadline_at, utcnow()), wording=wording,
    )  # fmt: skip


@blueprint.post(ONE + "/end")
def end(record_id: str, module_id: str, attempt_id: str) -> Answer:
    study = _study(record_id, module_id)
    attempt = queries.get_attempt(db.session(), study=study, public_id=attempt_id)
    actions.end_attempt(db.session(), actor(), study, attempt, today=today())
    return redirect(_to("result", study, attempt), 303)


@blueprint.get(ONE)
def result(record_id: str, module_id: str, attempt_id: str) -> Answer:
    study = _study(record_id, module_id)
    attempt = queries.get_attempt(db.session(), study=study, public_id=attempt_id)
    if attempt.ended_at is None:
        return redirect(_to("review", study, attempt), 303)
    return _result_page(study, attempt)


def _result_page(study: Study, attempt: Any, refusal: str | None = None) -> Answer:
    session = db.session()
    attempts = queries.list_attempts(session, record_id=study.record.id, module_key=study.module.key)
    where = standing(study.terms, queries.tries_of(attempts), enough=study.enough, at=utcnow())
    shows = shows_answers(study.terms.release, where)
    page = render_template(
        "learning/quiz_result.html",
        study=study, attempt=attempt, where=where, shows=shows, refusal=refusal, wording=wording,
        solved=[pages.solved(item) for item in attempt.items] if shows else [],
        right=sum(bool(item.is_right) for item in attempt.items),
        again=[] if attempt.passed else queries.list_chapter(session, module=study.module),
        why_not=wording.words(DomainError(where.code, at=where.opens_at)) if where.code else None,
    )  # fmt: skip
    return (page, 409) if refusal else page
