"""Attendance of a session: of several people at once, recorded by someone else, who the learner is told of."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.enrollments.models import Enrollment
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from tests.learning.studying import Studying
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import Statements

TODAY = local_date(utcnow(), "Asia/Seoul")
CLASS = TODAY - timedelta(days=1)
# Who asks and their scope (7), where they may record, who, what and which cycles were picked (4), the sessions, and
# what is noted about the look (2); however many people.
STATEMENTS = 12


@pytest.fixture
def studying(session: Session) -> Studying:
    """Give the employee and the coordinator of a center, enrolled in a course that is one session in person."""
    made = Studying(session, {"kind": ModuleKind.SESSION, "title_ko": "실습 <b>"})
    Network(session).enroll(made.cast.coordinator, made.cast.course, due_on=None)
    session.commit()
    return made


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., TestResponse]:
    """Give `send(person, address, values)`: sign in and send a form."""

    def post(person: Person, address: str, values: dict[str, Any]) -> TestResponse:
        sign_in(client, person)
        return client.post(address, data={"csrf_token": csrf_token(client, "/account/password"), **values})

    return post


def form(studying: Studying, *people: Person, **values: str) -> dict[str, Any]:
    course = studying.cast.course.public_id
    said = {"session": studying.modules[0].key, "attended_on": CLASS.isoformat(), "reason": "출석부 3쪽"}
    return {"cell": [f"{person.public_id}.{course}" for person in people], "next": "/center"} | said | values


def attended(session: Session) -> list[ModuleProgress]:
    session.rollback()
    return list(session.scalars(select(ModuleProgress)))


def test_attendance_is_recorded_once_and_the_learner_reads_by_whom(
    studying: Studying, send: Callable, client: FlaskClient, session: Session
):
    cast = studying.cast
    shown = send(cast.coordinator, "/attendance/new", form(studying, cast.employee, cast.coordinator))
    assert shown.status_code == 200
    assert cast.employee.name in shown.text
    assert "실습 &lt;b&gt;" in shown.text
    assert attended(session) == []
    for _again in range(2):
        done = send(cast.coordinator, "/attendance", form(studying, cast.employee, cast.coordinator))
    assert done.status_code == 422  # nothing is left to record
    (row,) = attended(session)
    assert (row.attended_on, row.witness_id, row.percent) == (CLASS, cast.coordinator.id, 100)
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "progress.attend")).all()
    assert [(event.actor_id, event.reason) for event in events] == [(cast.coordinator.id, "출석부 3쪽")]
    completed = select(Enrollment.person_id).where(Enrollment.completed_on == CLASS)
    assert session.scalars(completed).all() == [cast.employee.id]
    sign_in(client, cast.employee)
    page = client.get(f"/learn/{cast.course.public_id}").text
    assert re.search(rf"{CLASS}.*{cast.coordinator.name}", page)


def test_nobody_attends_by_their_own_word(studying: Studying, send: Callable, session: Session):
    own = send(studying.cast.coordinator, "/attendance", form(studying, studying.cast.coordinator))
    assert own.status_code == 422
    assert attended(session) == []


def test_people_elsewhere_are_missing_and_employees_record_nothing(
    studying: Studying, send: Callable, session: Session
):
    cast = studying.cast
    assert send(cast.coordinator, "/attendance", form(studying, cast.namesake)).status_code == 404
    assert send(cast.coordinator, "/attendance/new", form(studying, cast.namesake)).status_code == 404
    assert send(cast.employee, "/attendance", form(studying, cast.coordinator)).status_code == 403
    assert attended(session) == []


@pytest.mark.parametrize(
    "wrong",
    [{"attended_on": str(TODAY + timedelta(days=1))}, {"attended_on": ""}, {"reason": " "}, {"session": "zzzzzzzzzzz"}],
)
def test_what_is_not_sound_is_refused(studying: Studying, send: Callable, session: Session, wrong: dict[str, str]):
    refused = send(studying.cast.coordinator, "/attendance", form(studying, studying.cast.employee, **wrong))
    assert refused.status_code == 422
    assert attended(session) == []
    assert session.scalar(select(func.count()).where(AuditEvent.action == "progress.attend")) == 0


def test_the_page_sends_few_statements_however_many_are_picked(
    studying: Studying,
    client: FlaskClient,
    session: Session,
    query_count: Callable[[], AbstractContextManager[Statements]],
):
    cast, network = studying.cast, Network(session)
    people = [network.person(f"1{number:04}", "학습자", at=cast.center) for number in range(20)]
    for person in people:
        network.enroll(person, cast.course, due_on=None)
    session.commit()
    sign_in(client, cast.coordinator)
    token = csrf_token(client, "/account/password")
    for picked in ([cast.employee], people):
        values = form(studying, *picked) | {"csrf_token": token}
        with query_count() as seen:
            assert client.post("/attendance/new", data=values).status_code == 200
        assert seen.total == STATEMENTS, "\n".join(seen.texts)
