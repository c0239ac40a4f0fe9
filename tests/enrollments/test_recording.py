"""A coordinator records the completions of a class for others: previewed, once, never for oneself, correctable."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.enrollments.actions import correct_completion, record_completion
from lms.enrollments.models import Enrollment, EnrollmentRevision, Recording
from lms.enrollments.rules import Evidence, EvidenceKind
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from lms.shared.errors import DomainError
from tests.enrollments.factories import actor_at
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
CLASS = TODAY - timedelta(days=2)
SAID = {"completed_on": CLASS.isoformat(), "evidence": "ATTENDANCE", "note": "folder 7", "reason": "monthly class"}


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast: 김하나 misses a course, 이두리 has completed it, 박세나 coordinates and misses it too."""
    people = small_cast(session)
    Network(session).enroll(people.coordinator, people.course, due_on=date(2019, 1, 31))
    session.commit()
    return people


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., TestResponse]:
    """Give `send(person, address, values)`: sign in and send a form."""

    def post(person: Person, address: str, values: dict[str, Any]) -> TestResponse:
        sign_in(client, person)
        return client.post(address, data={"csrf_token": csrf_token(client, "/account/password"), **values})

    return post


def cells(cast: Cast, *people: Person) -> list[str]:
    return [f"{person.public_id}.{cast.course.public_id}" for person in people]


def form(cast: Cast, *people: Person, **values: str) -> dict[str, Any]:
    return {"cell": cells(cast, *people), "request_key": "k1", "next": "/center", **SAID, **values}


def enrollment_of(session: Session, person: Person) -> Enrollment:
    session.rollback()
    return session.scalars(select(Enrollment).where(Enrollment.person_id == person.id)).one()


def text(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def address_of(cast: Cast, person: Person, cycle: int = 1) -> str:
    return f"/people/{person.public_id}/courses/{cast.course.public_id}/{cycle}/completion"


def test_a_class_is_recorded_after_a_preview_in_numbers(cast: Cast, send: Callable, session: Session):
    everyone = (cast.employee, cast.colleague, cast.coordinator)
    begun = send(cast.coordinator, "/completions/new", {"cell": cells(cast, *everyone)})
    assert begun.status_code == 200
    assert cast.employee.name in begun.text
    previewed = send(cast.coordinator, "/completions/preview", form(cast, *everyone))
    assert previewed.status_code == 200
    words = text(previewed)
    assert re.search(r"기록 대상 1 ?건|Is recorded 1 item", words)
    assert re.search(r"이미 이수 1 ?건|Completed already 1 item", words)
    assert re.search(r"본인|Your own", words)
    assert enrollment_of(session, cast.employee).completed_on is None
    done = send(cast.coordinator, "/completions", form(cast, *everyone))
    assert (done.status_code, done.headers["Location"]) == (303, "/center")
    found = enrollment_of(session, cast.employee)
    assert (found.completed_on, found.recorded_by_id) == (CLASS, cast.coordinator.id)
    assert (found.evidence_kind, found.evidence_note) == ("ATTENDANCE", "folder 7")
    assert found.completion_reason == "monthly class"
    assert enrollment_of(session, cast.colleague).completed_on == date(2019, 1, 20)
    assert enrollment_of(session, cast.coordinator).completed_on is None


def test_recording_is_written_in_the_trail_with_whom_and_why(cast: Cast, send: Callable, session: Session):
    send(cast.coordinator, "/completions", form(cast, cast.employee))
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.record")).one()
    assert (noted.actor_id, noted.subject_ids) == (cast.coordinator.id, [cast.employee.id])
    assert noted.reason == SAID["reason"]
    assert noted.detail["evidence"] == "ATTENDANCE"
    each = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.complete")).one()
    assert (each.subject_ids, each.reason) == ([cast.employee.id], SAID["reason"])


def test_a_form_sent_twice_acts_once(cast: Cast, send: Callable, session: Session):
    for _ in range(2):
        assert send(cast.coordinator, "/completions", form(cast, cast.employee)).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Recording)) == 1
    assert session.scalar(select(func.count()).select_from(EnrollmentRevision)) == 1


