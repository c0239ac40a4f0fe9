"""Pages of exceptions: what waits for whom, asking for something, and deciding about it."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.enrollments.exceptions import actions, queries_requests, wording
from lms.enrollments.exceptions.forms import APPROVE, AskForm, DecisionForm, EndForm
from lms.enrollments.exceptions.queries_requests import Pile
from lms.enrollments.exceptions.rules import Kind, Role, State, may_ask, may_decide
from lms.enrollments.exceptions.views_outages import add_pages
from lms.people.merging.addresses import follows_merges
from lms.people.queries import find_unit_to_open, get_person_by_public_id, get_viewer
from lms.people.rules import masked_name, names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.numbers import page_number

blueprint = Blueprint("exceptions", __name__)
add_pages(blueprint)
Answer = str | Response | tuple[str, int]


@blueprint.get("/exceptions")
def inbox() -> Answer:
    asked = request.args.get("pile", Pile.WAITING)
    return _pile_page(Pile(asked) if asked in list(Pile) else Pile.WAITING)


@blueprint.get("/me/exceptions")
def own() -> Answer:
    return _pile_page(Pile.MINE)


def _named_on(found: Any) -> set[int]:
    """Return whom a request names: whom it is about, who asked and who decided."""
    return {one for one in (found.person_id, found.requested_by_id, found.decided_by_id) if one is not None}


def _pile_page(pile: Pile) -> str:
    session, scope = db.session(), current_scope()
    page = queries_requests.list_requests(session, scope=scope, pile=pile, page=page_number())
    named = {line.request.id for line in page.rows if _is_named(line)}
    others = {one for line in page.rows if line.request.id in named for one in _named_on(line.request)}
    if others := others - {scope.person_id or 0}:
        note_access("list", "exceptions", str(pile), subject_ids=sorted(others))
    return render_template(
        "enrollments/exceptions.html",
        page=page, pile=pile, piles=list(Pile), named=named, masked=masked_name, wording=wording,
    )  # fmt: skip


def _is_named(line: queries_requests.Line) -> bool:
    """Tell whether the name stands in the list: one's own, and where names are open."""
    scope = current_scope()
    if line.request.person_id == scope.person_id:
        return True
    return names_open(scope, {line.center.id}) if line.center else names_open(scope)


@blueprint.get("/me/exceptions/new")
def new_own() -> Answer:
    return _person_page(get_viewer(db.session(), scope=current_scope()).public_id)


@blueprint.get("/people/<public_id>/exceptions")
@follows_merges
def person(public_id: str) -> Answer:
    return _person_page(public_id)


@blueprint.post("/people/<public_id>/exceptions")
def ask(public_id: str) -> Answer:
    return _person_page(public_id)


