"""Pages of questions asked again: one's own, and what everyone still knew."""

from collections import defaultdict

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from lms.learning.quizzes import pages
from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.rules import is_right
from lms.learning.recall import wording
from lms.learning.recall.actions import answer_again
from lms.learning.recall.queries import Due, Result, list_due, list_results
from lms.learning.recall.rules import INTERVALS
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor

blueprint = Blueprint("recall", __name__)
Answer = str | Response | tuple[str, int]
MOST_NAMES = 24


def _due() -> list[Due]:
    scope = current_scope()
    secret = current_app.config["SECRET_KEY"]
    return list_due(db.session(), person_id=scope.person_id or 0, on=scope.on, secret=secret)


@blueprint.get("/recall")
def ask() -> Answer:
    return _page(_due())


def _page(due: list[Due], refusal: str | None = None) -> str:
    first = due[0] if due else None
    return render_template(
        "learning/recall.html",
        due=first, left=len(due), refusal=refusal, wording=wording,
        asked=pages.asked_of(first.question, first.options, None, number=1) if first else None,
    )  # fmt: skip


@blueprint.post("/recall")
def answer() -> Answer:
    due = _due()
    wanted = next((one for one in due if one.name == request.form.get("asked")), None)
    if wanted is None:
        return _page(due, str(wording.REFUSALS["answered"])), 409
    try:
        given = answer_again(
            db.session(), actor(), wanted,
            names=request.form.getlist("choice")[:MOST_NAMES], text=request.form.get("text", ""),
        )  # fmt: skip
    except DomainError as error:
        return _page([wanted, *(one for one in due if one is not wanted)], wording.words(error)), 422
    said = pages.answer_of(given)
    right = is_right(content_of(wanted.question), said)
    return render_template(
        "learning/recall_answer.html",
        due=wanted, left=len(due) - 1, wording=wording,
        solved=pages.solved_of(wanted.question, said, is_right=right, number=1),
    )  # fmt: skip


@blueprint.get("/recall/results")
def results() -> Answer:
    found: dict[object, dict[int, Result]] = defaultdict(dict)
    for one in list_results(db.session()):
        found[one.course][one.days] = one
    return render_template("learning/recall_results.html", found=found, intervals=INTERVALS, wording=wording)
