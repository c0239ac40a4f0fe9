"""Courses with modules to study, and posts about them, for tests."""

import hashlib
import json
import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.rules import Post, PostKind
from lms.people.models import Person

NOON = datetime(2019, 7, 1, 3, 0, tzinfo=UTC)
TODAY = date(2019, 7, 1)
# Page, video, document and link of a short course, with what each is about.
SHORT = (
    {"kind": ModuleKind.PAGE, "minutes": 4},
    {"kind": ModuleKind.VIDEO, "minutes": 1, "seconds": 60},
    {"kind": ModuleKind.DOCUMENT, "minutes": 3, "pages": 3},
    {"kind": ModuleKind.LINK, "minutes": 2, "url": "https://example.com/"},
)


def actor_of(person: Person | None, at: datetime = NOON) -> Actor:
    """Return someone who acts at an instant."""
    return Actor(person_id=person.id if person else None, label="someone", origin="127.0.0.1", at=at)


def edition(session: Session, course: Course, *modules: dict[str, Any], **columns: Any) -> Edition:
    """Publish an edition of a course's first version; modules are of chapter 1, required, and 5 minutes long."""
    version = columns.pop("version", course.versions[0])
    made = Edition(
        course_id=course.id, course_version_id=version.id, recorded_at=NOON, published_at=NOON, chapters=[], **columns
    )
    session.add(made)
    session.flush()
    for position, module in enumerate(modules, 1):
        titles = {"title_ko": f"{position}번 <모듈>", "title_en": f"Module <{position}>"}
        session.add(Module(edition_id=made.id, position=position, **(titles | module)))
    session.flush()
    session.refresh(made)
    return made


def study(session: Session, enrollment: Enrollment, of: Edition, at: datetime = NOON) -> StudyRecord:
    """Add the study record of an enrollment, opened at an instant."""
    record = StudyRecord(enrollment_id=enrollment.id, edition_id=of.id, seconds=0, started_at=at, last_at=at)
    session.add(record)
    session.flush()
    return record


def post(module: Module, kind: PostKind, said_at: datetime | None = None, **data: Any) -> Post:
    """Return a checked post about a module."""
    said = {"module": module.public_id, "kind": kind, **data}
    sha256 = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return Post(str(uuid.uuid4()), module.public_id, kind, sha256, said_at, "a-device", data)
