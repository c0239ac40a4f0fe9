"""Rehearsing, publishing, ending and undoing rules; and the page of a run, which can be left and found again."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.enrollments.assignment_rules import wording
from lms.enrollments.assignment_rules.publishing import actions, queries
from lms.enrollments.assignment_rules.publishing.forms import EndForm, ReasonForm
from lms.enrollments.assignment_rules.publishing.jobs import RUN
from lms.enrollments.assignment_rules.publishing.rules import BUSY, Effect, RunKind
from lms.enrollments.assignment_rules.queries_pages import RuleOnPage, get_rule
from lms.enrollments.assignment_rules.rules_terms import from_json
from lms.enrollments.assignment_rules.sentence import sentence
from lms.enrollments.assignment_rules.views import names_of
from lms.jobs.queue import request as request_job
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.numbers import page_number

blueprint = Blueprint("rule_runs", __name__, url_prefix="/rules")
Answer = str | Response | tuple[str, int]
CENTERS_SHOWN = 20
LONGEST_KEY = 40
# What a list of people can be narrowed to: effects, and the two warnings.
PARTS = (*Effect, "OVERDUE", "IMPOSSIBLE")


@blueprint.post("/<public_id>/rehearse")
def rehearse(public_id: str) -> Response:
    return _start(public_id, actions.rehearse)


@blueprint.post("/<public_id>/publish")
def publish(public_id: str) -> Response:
    return _start(public_id, actions.publish)


def _start(public_id: str, start: actions.Starting) -> Response:
    """Start a run of a rule's draft and lead to its page; where it is refused, back to the rule."""
    on = current_scope().on
    found = get_rule(db.session(), public_id=public_id, on=on)
    key = request.form.get("request_key", "")[:LONGEST_KEY]
    try:
        version = found.draft or found.version
        run = start(db.session(), version=version, today=on, request_key=key, actor=actor())
    except NotFoundError:
        raise
    except DomainError as error:
        flash(wording.words(error), "error")
        return redirect(url_for("rules.show", public_id=public_id), 303)
    request_job(db.session(), RUN, run_id=run.id)
    return redirect(url_for("rule_runs.show", public_id=run.public_id), 303)


@blueprint.get("/runs/<public_id>")
def show(public_id: str) -> Answer:
    return _run_page(public_id, ReasonForm())


def _run_page(public_id: str, form: ReasonForm, refusal: str | None = None) -> Answer:
    session, scope = db.session(), current_scope()
    run = queries.get_run(session, public_id=public_id)
    version = run.version
    if version is None:
        raise NotFoundError
    form.request_key.data = secrets.token_hex(16)
    rehearsal = queries.find_rehearsal(session, version)
    page = render_template(
        "enrollments/rule_run.html",
        run=run, version=version, rule=version.rule, form=form, refusal=refusal, is_busy=run.state in BUSY,
        is_current=rehearsal is not None and rehearsal.id == run.id,
        text=sentence(from_json(version.terms), names_of([from_json(version.terms)])),
        found=queries.count_lines(session, run), moves=queries.list_moves(session, run),
        centers_shown=CENTERS_SHOWN, wording=wording, today=scope.on, kinds=RunKind,
        publish_key=secrets.token_hex(16),
    )  # fmt: skip
    return page, 422 if refusal or form.errors else 200


@blueprint.get("/runs/<public_id>/progress")
def progress(public_id: str) -> str:
    run = queries.get_run(db.session(), public_id=public_id)
    return render_template(
        "enrollments/rule_run_progress.html", run=run, is_busy=run.state in BUSY, wording=wording
    )  # fmt: skip


@blueprint.get("/runs/<public_id>/people")
def people(public_id: str) -> Answer:
    session, scope = db.session(), current_scope()
    run = queries.get_run(session, public_id=public_id)
    if not names_open(scope):
        network = queries.get_network(session)
        return redirect(url_for("people.purpose", unit_id=network.public_id, next=request.full_path), 303)
    part, center = request.args.get("part", ""), request.args.get("center", "")
    part = part if part in PARTS else ""
    found = queries.list_lines(session, scope=scope, run=run, effect=part, center=center, page=page_number())
    note_access("view", "rule_run", public_id, subject_ids=sorted({one.line.person_id for one in found.rows}))
    return render_template(
        "enrollments/rule_run_people.html",
        run=run, rule=run.version.rule if run.version else None, page=found, part=part, center=center,
        parts=_parts(), wording=wording,
    )  # fmt: skip


def _parts() -> list[tuple[str, str]]:
    named = [(str(effect), str(text)) for effect, text in wording.EFFECTS.items()]
    return [*named, ("OVERDUE", _("Past due at once")), ("IMPOSSIBLE", _("Impossible due date"))]


@blueprint.post("/runs/<public_id>/undo")
def undo(public_id: str) -> Answer:
    form = ReasonForm()
    run = queries.get_run(db.session(), public_id=public_id)
    if not form.validate():
        return _run_page(public_id, form)
    try:
        undoing = actions.undo(
            db.session(), run=run, reason=form.reason.data or "", today=current_scope().on,
            request_key=form.key, actor=actor(),
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return _run_page(public_id, form, wording.words(error))
    request_job(db.session(), RUN, run_id=undoing.id)
    return redirect(url_for("rule_runs.show", public_id=undoing.public_id), 303)


@blueprint.route("/<public_id>/end", methods=["GET", "POST"])
def end(public_id: str) -> Answer:
    on = current_scope().on
    found = get_rule(db.session(), public_id=public_id, on=on)
    form = EndForm()
    if request.method == "GET":
        form.last_on.data, form.request_key.data = on, secrets.token_hex(16)
        return _end_page(form, found)
    if not form.validate() or form.last_on.data is None:
        return _end_page(form, found)
    try:
        actions.draft_end(
            db.session(), found=found, last_on=form.last_on.data, reason=form.reason.data or "", today=on,
            request_key=form.key, actor=actor(),
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return _end_page(form, found, wording.words(error))
    flash(_("A draft that ends the rule is written. Rehearse it to see who loses what, then publish it."), "success")
    return redirect(url_for("rules.show", public_id=public_id), 303)


def _end_page(form: EndForm, found: RuleOnPage, refusal: str | None = None) -> Answer:
    page = render_template("enrollments/rule_end.html", form=form, rule=found.rule, refusal=refusal)
    return page, 422 if refusal or form.errors else 200