@pytest.mark.parametrize("address", ["/completions/new", "/completions/preview", "/completions"])
def test_people_elsewhere_moved_away_and_missing_are_the_same_404(
    cast: Cast, send: Callable, session: Session, address: str
):
    net = Network(session)
    moved = net.person("00777", "방금전근", at=cast.center, until=TODAY)
    net.posting(moved, at=cast.far_away, since=TODAY)
    session.commit()
    answers = [
        send(cast.coordinator, address, form(cast) | {"cell": [cell]})
        for cell in (*cells(cast, cast.namesake, moved), f"zzzzzzzzzzz.{cast.course.public_id}", "nonsense")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert enrollment_of(session, cast.namesake).completed_on is None


@pytest.mark.parametrize("who", ["area_manager", "region_manager", "employee", "executive"])
def test_who_looks_after_no_center_records_nothing(cast: Cast, send: Callable, session: Session, who: str):
    assert send(getattr(cast, who), "/completions", form(cast, cast.employee)).status_code == 403
    assert enrollment_of(session, cast.employee).completed_on is None


def test_a_training_administrator_states_a_purpose_before_names_are_recorded(
    cast: Cast, send: Callable, session: Session
):
    assert send(cast.training_admin, "/completions", form(cast, cast.employee)).status_code == 404
    send(cast.training_admin, f"/units/{cast.center.public_id}/purpose", {"reason": "class of June", "next": "/rates"})
    assert send(cast.training_admin, "/completions", form(cast, cast.employee)).status_code == 303
    assert enrollment_of(session, cast.employee).recorded_by_id == cast.training_admin.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"completed_on": (TODAY + timedelta(days=1)).isoformat()},
        {"completed_on": "1980-01-01"},
        {"completed_on": "soon"},
        {"evidence": ""},
        {"evidence": "HEARSAY"},
        {"note": " "},
        {"reason": ""},
        {"reason": "x" * 301},
        {"cell": []},
    ],
)
def test_what_is_not_sound_is_refused_with_its_field(cast: Cast, send: Callable, session: Session, wrong: dict):
    for address in ("/completions/preview", "/completions"):
        answer = send(cast.coordinator, address, form(cast, cast.employee) | wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert enrollment_of(session, cast.employee).completed_on is None


def test_a_day_before_assignment_is_recorded_as_it_stands_but_said(cast: Cast, send: Callable, session: Session):
    early = form(cast, cast.employee, completed_on="2017-12-01")
    assert re.search("지정일보다|before it was assigned", text(send(cast.coordinator, "/completions/preview", early)))
    send(cast.coordinator, "/completions", early)
    assert enrollment_of(session, cast.employee).completed_on == date(2017, 12, 1)


def test_what_is_withdrawn_or_not_assigned_cannot_be_recorded(cast: Cast, send: Callable, session: Session):
    session.get_one(Enrollment, enrollment_of(session, cast.employee).id).voided_on = date(2019, 5, 1)
    stranger = Network(session).person("00778", "새내기", at=cast.center)
    session.commit()
    words = text(send(cast.coordinator, "/completions/preview", form(cast, cast.employee, stranger)))
    assert re.search("제외|대상|Withdrawn", words)
    assert re.search("미지정|Not assigned", words)
    send(cast.coordinator, "/completions", form(cast, cast.employee, stranger))
    assert enrollment_of(session, cast.employee).completed_on is None


def test_the_door_itself_refuses_ones_own_and_keeps_what_is_recorded(cast: Cast, session: Session):
    evidence = Evidence(EvidenceKind.WITNESSED, "note", "reason")
    own = enrollment_of(session, cast.coordinator).id
    with pytest.raises(DomainError, match="oneself"):
        record_completion(
            session, enrollment_id=own, completed_on=CLASS, evidence=evidence,
            actor=actor_at(person_id=cast.coordinator.id),
        )  # fmt: skip
    done = enrollment_of(session, cast.colleague).id
    assert not record_completion(
        session, enrollment_id=done, completed_on=date(2018, 5, 1), evidence=evidence, actor=actor_at()
    )
    with pytest.raises(DomainError, match="oneself"):
        correct_completion(
            session, enrollment_id=done, completed_on=None, reason="x", actor=actor_at(person_id=cast.colleague.id)
        )


def known_since(answer: TestResponse) -> str:
    found = re.search(r'name="known_since"[^>]* value="([^"]+)"', answer.text)
    assert found
    return found[1]


def test_a_correction_is_a_new_entry_that_the_learner_reads(
    cast: Cast, send: Callable, client: FlaskClient, session: Session
):
    send(cast.coordinator, "/completions", form(cast, cast.employee))
    address = address_of(cast, cast.employee)
    shown = client.get(address)
    corrected = {"what": "change", "completed_on": (CLASS - timedelta(days=1)).isoformat(), "reason": "was on Monday"}
    sent = corrected | {"known_since": known_since(shown)}
    assert send(cast.coordinator, address, sent).status_code == 303
    assert send(cast.coordinator, address, sent).status_code == 303  # the same form again changes nothing
    assert enrollment_of(session, cast.employee).completed_on == CLASS - timedelta(days=1)
    withdrawn = {"what": "withdraw", "reason": "was absent", "known_since": known_since(client.get(address))}
    assert send(cast.coordinator, address, withdrawn).status_code == 303
    found = enrollment_of(session, cast.employee)
    assert (found.completed_on, found.completion_reason) == (None, "was absent")
    sign_in(client, cast.employee)
    page = text(client.get(address))
    for words in ("monthly class", "was on Monday", "was absent", cast.coordinator.name, "folder 7"):
        assert words in page
    assert 'name="known_since"' not in client.get(address).text
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.correct_completion"))
    assert [event.reason for event in noted] == ["was on Monday", "was absent"]


def test_whoever_was_overtaken_decides_again(cast: Cast, send: Callable, client: FlaskClient, session: Session):
    send(cast.coordinator, "/completions", form(cast, cast.employee))
    address = address_of(cast, cast.employee)
    seen = known_since(client.get(address))
    first = {"what": "change", "completed_on": CLASS.replace(day=1).isoformat(), "reason": "a", "known_since": seen}
    send(cast.coordinator, address, first | {"completed_on": (CLASS - timedelta(days=3)).isoformat()})
    late = send(cast.coordinator, address, {"what": "withdraw", "reason": "b", "known_since": seen})
    assert late.status_code == 422
    assert re.search("그사이|meanwhile", text(late))
    assert enrollment_of(session, cast.employee).completed_on == CLASS - timedelta(days=3)


def test_nobody_corrects_their_own(cast: Cast, send: Callable, client: FlaskClient, session: Session):
    send(cast.coordinator, "/completions", form(cast, cast.employee))
    own = enrollment_of(session, cast.coordinator)
    own.completed_on = CLASS
    session.commit()
    answer = send(
        cast.coordinator,
        address_of(cast, cast.coordinator),
        {"what": "withdraw", "reason": "x", "known_since": own.recorded_at.isoformat()},
    )
    assert answer.status_code == 422
    assert enrollment_of(session, cast.coordinator).completed_on == CLASS


def test_the_record_of_someone_elsewhere_is_missing(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    answers = [
        client.get(address)
        for address in (
            address_of(cast, cast.namesake),
            address_of(cast, cast.employee, cycle=2),
            f"/people/{cast.employee.public_id}/courses/zzzzzzzzzzz/1/completion",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_a_manager_reads_the_record_after_a_purpose_and_corrects_nothing(
    cast: Cast, send: Callable, client: FlaskClient
):
    send(cast.coordinator, "/completions", form(cast, cast.employee))
    sign_in(client, cast.area_manager)
    address = address_of(cast, cast.employee)
    assert client.get(address).headers["Location"].startswith(f"/units/{cast.center.public_id}/purpose")
    send(cast.area_manager, f"/units/{cast.center.public_id}/purpose", {"reason": "visit of June", "next": address})
    assert cast.coordinator.name in client.get(address).text
    assert "known_since" not in client.get(address).text
    assert send(cast.area_manager, address, {"what": "withdraw", "reason": "x"}).status_code == 403


def test_people_picked_on_the_board_are_assigned_a_course(cast: Cast, send: Callable, session: Session):
    course = Network(session).course("CS-900", title_ko="새 과정", due_days=30)
    session.commit()
    picked = {"person": [cast.employee.public_id], "cell": cells(cast, cast.employee, cast.colleague)}
    opened = send(cast.coordinator, "/assignments/people", picked)
    assert opened.status_code == 200
    assert (opened.text.count('name="person"'), cast.employee.name in opened.text) == (2, True)
    people = [cast.employee.public_id, cast.colleague.public_id]
    wish = {"person": people, "course": course.public_id, "due": "course", "reason": "new term", "request_key": "a1"}
    previewed = send(cast.coordinator, "/assignments/preview", wish)
    assert previewed.status_code == 200
    assert previewed.text.count('name="person"') == 2
    assert send(cast.coordinator, "/assignments", wish).status_code == 303
    session.rollback()
    got = session.scalars(select(Enrollment.person_id).where(Enrollment.course_id == course.id)).all()
    assert sorted(got) == sorted([cast.employee.id, cast.colleague.id])
    elsewhere = wish | {"person": [cast.namesake.public_id], "request_key": "a2"}
    assert send(cast.coordinator, "/assignments", elsewhere).status_code == 404
    assert send(cast.coordinator, "/assignments/people", {}).status_code == 422
