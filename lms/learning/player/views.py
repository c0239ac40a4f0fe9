"""The learner's page of a course, and the start of learning it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.learning.certificates.queries import find_certificate
from lms.learning.content.rules import ModuleKind
from lms.learning.player import wording
from lms.learning.player.queries import Study, list_courses_learned_here, read_study
from lms.learning.player.rules import NextDeed, is_waiting_for_test, next_deed, standing_of, waits_for_tomorrow
from lms.learning.progress.actions import open_record
from lms.learning.progress.queries import list_attended
from lms.learning.surveys.queries import find_open_survey
from lms.people.queries import get_viewer
from lms.people.viewer import current_person_id, current_scope
from lms.shared.db import db
from lms.web.access_log import actor
from lms.web.dates import today

blueprint = Blueprint("learner", __name__, url_prefix="/learn/<course_id>")


@blueprint.get("")
def course(course_id: str) -> str:
    session, study, day = db.session(), _read(course_id), today()
    is_locked, is_completed = bool(study.locking), study.enrollment.completed_on is not None
    return render_template(
        "learning/course.html",
        study=study,
        outlook=study.outlook,
        next=_next(study),
        standings={
            step.public_id: standing_of(study.facts, step, day, is_locked=is_locked) for step in study.facts.modules
        },
        is_waiting_for_test=is_waiting_for_test(study.outlook),
        waits_for_tomorrow=waits_for_tomorrow(study.facts, day),
        is_completed=is_completed,
        person_id=get_viewer(session, scope=current_scope()).public_id if is_completed else None,
        certificate_id=find_certificate(session, enrollment_id=study.enrollment.id) if is_completed else None,
        survey_id=find_open_survey(session, record=study.record) if is_completed and study.record else None,
        attended=_attended(study),
        day=day,
        words=wording,
    )


@blueprint.post("/start")
def start(course_id: str) -> Response:
    study = _read(course_id)
    if study.locking:
        flash(str(wording.REFUSALS["locked"]), "warning")
        return redirect(url_for("learner.course", course_id=course_id), 303)
    record = open_record(
        db.session(), actor(), enrollment=study.enrollment, edition=study.edition, today=today()
    )  # fmt: skip
    return redirect(_go_on(_read(course_id), record.public_id), 303)


def _attended(study: Study) -> dict[str, tuple[date, str]]:
    """Return who vouches for which session, where the course has one."""
    has_session = any(step.kind is ModuleKind.SESSION for step in study.facts.modules)
    return list_attended(db.session(), study.record.id) if study.record and has_session else {}


@blueprint.app_template_global()
def learned_courses() -> frozenset[str]:
    """Return the public ids of the courses that the viewer can learn here; pages of the catalog lead there."""
    return list_courses_learned_here(db.session(), current_person_id())


def _go_on(study: Study, record_id: str) -> str:
    """Return the address of the module to go on with; of the course's page when none is open today."""
    step = _next(study).step
    if step is None:
        return url_for("learner.course", course_id=study.course.public_id)
    return url_for("player.module", record_id=record_id, module_id=step.public_id)


def _next(study: Study) -> NextDeed:
    last_key = study.record.last_key if study.record else None
    return next_deed(study.facts, study.outlook, last_key, today(), is_locked=bool(study.locking))


def _read(course_id: str) -> Study:
    return read_study(db.session(), person_id=current_person_id(), course_id=course_id, today=today())
