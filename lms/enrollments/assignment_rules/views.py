"""Assignment rules: the list, one rule with its versions in words, and the form that writes a draft."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses.queries import list_tiers
from lms.enrollments.assignment_rules import actions_drafts as drafts
from lms.enrollments.assignment_rules import queries_pages as queries
from lms.enrollments.assignment_rules import wording
from lms.enrollments.assignment_rules.forms import Choices, RuleForm
from lms.enrollments.assignment_rules.publishing.queries import find_rehearsal, list_runs
from lms.enrollments.assignment_rules.rules_terms import BY_ACTION, RuleTerms, VersionState, from_json
from lms.enrollments.assignment_rules.sentence import Names, sentence
from lms.enrollments.assignments.queries import list_places
from lms.people.queries import list_job_roles
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.locale import localized

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
Answer = str | Response | tuple[str, int]
# Names in a list of rules are cut; a rule's own page says all of them.
NAMED_IN_LIST = 3
STATES = {
    VersionState.PUBLISHED: wording.IN_FORCE,
    VersionState.DRAFT: wording.DRAFT,
    VersionState.ENDED: wording.ENDED,
}


class Row(NamedTuple):
    """A rule in the list, in words."""

    rule: Any
    version: Any
    has_draft: bool
    sentence: str


@blueprint.get("")
def list_rules() -> str:
    session, on = db.session(), current_scope().on
    found = queries.list_rules(session, on=on)
    chosen = {name: request.args.get(name, "") for name in ("course", "state")}
    named = queries.load_named(session, [one.terms for one in found])
    names = names_in(named)
    rows = [
        Row(one.rule, one.version, one.draft is not None and one.draft is not one.version,
            sentence(one.terms, names, NAMED_IN_LIST))
        for one in found
        if _matches(one, chosen, named)
    ]  # fmt: skip
    asked = {course_id for one in found for course_id in one.terms.course_ids}
    choices = sorted((one.code, names.courses[key]) for key, one in named.courses.items() if key in asked)
    states = [(str(state), text) for state, text in STATES.items()]
    active = [
        (label, dict(pairs)[chosen[name]], name)
        for name, label, pairs in (("course", _("Course"), choices), ("state", _("State"), states))
        if chosen[name] in dict(pairs)
    ]
    return render_template(
        "enrollments/rules.html",
        rows=rows, chosen=chosen, courses=choices, states=states, active=active, today=on,
    )  # fmt: skip


def _matches(found: queries.RuleOnPage, chosen: dict[str, str], named: queries.Named) -> bool:
    codes = {named.courses[course_id].code for course_id in found.terms.course_ids}
    states = {found.version.state, found.draft.state if found.draft else None}
    return (not chosen["course"] or chosen["course"] in codes) and (not chosen["state"] or chosen["state"] in states)


def names_of(all_terms: Iterable[RuleTerms]) -> Names:
    """Return what the terms of rules name, in the reader's language."""
    return names_in(queries.load_named(db.session(), all_terms))


def names_in(named: queries.Named) -> Names:
    """Return the names of loaded rows in the reader's language."""
    return Names(
        courses={key: f"{one.code} {localized(one, 'title')}" for key, one in named.courses.items()},
        units={key: localized(one) for key, one in named.units.items()},
        roles={code: localized(one, "title") for code, one in named.roles.items()},
        tiers={level: localized(one) for level, one in named.tiers.items()},
    )


