"""An author looks at a module as learners see it: no record is made, nothing is told, nothing kept."""

from flask import Blueprint, render_template

from lms.courses.queries import get_course
from lms.learning.content.queries import get_module_of_course
from lms.learning.player import wording
from lms.learning.player.views_module import content_of
from lms.shared.db import db

blueprint = Blueprint("preview", __name__, url_prefix="/authoring/<course_id>/preview/<module_id>")


@blueprint.get("")
def module(course_id: str, module_id: str) -> str:
    session = db.session()
    course = get_course(session, public_id=course_id)
    shown = get_module_of_course(session, course.id, module_id)
    order = shown.edition.modules
    place = order.index(shown)
    return render_template(
        "learning/player.html",
        study=None,
        module=shown,
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        **content_of(shown),
        words=wording,
    )
