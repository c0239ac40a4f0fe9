"""Answering a survey, and what completed groups said of a course."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.courses.queries import get_course
from lms.learning.surveys import actions, queries
from lms.learning.surveys.forms import SurveyForm
from lms.learning.surveys.rules import COMMENT_MOST, GROUP
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import actor

blueprint = Blueprint("surveys", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.route("/study/<record_id>/survey", methods=["GET", "POST"])
def survey(record_id: str) -> Answer:
    session, form = db.session(), SurveyForm()
    found = queries.get_survey(session, person_id=current_scope().person_id or 0, record_id=record_id)
    if form.validate_on_submit():
        if actions.answer(session, actor(), enrollment=found.enrollment, given=form.answer):
            flash(_("Thank you. Your answer is kept without your name."), "success")
        else:
            flash(_("You have answered already. The first answer stands."), "info")
        return redirect(url_for("completion.own_records"), 303)
    page = render_template("learning/survey.html", found=found, form=form, group=GROUP, most=COMMENT_MOST)
    return page, 422 if form.errors else 200


@blueprint.get("/surveys/<course_id>")
def results(course_id: str) -> str:
    session = db.session()
    course = get_course(session, public_id=course_id)
    versions = queries.list_results(session, course_id=course.id)
    return render_template("learning/survey_results.html", course=course, versions=versions, group=GROUP)
