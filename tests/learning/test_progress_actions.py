"""Someone studies a course: what they did is kept, and the course is completed once all of it is there."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Module
from lms.learning.progress import actions, queries
from lms.learning.progress.actions_posts import take_post
from lms.learning.progress.rules import Answer, PostKind, StudyState
from tests.learning.studying import NOON, SHORT, TODAY, actor_of, edition, post
from tests.support.network import small_cast


def test_a_short_course_is_completed_by_studying_all_of_it(session: Session):
    cast = small_cast(session)
    enrollment = session.scalars(select(Enrollment).filter_by(person_id=cast.employee.id)).one()
    made = edition(session, cast.course, *SHORT)
    page, video, document, link = made.modules
    record = actions.open_record(session, actor_of(cast.employee), enrollment=enrollment, edition=made, today=TODAY)
    at = NOON

    def say(module: Module, kind: PostKind, after: int = 20, **data: Any) -> Answer:
        nonlocal at
        at += timedelta(seconds=after)
        return take_post(session, actor_of(cast.employee, at), record, post(module, kind, **data), today=TODAY)

    say(page, PostKind.OPEN)
    assert not say(page, PostKind.READ, percent=100).module_done
    say(page, PostKind.BEAT, seconds=20)
    assert say(page, PostKind.BEAT, seconds=20).module_done
    say(video, PostKind.OPEN)
    assert say(video, PostKind.WATCH, after=60, ranges=[[0, 60]]).module_done
    assert say(document, PostKind.TURN, pages=[[1, 4]]).module_done
    found = say(link, PostKind.ACKNOWLEDGE)
    assert (found.state, found.course_percent, found.missing) == (StudyState.COMPLETED, 100, 0)
    session.refresh(enrollment)
    assert (enrollment.completed_on, enrollment.completed_at) == (TODAY, at)
    assert queries.study_facts(session, record, TODAY).is_completed
