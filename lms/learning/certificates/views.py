"""Asking for a certificate, taking the paper, and the public page on which anyone checks a code."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from lms.audit import actions as audit
from lms.enrollments.recording.queries import get_enrollment
from lms.learning.certificates import actions, queries, wording
from lms.learning.certificates.forms import IssueForm, TakeForm
from lms.learning.certificates.paper import Paper, draw
from lms.learning.certificates.queries import Issued
from lms.learning.certificates.rules import Standing
from lms.people.queries import find_unit_to_open, get_network, get_person_by_public_id
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.addresses import way_back
from lms.web.dates import day_of, today
from lms.web.locale import LANGUAGES, language

blueprint = Blueprint("certificates", __name__)
Answer = str | Response | tuple[str, int]
ONE_DAY = timedelta(days=1)


@blueprint.post("/certificates")
def issue() -> Answer:
    session, scope, form = db.session(), current_scope(), IssueForm()
    if not form.validate():
        raise NotFoundError
    person = get_person_by_public_id(session, scope=scope, public_id=form.person.data or "")
    if (closed := _closed(person, way_back())) is not None:
        return closed
    enrollment = get_enrollment(
        session, scope=scope, person_id=person.id, course_public_id=form.course.data or "", cycle=form.cycle.data or 0
    )
    try:
        certificate = actions.issue(session, actor(), enrollment=enrollment, today=today())
    except NotFoundError:
        raise
    except DomainError as error:
        flash(wording.refusal(error), "warning")
        return redirect(url_for("completion.person_records", public_id=person.public_id), 303)
    return redirect(url_for("certificates.paper", public_id=certificate.public_id), 303)


@blueprint.route("/certificates/<public_id>", methods=["GET", "POST"])
def paper(public_id: str) -> Answer:
    """Give the paper: to its person at once, to who looks after them for a reason that the trail keeps."""
    session, scope, form = db.session(), current_scope(), TakeForm()
    found = queries.get_certificate(session, scope=scope, public_id=public_id)
    if (closed := _closed(found.person, request.path)) is not None:
        return closed
    is_own = found.person.id == scope.person_id
    is_withdrawn = found.standing is Standing.WITHDRAWN
    if not is_withdrawn and (is_own or (request.method == "POST" and form.validate())):
        if request.method == "POST":
            audit.record(
                session, actor(), "download", "certificate", found.number,
                subject_ids=[found.person.id], reason=form.reason.data,
            )  # fmt: skip
        return _file(found)
    if not is_own:
        note_access("view", "certificate", found.number, subject_ids=[found.person.id])
    page = render_template(
        "learning/certificate.html", found=found, form=form, is_withdrawn=is_withdrawn, is_own=is_own
    )
    return page, 409 if is_withdrawn else 422 if request.method == "POST" else 200


def _closed(person: Any, back: str | None) -> Response | None:
    """Return where a purpose is stated first, when the viewer does not see yet who this is; then it goes on `back`."""
    unit = find_unit_to_open(db.session(), scope=current_scope(), person=person)
    if unit is None:
        return None
    return redirect(url_for("people.purpose", unit_id=unit.public_id, next=back), 303)


def _file(found: Issued) -> Response:
    issuer = get_network(db.session())
    completed_on = found.completed_on
    if completed_on is None:
        raise NotFound  # a withdrawn one has no paper
    drawn = draw(
        Paper(
            number=found.number,
            name=found.person.name,
            course_ko=found.course.title_ko,
            course_en=found.course.title_en or found.course.title_ko,
            version=str(found.version),
            completed_on=completed_on,
            valid_until=found.expires_on - ONE_DAY if found.expires_on else None,
            issued_on=day_of(found.issued_at),
            issuer_ko=issuer.name_ko,
            issuer_en=issuer.name_en or issuer.name_ko,
            address=url_for("certificates.check", code=found.code, _external=True),
        ),
        fonts=Path(current_app.static_folder or "", "vendor", "pretendard"),
    )
    answer = make_response(drawn)
    answer.mimetype = "application/pdf"
    name = f"certificate-{found.number}.pdf"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    return answer


@blueprint.get("/check/<code>")
def check(code: str) -> str:
    """Say whether a code is a certificate that holds. What is none looks the same whatever was typed."""
    found = queries.check_code(db.session(), code=code, on=today())
    said = []
    for spoken in sorted(LANGUAGES, key=lambda one: one != language()):
        with force_locale(spoken):
            said.append((spoken, wording.checked(found.standing), _("Certificate %(number)s", number=found.number)))
    return render_template(
        "learning/certificate_check.html", found=found, said=said, tone=wording.TONES[found.standing]
    )
