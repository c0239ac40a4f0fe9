"""Which course stands for which: the pairs in force, adding one, ending one."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.enrollments.assignment_rules import queries_pages as queries
from lms.enrollments.assignment_rules.actions_equivalence import let_stand_for
from lms.enrollments.assignment_rules.forms import EquivalenceForm
from lms.enrollments.assignment_rules.wording import words
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.web.access_log import actor
from lms.web.locale import localized

blueprint = Blueprint("equivalence", __name__, url_prefix="/rules/equivalents")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def list_pairs() -> str:
    return _page(_form(formdata=None))


@blueprint.post("")
def add() -> Answer:
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        is_new = _say(form, holds=True)
    except DomainError as error:
        return _page(form, words(error)), 422
    flash(*(_("The pair is in force."), "success") if is_new else (_("This pair is in force already."), "info"))
    return redirect(url_for("equivalence.list_pairs"), 303)


@blueprint.post("/end")
def end() -> Answer:
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        was_there = _say(form, holds=False)
    except DomainError as error:
        return _page(form, words(error)), 422
    flash(*(_("The pair holds no more."), "success") if was_there else (_("This pair has ended already."), "info"))
    return redirect(url_for("equivalence.list_pairs"), 303)


def _say(form: EquivalenceForm, *, holds: bool) -> bool:
    session = db.session()
    course, counts = (get_course(session, public_id=field.data) for field in (form.course, form.counts))
    return let_stand_for(session, course=course, counts=counts, holds=holds, actor=actor())


def _form(**options: object) -> EquivalenceForm:
    form = EquivalenceForm(**options)
    courses = queries.list_all_courses(db.session())
    form.offer([(one.public_id, f"{one.code} {localized(one, 'title')}") for one in courses])
    return form


def _page(form: EquivalenceForm, refusal: str | None = None) -> str:
    pairs = queries.list_equivalents(db.session())
    return render_template("enrollments/rules_equivalents.html", form=form, pairs=pairs, refusal=refusal)
