"""Taking an answer in, once for each enrollment, so that nothing leads back from it (see `models`)."""

import random

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import CourseVersion
from lms.enrollments.models import Enrollment
from lms.learning.surveys.models import SurveyAnswer, SurveyReply
from lms.learning.surveys.rules import Answer, completes_group
from lms.shared.errors import DomainError

# With how many earlier answers a new one is written.
MIXED_WITH = 19
_chance = random.SystemRandom()


def answer(session: Session, actor: Actor, *, enrollment: Enrollment, given: Answer) -> bool:
    """Keep an answer and, apart from it, that this enrollment has answered; False when it had already.

    Raises:
        DomainError: the course is not completed ("not_completed").
    """
    if enrollment.completed_on is None:
        raise DomainError("not_completed")
    # One at a time for each version: what is shuffled must not be shuffled twice.
    version = select(CourseVersion.id).where(CourseVersion.id == enrollment.course_version_id)
    session.execute(version.with_for_update(key_share=True))
    if session.get(SurveyReply, enrollment.id) is not None:
        return False
    session.add(SurveyReply(enrollment_id=enrollment.id))
    _mix_in(session, enrollment.course_version_id, given)
    audit.record(
        session, actor, "surveys.answer", "course_version", str(enrollment.course_version_id),
        subject_ids=[enrollment.person_id],
    )  # fmt: skip
    session.flush()
    return True


def _mix_in(session: Session, version_id: int, given: Answer) -> None:
    of_version = select(SurveyAnswer).where(SurveyAnswer.course_version_id == version_id)
    earlier = list(session.scalars(of_version))
    waiting = [one for one in earlier if not one.is_shown]
    others = [one for one in earlier if one.is_shown]
    # Those that wait are always among them: they are shown together with this one.
    drawn = waiting + _chance.sample(others, min(len(others), MIXED_WITH - len(waiting)))
    shows = completes_group(len(waiting) + 1)
    rows = [(Answer(one.helpful, one.clear, one.comment), one.is_shown or shows) for one in drawn] + [(given, shows)]
    session.execute(delete(SurveyAnswer).where(SurveyAnswer.key.in_([one.key for one in drawn])))
    _chance.shuffle(rows)
    session.add_all(
        SurveyAnswer(course_version_id=version_id, is_shown=is_shown, **row._asdict()) for row, is_shown in rows
    )