@blueprint.get("/<public_id>")
def show(public_id: str) -> str:
    session, on = db.session(), current_scope().on
    found = queries.get_rule(session, public_id=public_id, on=on)
    versions = [one for one in found.rule.versions if one.state != VersionState.WITHDRAWN or one.published_at]
    names = names_of([from_json(one.terms) for one in versions])
    rehearsal = find_rehearsal(session, found.draft) if found.draft else None
    return render_template(
        "enrollments/rule.html",
        found=found, rule=found.rule, today=on, request_key=secrets.token_hex(16), wording=wording,
        runs=list_runs(session, rule_id=found.rule.id), rehearsal=rehearsal,
        is_by_action=found.terms.trigger in BY_ACTION,
        may_end=found.version.state == VersionState.PUBLISHED and found.draft is None,
        versions=[(one, sentence(from_json(one.terms), names)) for one in reversed(versions)],
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    form, choices = _form()
    if request.method == "GET":
        form.valid_from.data = current_scope().on
        form.request_key.data = secrets.token_hex(16)
    return _written(form, choices, None)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    on = current_scope().on
    found = queries.get_rule(db.session(), public_id=public_id, on=on)
    form, choices = _form()
    del form.code
    if request.method == "GET":
        _show_in(form, found, choices)
    return _written(form, choices, found)


def _form() -> tuple[RuleForm, Choices]:
    session, scope = db.session(), current_scope()
    courses = queries.list_courses_to_choose(session, on=scope.on)
    choices = Choices(
        courses=[(one.public_id, f"{one.code} {localized(one, 'title')}") for one in courses],
        roles=[(one.code, localized(one, "title")) for one in list_job_roles(session)],
        tiers=[(one.level, localized(one)) for one in list_tiers(session)],
        places=list_places(session, scope=scope),
        course_ids={one.public_id: one.id for one in courses},
    )
    form = RuleForm()
    form.offer(choices)
    return form, choices


def _show_in(form: RuleForm, found: queries.RuleOnPage, choices: Choices) -> None:
    """Fill in the draft, else what the rule says now, to begin today."""
    version = found.draft or found.version
    form.fill(from_json(version.terms), choices)
    form.name_ko.data, form.name_en.data = found.rule.name_ko, found.rule.name_en
    form.request_key.data = secrets.token_hex(16)
    if found.draft:
        form.note.data, form.known_since.data = found.draft.note, _written_at(found)
    else:
        form.valid_from.data = max(current_scope().on, version.valid_from)


def _written_at(found: queries.RuleOnPage | None) -> str:
    draft = found.draft if found else None
    return draft.recorded_at.astimezone(UTC).isoformat() if draft else ""


def _written(form: RuleForm, choices: Choices, found: queries.RuleOnPage | None) -> Answer:
    """Save what was written, or show the form again: with the rule in words, and with what is wrong."""
    if request.method == "GET" or not form.validate():
        return _form_page(form, choices, found)
    if "words" in request.form:
        return _form_page(form, choices, found, in_words=True)
    try:
        version = _save(form, choices, found)
    except NotFoundError:
        raise
    except DomainError as error:
        return _form_page(form, choices, found, refusal=wording.words(error))
    flash(_("The draft is saved. Rehearse it before you publish it."), "success")
    return redirect(url_for("rules.show", public_id=version.rule.public_id), 303)


def _save(form: RuleForm, choices: Choices, found: queries.RuleOnPage | None) -> Any:
    wish = drafts.Wish(
        form.name_ko.data or "", form.name_en.data or "", form.terms(choices), form.note.data or ""
    )  # fmt: skip
    if found is None:
        code = form.code.data or ""
        return drafts.add_rule(db.session(), code=code, wish=wish, request_key=form.key, actor=actor())
    known = _instant(form.known_since.data)
    return drafts.save_draft(
        db.session(), found=found, wish=wish, request_key=form.key, known_since=known, actor=actor()
    )  # fmt: skip


def _form_page(
    form: RuleForm,
    choices: Choices,
    found: queries.RuleOnPage | None,
    *,
    in_words: bool = False,
    refusal: str | None = None,
) -> Answer:
    terms = form.terms(choices) if in_words else None
    page = render_template(
        "enrollments/rules_edit.html",
        form=form, rule=found.rule if found else None, places=choices.places, refusal=refusal,
        sentence=sentence(terms, names_of([terms])) if terms else "",
    )  # fmt: skip
    return page, 422 if refusal or form.errors else 200


@blueprint.post("/<public_id>/discard")
def discard(public_id: str) -> Response:
    found = queries.get_rule(db.session(), public_id=public_id, on=current_scope().on)
    if found.draft:
        drafts.discard_draft(db.session(), draft=found.draft, actor=actor())
        flash(_("The draft is dropped."), "success")
    stays = any(one.state != VersionState.WITHDRAWN for one in found.rule.versions)
    return redirect(url_for("rules.show", public_id=public_id) if stays else url_for("rules.list_rules"), 303)


def _instant(text: str | None) -> datetime | None:
    """Return the instant a form carries; None where it carries none, or none that is one."""
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return None
