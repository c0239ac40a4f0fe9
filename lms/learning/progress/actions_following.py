"""Study records follow their enrollments to another edition: what was done of it counts there, by key."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition
from lms.learning.progress.actions import settle
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.queries import study_facts


def follow_enrollments(session: Session, actor: Actor, edition: Edition, today: date) -> int:
    """Move open study records to the edition of their enrollment's version; return how many.

    Whoever has done all that the edition asks for completes with that: nothing would be left for them to open.
    """
    moved = select(Enrollment.id).where(Enrollment.course_version_id == edition.course_version_id)
    behind = (
        StudyRecord.enrollment_id.in_(moved), StudyRecord.edition_id != edition.id, StudyRecord.completed_at.is_(None)
    )  # fmt: skip
    ids = session.scalars(select(StudyRecord.id).where(*behind).order_by(StudyRecord.id).with_for_update()).all()
    follows = {"edition_id": edition.id, "revision": StudyRecord.revision + 1}
    session.execute(update(StudyRecord).where(StudyRecord.id.in_(ids)).values(follows))
    session.expire_all()
    for record in session.scalars(select(StudyRecord).where(StudyRecord.id.in_(ids)).order_by(StudyRecord.id)):
        settle(session, actor, record, study_facts(session, record, today), today=today)
    return len(ids)
