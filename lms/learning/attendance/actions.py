"""Recording who attended a session in person."""

from datetime import date

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.attendance.queries import Gathering
from lms.learning.content.queries import edition_of
from lms.learning.progress.actions import open_record, record_attendance
from lms.shared.clock import local_date
from lms.shared.errors import NotFoundError


def record_gathering(
    session: Session, actor: Actor, gathering: Gathering, *, on: date, reason: str, timezone: str
) -> int:
    """Record that everyone of a gathering attended; return how many they are. Who was there already is left out.

    Raises:
        DomainError: someone is the actor ("oneself"), or the day or the reason is not sound: see `record_attendance`.
        NotFoundError: the course is not learned here.
    """
    today = local_date(actor.at, timezone)
    for line in gathering.lines:
        enrollment = session.get_one(Enrollment, line.cycle.id if line.cycle else 0)
        edition = edition_of(session, enrollment.course_version_id)
        if edition is None:
            raise NotFoundError
        record = open_record(session, actor, enrollment=enrollment, edition=edition, today=today)
        record_attendance(session, actor, record, module_key=gathering.key, on=on, reason=reason, timezone=timezone)
    return len(gathering.lines)
