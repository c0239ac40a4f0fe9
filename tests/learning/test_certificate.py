"""Certificates: one for each completion, with its own number, for who may have it; and the page that checks it."""

import io
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.enrollments.actions import correct_completion, record_completion, void
from lms.enrollments.models import Enrollment
from lms.learning.certificates.actions import issue
from lms.learning.certificates.models import Certificate
from lms.people.models import NamePurpose, Person
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db, writing
from lms.shared.errors import DomainError
from tests.learning.studying import actor_of
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")


@pytest.fixture
def cast(session: Session) -> Cast:
    """The colleague has completed BASIC-01; the employee has too, of a course that expires after a year."""
    cast = small_cast(session)
    net = Network(session)
    yearly = net.course(
        "YEAR-01", title_ko="해마다 <b>새로</b>", title_en="Every year", version={"validity_months": 12}
    )
    net.enroll(cast.employee, yearly, due_on=date(2019, 1, 31), completed_on=TODAY - timedelta(days=10))
    session.commit()
    return cast


def done_by(session: Session, person: Person) -> Enrollment:
    wanted = select(Enrollment).where(Enrollment.person_id == person.id, Enrollment.completed_on.is_not(None))
    return session.scalars(wanted).one()


def issued(session: Session, person: Person) -> Certificate:
    made = issue(session, actor_of(person, utcnow()), enrollment=done_by(session, person), today=TODAY)
    session.commit()
    return made


def ask(client: FlaskClient, enrollment: Enrollment, person: Person):
    form = {"person": person.public_id, "course": enrollment.course.public_id, "cycle": enrollment.cycle}
    return client.post("/certificates", data=form | {"csrf_token": csrf_token(client, "/account")})


def pdf_text(body: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(body)).pages
    return page.extract_text()


def test_the_employee_asks_twice_and_has_one_certificate(client: FlaskClient, session: Session, cast: Cast):
    enrollment = done_by(session, cast.employee)
    sign_in(client, cast.employee)
    assert "수료증 발급" in client.get("/me/records").get_data(as_text=True)
    first, second = ask(client, enrollment, cast.employee), ask(client, enrollment, cast.employee)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    session.rollback()
    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.year, certificate.serial) == (TODAY.year, 1)
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "certificates.issue")).one()
    assert (told.object_id, told.actor_id) == (f"{TODAY.year}-000001", cast.employee.id)
    assert first.headers["Location"] in client.get("/me/records").get_data(as_text=True)
    paper = client.get(first.headers["Location"])
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert paper.headers["Cache-Control"] == "no-store"
    text = pdf_text(paper.get_data())
    for word in (
        "수료증",
        "김하나",
        "해마다 <b>새로</b>",
        "Every year",
        f"{TODAY.year}-000001",
        certificate.check_code,
    ):
        assert word in text
    assert paper.get_data() == client.get(first.headers["Location"]).get_data()
    session.rollback()
    assert session.scalar(select(func.count(Certificate.id))) == 1


def test_reading_issues_nothing(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.employee)
    assert client.get("/certificates").status_code == 405
    client.get("/me/records")
    session.rollback()
    assert session.scalar(select(func.count(Certificate.id))) == 0


@pytest.mark.parametrize("kind", ["open", "void"])
def test_nothing_is_issued_for_what_is_not_completed(session: Session, cast: Cast, kind: str):
    wanted = select(Enrollment).where(Enrollment.person_id == cast.employee.id)
    if kind == "open":
        enrollment = session.scalars(wanted.where(Enrollment.completed_on.is_(None))).one()
    else:
        enrollment = done_by(session, cast.employee)
        enrollment.voided_on = TODAY
        session.flush()
    with pytest.raises(DomainError, match="not_completed"):
        issue(session, actor_of(cast.employee), enrollment=enrollment, today=TODAY)


def test_the_coordinator_takes_it_for_a_reason_and_the_trail_keeps_it(
    client: FlaskClient, session: Session, cast: Cast
):
    address = f"/certificates/{issued(session, cast.colleague).public_id}"
    sign_in(client, cast.coordinator)
    page = client.get(address)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    form = {"csrf_token": csrf_token(client, address)}
    assert client.post(address, data=form | {"reason": " "}).status_code == 422
    taken = client.post(address, data=form | {"reason": "for the folder of the center"})
    assert "이두리" in pdf_text(taken.get_data())
    session.rollback()
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "download")).one()
    assert (told.reason, told.subject_ids) == ("for the folder of the center", [cast.colleague.id])


