"""Courses with modules to study, and posts about them, for tests."""

import hashlib
import json
import uuid
from datetime import UTC, date, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.progress.rules import Post, PostKind
from lms.people.models import Person
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in

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
    made = Edition(course_id=course.id, recorded_at=NOON, published_at=NOON, chapters=[], **columns)
    session.add(made)
    session.flush()
    for position, module in enumerate(modules, 1):
        titles = {"title_ko": f"{position}번 <모듈>", "title_en": f"Module <{position}>"}
        session.add(Module(edition_id=made.id, position=position, **(titles | module)))
    session.flush()
    made.course_version_id = version.id  # from here on the database lets nothing of it change
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


def body(module: str, kind: str, key: str | None = None, **data: Any) -> dict[str, Any]:
    """Return what a player posts about a module of a public id."""
    said_at = "2019-07-01T12:00:00+09:00"
    key = key or str(uuid.uuid4())
    return {"key": key, "module": module, "kind": kind, "said_at": said_at, "device": "a-device", "data": data}


class Studying:
    """An employee who studies the short course, with a neighbor's record that must not be touched."""

    def __init__(self, session: Session, *modules: dict[str, Any], **columns: Any) -> None:
        self.session = session
        self.cast: Cast = small_cast(session)
        self.edition = edition(session, self.cast.course, *(modules or SHORT), **columns)
        self.modules = self.edition.modules
        self.enrollment = self.enrollment_of(self.cast.employee)
        self.record = study(session, self.enrollment, self.edition)
        self.neighbors = study(session, self.enrollment_of(self.cast.namesake), self.edition)
        session.commit()
        self.address = f"/study/{self.record.public_id}"

    def enrollment_of(self, person: Person) -> Enrollment:
        """Return the one enrollment of a person."""
        return self.session.scalars(select(Enrollment).filter_by(person_id=person.id)).one()


class Player:
    """What the script of the player does: it posts JSON with a token, and loads a new token when it is stale."""

    def __init__(self, client: FlaskClient, studying: Studying, person: Person | None = None) -> None:
        self.client, self.address = client, studying.address
        sign_in(client, person or studying.cast.employee)
        self.token = self.state().get("csrf", "")

    def state(self) -> dict[str, Any]:
        """Return what the record's state says."""
        answer = self.client.get(f"{self.address}/state", headers={"Accept": "application/json"})
        return answer.get_json(silent=True) or {}

    def post(self, said: dict[str, Any] | bytes | str, **headers: str) -> TestResponse:
        """Post a body, or anything else, as JSON."""
        usual = {"Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": self.token}
        data = json.dumps(said) if isinstance(said, dict) else said
        return self.client.post(f"{self.address}/posts", data=data, headers=usual | headers)
