"""A course is assigned to job roles at centers: by command, and on the page after a preview of who gains."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.courses.models import Course
from lms.enrollments.models import Assignment, Enrollment
from lms.people.models import OrgUnit, Person
from lms.people.rules import DutyKind, UnitKind
from lms.shared.clock import local_date, utcnow
from tests.courses.factories import add_course
from tests.enrollments.factories import (
    add_duty,
    add_enrollment,
    add_leave,
    add_person,
    add_unit,
)
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
LAST_YEAR = TODAY - timedelta(days=365)


class Place:
    """Two centers of one area, another one elsewhere; an administrator at the head office."""

    def __init__(self, session: Session) -> None:
        network = session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.NETWORK)).one()
        office = session.scalars(select(OrgUnit).where(OrgUnit.code == "HQ")).one()
        region = add_unit(session, "R1", UnitKind.REGION)
        area = add_unit(session, "R1-A01", UnitKind.AREA, under=region)
        self.first = add_unit(session, "C1", under=area)
        self.second = add_unit(session, "C2", under=area)
        self.elsewhere = add_unit(session, "C3")
        self.advisor = add_person(session, "00000001", self.first)
        self.technician = add_person(session, "00000002", self.second, "MT")
        self.stranger = add_person(session, "00000003", self.elsewhere)
        self.coordinator = add_person(session, "00000004", self.first, "RC")
        add_duty(session, self.coordinator, self.first, DutyKind.COORDINATOR)
        self.administrator = add_person(session, "00000009", office, "TR")
        add_duty(session, self.administrator, network, DutyKind.TRAINING_ADMIN)
        self.course = add_course(session, "CS-101", due_days=30)
        session.commit()


@pytest.fixture
def place(session: Session) -> Place:
    """Give a committed small network."""
    return Place(session)


def enrolled(session: Session) -> dict[str, tuple[int, date | None]]:
    session.rollback()
    rows = session.execute(select(Person.staff_no, Enrollment.cycle, Enrollment.due_on).join(Enrollment.person))
    return {staff_no: (cycle, due_on) for staff_no, cycle, due_on in rows}


def assign(runner: FlaskCliRunner, *arguments: str) -> str:
    done = runner.invoke(args=["assign", "CS-101", "--reason", "Autumn drive", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_course_goes_to_the_roles_at_the_units_below(runner: FlaskCliRunner, session: Session, place: Place):
    output = assign(runner, "--role", "SA", "--role", "MT", "--unit", "R1-A01", "--due-days", "20")
    assert "assigned CS-101 to 2 people" in output
    due = TODAY + timedelta(days=20)
    assert enrolled(session) == {"00000001": (1, due), "00000002": (1, due)}
    kept = session.scalars(select(Assignment)).one()
    assert (kept.unit_codes, kept.role_codes, kept.enrolled, kept.due_days) == (["AREA:R1-A01"], ["SA", "MT"], 2, 20)
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.assign")).one()
    assert (sorted(noted.subject_ids or []), noted.reason) == ([place.advisor.id, place.technician.id], "Autumn drive")


def test_again_reaches_nobody_who_has_it_open(runner: FlaskCliRunner, session: Session, place: Place):
    assign(runner, "--role", "SA", "--unit", "NETWORK")
    output = assign(runner, "--role", "SA", "--unit", "NETWORK")
    assert "0 gain, 2 have it open, 0 completed it validly" in output
    assert {cycle for cycle, _ in enrolled(session).values()} == {1}


def test_a_valid_completion_needs_nothing_and_an_expired_one_a_new_cycle(
    runner: FlaskCliRunner, session: Session, place: Place
):
    yearly = add_course(session, "CS-005", validity_months=12)
    for person, months_ago in ((place.advisor, 6), (place.technician, 13)):
        old = add_enrollment(session, person, yearly, LAST_YEAR - timedelta(days=60))
        old.completed_on = TODAY - timedelta(days=31 * months_ago)
    session.commit()
    done = runner.invoke(
        args=[
            "assign",
            "CS-005",
            "--role",
            "SA",
            "--role",
            "MT",
            "--unit",
            "R1",
            "--due-days",
            "5",
            "--reason",
            "Yearly",
        ]
    )
    assert "1 gain, 0 have it open, 1 completed it validly" in done.output
    session.rollback()
    cycles = session.scalars(
        select(Enrollment).where(Enrollment.person_id == place.technician.id).order_by(Enrollment.cycle)
    ).all()
    assert [(one.cycle, one.has_later_cycle) for one in cycles] == [(1, True), (2, False)]


def test_a_coordinators_course_reaches_those_who_hold_the_duty(runner: FlaskCliRunner, session: Session, place: Place):
    assign(runner, "--role", "CO", "--unit", "NETWORK", "--due-days", "30")
    assert set(enrolled(session)) == {"00000004"}


def test_leave_and_a_fresh_hire_get_their_grace_at_once(runner: FlaskCliRunner, session: Session, place: Place):
    add_leave(session, place.advisor, TODAY + timedelta(days=1), TODAY + timedelta(days=11))
    add_person(session, "00000005", place.first, hired_on=TODAY)
    session.commit()
    assign(runner, "--role", "SA", "--unit", "C1", "--due-days", "5")
    assert enrolled(session) == {
        "00000001": (1, TODAY + timedelta(days=25)),
        "00000005": (1, TODAY + timedelta(days=14)),
    }
    assert runner.invoke(args=["enrollments", "refresh"]).output == "0 due dates moved\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "SA", "--unit", "C9"], "There is no such unit here: C9"),
        (["--role", "XX", "--unit", "C1"], "no such job role: XX"),
        (["--role", "SA", "--unit", "C1", "--due-on", "2001-01-01"], "has passed already"),
        (["--role", "SA", "--unit", "C1", "--due-on", "2101-01-01", "--due-days", "3"], "not both"),
        (["--role", "SA", "--unit", "C1", "--due-days", "-1"], "0 to 3660"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(
    runner: FlaskCliRunner, session: Session, place: Place, arguments: list[str], sentence: str
):
    done = runner.invoke(args=["assign", "CS-101", "--reason", "Autumn drive", *arguments])
    assert done.exit_code == 1
    assert sentence in done.output
    assert enrolled(session) == {}


def test_a_retired_course_is_refused(runner: FlaskCliRunner, session: Session, place: Place):
    session.get_one(Course, place.course.id).retired_on = TODAY
    session.commit()
    done = runner.invoke(args=["assign", "CS-101", "--role", "SA", "--unit", "C1", "--reason", "Autumn drive"])
    assert done.exit_code == 1
    assert "retired" in done.output


def wish(client: FlaskClient, place: Place, *units: OrgUnit) -> dict[str, object]:
    return {
        "csrf_token": csrf_token(client, "/assignments/new"),
        "course": place.course.public_id,
        "roles": ["SA", "MT"],
        "units": [unit.public_id for unit in units],
        "due": "days",
        "due_days": "20",
        "reason": "Autumn drive",
        "request_key": "one-form",
    }


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_the_form_previews_then_assigns_and_sent_twice_acts_once(client: FlaskClient, session: Session, place: Place):
    client.set_cookie("language", "en")
    sign_in(client, place.administrator)
    sent = wish(client, place, place.first, place.second)
    preview = client.post("/assignments/preview", data=sent)
    assert preview.status_code == 200
    assert enrolled(session) == {}
    first = client.post("/assignments", data=sent)
    second = client.post("/assignments", data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert set(enrolled(session)) == {"00000001", "00000002"}
    assert session.scalar(select(func.count()).select_from(Assignment)) == 1
    assert "Autumn drive" in text_of(client.get("/assignments"))


def test_a_coordinator_sees_the_names_of_their_own_center_and_reaches_no_other(
    client: FlaskClient, session: Session, place: Place
):
    client.set_cookie("language", "en")
    sign_in(client, place.coordinator)
    page = text_of(client.get("/assignments/new"))
    assert place.first.public_id in page
    assert place.second.public_id not in page
    sent = wish(client, place, place.first)
    assert "사람 00000001" in text_of(client.post("/assignments/preview", data=sent))
    session.rollback()
    seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.preview")).one()
    assert seen.subject_ids == [place.advisor.id]
    sent["units"] = [place.second.public_id]
    assert client.post("/assignments", data=sent).status_code in {404, 422}
    assert enrolled(session) == {}


def test_a_form_left_half_filled_comes_back_with_what_was_typed(client: FlaskClient, place: Place):
    client.set_cookie("language", "en")
    sign_in(client, place.administrator)
    sent = wish(client, place, place.first)
    sent |= {"due": "date", "due_days": "", "roles": []}
    answer = client.post("/assignments/preview", data=sent)
    assert answer.status_code == 422
    assert "Autumn drive" in text_of(answer)
    sent |= {"due": "days", "due_days": "20"}
    answer = client.post("/assignments/preview", data=sent)
    assert "Choose at least one job role." in text_of(answer)


def test_an_employee_cannot_assign(client: FlaskClient, place: Place):
    sign_in(client, place.advisor)
    assert client.get("/assignments").status_code in {403, 404}
    assert client.get("/assignments/new").status_code in {403, 404}