def test_nobody_else_has_it_and_a_purpose_opens_it_to_the_training_administrator(
    client: FlaskClient, session: Session, cast: Cast
):
    address = f"/certificates/{issued(session, cast.colleague).public_id}"
    sign_in(client, cast.employee)
    missing = client.get("/certificates/zzzzzzzzzzz")
    assert missing.status_code == 404
    assert client.get(address).get_data() == missing.get_data()
    assert ask(client, done_by(session, cast.colleague), cast.colleague).status_code == 404
    sign_in(client, cast.training_admin)
    closed = client.get(address)
    assert (closed.status_code, closed.headers["Location"].split("?")[0].endswith("/purpose")) == (303, True)
    session.rollback()
    network = {"unit_id": cast.network.id, "stated_on": TODAY, "purpose": "audit", "recorded_at": utcnow()}
    session.add(NamePurpose(person_id=cast.training_admin.id, **network))
    session.commit()
    assert "이두리" in client.get(address).get_data(as_text=True)


def test_a_completion_taken_back_or_voided_withdraws_it_and_a_new_one_restores_it(
    client: FlaskClient, session: Session, cast: Cast
):
    certificate = issued(session, cast.colleague)
    check, paper = f"/check/{certificate.check_code}", f"/certificates/{certificate.public_id}"
    enrollment_id, head = certificate.enrollment_id, actor_of(cast.training_admin, utcnow())
    assert "유효" in client.get(check).get_data(as_text=True)
    correct_completion(session, enrollment_id=enrollment_id, completed_on=None, reason="not there", actor=head)
    session.commit()
    assert "Withdrawn" in client.get(check).get_data(as_text=True)
    sign_in(client, cast.colleague)
    assert client.get(paper).status_code == 409
    session.rollback()
    record_completion(session, enrollment_id=enrollment_id, completed_on=TODAY, actor=head)
    session.commit()
    assert "Withdrawn" not in client.get(check).get_data(as_text=True)
    assert client.get(paper).mimetype == "application/pdf"
    session.rollback()
    void(session, enrollment_id=enrollment_id, voided_on=TODAY, reason="a mistake", actor=head)
    session.commit()
    assert "Withdrawn" in client.get(check).get_data(as_text=True)


def test_the_check_says_valid_until_the_last_day_and_tells_nothing_of_the_person(
    client: FlaskClient, session: Session, cast: Cast
):
    certificate = issued(session, cast.employee)
    enrollment = done_by(session, cast.employee)
    address, number = f"/check/{certificate.check_code}", f"{TODAY.year}-000001"
    for completed_on, word in ((TODAY.replace(year=TODAY.year - 1) + timedelta(days=1), "Valid"),
                               (TODAY.replace(year=TODAY.year - 1), "Expired")):  # fmt: skip
        enrollment.completed_on = completed_on
        session.commit()
        page = client.get(address)
        text = page.get_data(as_text=True)
        assert word in text
        assert number in text
        assert page.headers["Cache-Control"] == "no-store"
        for secret in (
            cast.employee.name,
            cast.employee.staff_no,
            cast.employee.public_id,
            "YEAR-01",
            "해마다",
            "강남",
        ):
            assert secret not in text


def test_whatever_is_no_code_gives_the_same_answer_and_writes_nothing(
    client: FlaskClient, session: Session, cast: Cast
):
    issued(session, cast.employee)
    before = session.scalar(select(func.count(AuditEvent.id)))
    asked = ["zzzzzzzzzzzzzzzzzz", "x", "'; DROP TABLE certificate--", "길" * 200, "a" * 5000]
    answers = [client.get(f"/check/{code}") for code in asked]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    assert "No certificate has this code" in answers[0].get_data(as_text=True)
    assert "<form" not in answers[0].get_data(as_text=True)
    session.rollback()
    assert session.scalar(select(func.count(AuditEvent.id))) == before


def test_two_clicks_and_eight_people_at_once_get_a_number_each(app: Flask, session: Session, cast: Cast):
    net = Network(session)
    people = [net.person(f"8{number:04}", f"동시{number}", at=cast.center) for number in range(8)]
    done = {"due_on": None, "completed_on": TODAY}
    enrollments = [net.enroll(person, cast.course, **done).id for person in people]
    session.commit()
    ready, faults = Barrier(16), []

    def click(enrollment_id: int) -> None:
        try:
            with app.app_context(), writing(), Session(db.engine) as own:
                ready.wait()
                issue(own, actor_of(None), enrollment=own.get_one(Enrollment, enrollment_id), today=TODAY)
                own.commit()
        except Exception as error:
            faults.append(repr(error))

    threads = [Thread(target=click, args=(one,)) for one in enrollments * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    session.rollback()
    assert sorted(session.scalars(select(Certificate.serial))) == list(range(1, 9))