def _person_page(public_id: str) -> Answer:
    session, scope = db.session(), current_scope()
    found = get_person_by_public_id(session, scope=scope, public_id=public_id)
    closed = find_unit_to_open(session, scope=scope, person=found)
    if closed is not None:
        return redirect(url_for("people.purpose", unit_id=closed.public_id, next=request.path), 303)
    roles = queries_requests.roles_toward(session, scope=scope, person_id=found.id)
    kinds = [kind for kind in Kind if may_ask(kind, roles)]
    wanted = request.args.get("kind", "").upper()
    kind = Kind(wanted) if wanted in kinds else kinds[0] if kinds else None
    if found.id != scope.person_id:
        note_access("view", "exceptions", public_id, subject_ids=[found.id])
    form, refusal = AskForm(), None
    if kind is not None:
        form.offer(kind)
    if request.method == "POST":
        if kind is None:
            raise NotFoundError
        answer = _ask(form, kind, found, roles)
        if isinstance(answer, Response):
            return answer
        refusal = answer
    else:
        form.request_key.data = secrets.token_hex(16)
        form.course.data = request.args.getlist("course")
    page = render_template(
        "enrollments/exceptions_person.html",
        person=found, is_own=found.id == scope.person_id, kind=kind, kinds=kinds, form=form, refusal=refusal,
        courses=_offered(found.id, kind) if kind else [], today=scope.on, wording=wording,
        requests=queries_requests.list_of_person(session, scope=scope, person_id=found.id),
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


def _offered(person_id: int, kind: Kind) -> list[Any]:
    """Return the courses that a kind may be asked for; an exemption also for what is completed and comes again."""
    courses = queries_requests.list_courses(db.session(), person_id=person_id, on=current_scope().on)
    if kind is Kind.EXEMPTION:
        return courses
    still_open = [(course, cycle) for course, cycle in courses if cycle.completed_on is None]
    return [one for one in still_open if one[1].due_on or kind is Kind.CREDIT]


def _ask(form: AskForm, kind: Kind, person: Any, roles: frozenset[Role]) -> Response | str | None:
    """Ask for what the form says; return where to go on, or why it is refused."""
    if not form.validate() or not form.key:
        return None
    session, scope = db.session(), current_scope()
    courses = [get_course(session, public_id=one) for one in dict.fromkeys(form.course.data or ())]
    try:
        asked = actions.ask(
            session, person_id=person.id, courses=courses, wish=form.wish(kind), roles=roles, on=scope.on,
            request_key=form.key, actor=actor(),
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return wording.words(error)
    flash(ngettext("%(num)s request is on its way.", "%(num)s requests are on their way.", len(asked)), "success")
    to_own = person.id == scope.person_id
    return redirect(url_for("exceptions.own") if to_own else request.path, 303)


@blueprint.get("/exceptions/<public_id>")
def show(public_id: str) -> Answer:
    return _request_page(public_id)


@blueprint.post("/exceptions/<public_id>/decision")
def decide(public_id: str) -> Answer:
    form = DecisionForm()

    def do(found: Any, roles: frozenset[Role]) -> None:
        actions.decide(
            db.session(), request=found, approve=form.what.data == APPROVE, note=form.note.data or "", roles=roles,
            on=current_scope().on, actor=actor(), due_on=form.due_on.data,
        )  # fmt: skip
        flash(_("The decision is recorded."), "success")

    return _act(public_id, form, do)


@blueprint.post("/exceptions/<public_id>/withdrawal")
def withdraw(public_id: str) -> Answer:
    def do(found: Any, _roles: frozenset[Role]) -> None:
        actions.withdraw(db.session(), request=found, actor=actor())
        flash(_("The request is taken back."), "success")

    return _act(public_id, None, do)


@blueprint.post("/exceptions/<public_id>/end")
def end(public_id: str) -> Answer:
    form = EndForm()

    def do(found: Any, roles: frozenset[Role]) -> None:
        actions.end_exemption(
            db.session(), request=found, ends_on=form.day, note=form.note.data or "", roles=roles,
            actor=actor(),
        )  # fmt: skip
        flash(_("The exemption ends earlier."), "success")

    return _act(public_id, form, do)


def _act(public_id: str, form: Any, do: Any) -> Answer:
    """Do something about a request and go back to it, or show it again with what is wrong."""
    found, roles = queries_requests.get_request(db.session(), scope=current_scope(), public_id=public_id)
    if (closed := _closed(found)) is not None:
        return closed
    if form is not None and not form.validate():
        return _request_page(public_id, form=form)
    try:
        do(found, roles)
    except NotFoundError:
        raise
    except DomainError as error:
        return _request_page(public_id, form=form, refusal=wording.words(error))
    return redirect(url_for("exceptions.show", public_id=public_id), 303)


def _closed(found: Any) -> Response | None:
    unit = find_unit_to_open(db.session(), scope=current_scope(), person=found.person)
    if unit is None:
        return None
    address = url_for("exceptions.show", public_id=found.public_id)
    return redirect(url_for("people.purpose", unit_id=unit.public_id, next=address), 303)


def _request_page(public_id: str, *, form: Any = None, refusal: str | None = None) -> Answer:
    session, scope = db.session(), current_scope()
    found, roles = queries_requests.get_request(session, scope=scope, public_id=public_id)
    asked_it = scope.person_id is not None and found.requested_by_id == scope.person_id
    if not asked_it and (closed := _closed(found)) is not None:
        return closed
    if others := _named_on(found) - {scope.person_id or 0}:
        note_access("view", "exception", public_id, subject_ids=sorted(others))
    waits = found.state == State.PENDING
    decision = form if isinstance(form, DecisionForm) else DecisionForm(formdata=None, due_on=found.due_on)
    page = render_template(
        "enrollments/exceptions_show.html",
        found=found, refusal=refusal, wording=wording, today=scope.on,
        form=form,
        decision=decision if waits and may_decide(Kind(found.kind), roles, asked_it=asked_it) else None,
        ending=_ending(form, found, roles),
        may_withdraw=waits and asked_it,
        is_known=bool(roles),
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


def _ending(form: Any, found: Any, roles: frozenset[Role]) -> EndForm | None:
    can_end = found.kind == Kind.EXEMPTION and found.state == State.APPROVED
    if not can_end or not may_decide(Kind.EXEMPTION, roles, asked_it=False):
        return None
    return form if isinstance(form, EndForm) else EndForm(formdata=None)
