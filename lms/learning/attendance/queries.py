"""Reading for attendance: which sessions the courses that were picked have, and who was there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.enrollments.recording.rules import Batch, Line
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress, StudyRecord


@dataclass(frozen=True, slots=True)
class Gathering:
    """A session in person of a course that was picked; `lines` are the people it is recorded for."""

    key: str
    title_ko: str
    title_en: str
    course_title_ko: str
    course_title_en: str
    lines: Sequence[Line]


def list_gatherings(session: Session, batch: Batch) -> list[Gathering]:
    """List the sessions of what was picked, each with those whose attendance is still to be recorded."""
    lines = {line.cycle.id: line for line in batch.recordable if line.cycle}
    there = (
        select(Enrollment.id, Module.key, Module.title_ko, Module.title_en, Course.title_ko, Course.title_en)
        .join(Edition, Edition.course_version_id == Enrollment.course_version_id)
        .join(Module, Module.edition_id == Edition.id)
        .join(Course, Course.id == Enrollment.course_id)
        .outerjoin(StudyRecord, StudyRecord.enrollment_id == Enrollment.id)
        .outerjoin(
            ModuleProgress,
            (ModuleProgress.record_id == StudyRecord.id) & (ModuleProgress.module_key == Module.key),
        )
        .where(
            Enrollment.id.in_(lines), Module.kind == ModuleKind.SESSION, ModuleProgress.completed_at.is_(None)
        )
        .order_by(Course.code, Module.position, Enrollment.id)
    )  # fmt: skip
    found: dict[tuple[str, str, str, str, str], list[Line]] = {}
    for enrollment_id, *names in session.execute(there):
        key, title_ko, title_en, course_ko, course_en = names
        found.setdefault((key, title_ko, title_en, course_ko, course_en), []).append(lines[enrollment_id])
    return [Gathering(*names, people) for names, people in found.items()]
