"""Reading what people said of a course, version by version, and whose survey it is."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition
from lms.learning.progress.models import StudyRecord
from lms.learning.surveys.models import SurveyAnswer, SurveyReply
from lms.learning.surveys.rules import Answer, Result, result_of
from lms.shared.errors import NotFoundError


class VersionResult(NamedTuple):
    """A version of a course and what its completed groups said; None as long as there is none."""

    number: int
    result: Result | None


class Survey(NamedTuple):
    """A survey that someone is asked for."""

    record: StudyRecord
    enrollment: Enrollment
    course: Course
    is_answered: bool


def get_survey(session: Session, *, person_id: int, record_id: str) -> Survey:
    """Return the survey of a person's own study record.

    Raises:
        NotFoundError: the record is missing or another's, not completed, or its edition asks for none.
    """
    wanted = (
        select(StudyRecord, Enrollment, Course, SurveyReply.enrollment_id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(Edition, Edition.id == StudyRecord.edition_id)
        .outerjoin(SurveyReply, SurveyReply.enrollment_id == Enrollment.id)
        .where(
            StudyRecord.public_id == record_id, Enrollment.person_id == person_id, Edition.asks_survey,
            Enrollment.completed_on.is_not(None),
        )
    )  # fmt: skip
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError
    return Survey(*row[:3], is_answered=row[3] is not None)


def find_open_survey(session: Session, *, record: StudyRecord) -> str | None:
    """Return the public id under which a record's survey waits for its answer; None when it does not."""
    wanted = (
        select(StudyRecord.public_id)
        .join(Edition, Edition.id == StudyRecord.edition_id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .where(
            StudyRecord.id == record.id, Edition.asks_survey, Enrollment.completed_on.is_not(None),
            StudyRecord.enrollment_id.not_in(select(SurveyReply.enrollment_id)),
        )
    )  # fmt: skip
    return session.scalar(wanted)


def list_results(session: Session, *, course_id: int) -> list[VersionResult]:
    """List what completed groups said of each version of a course, the latest first."""
    wanted = select(SurveyAnswer).join(CourseVersion, CourseVersion.id == SurveyAnswer.course_version_id)
    given: dict[int, list[Answer]] = {}
    for row in session.scalars(wanted.where(CourseVersion.course_id == course_id, SurveyAnswer.is_shown)):
        given.setdefault(row.course_version_id, []).append(Answer(row.helpful, row.clear, row.comment))
    versions = select(CourseVersion.id, CourseVersion.number).where(CourseVersion.course_id == course_id)
    rows = session.execute(versions.order_by(CourseVersion.number.desc()))
    return [VersionResult(number, result_of(given.get(id_, []))) for id_, number in rows]
