"""Exemptions, extensions and credit: asked for by one, decided by another, in effect at once; outages move everyone."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.completion.queries import total_rate
from lms.completion.queries_enrollments import list_person_lines
from lms.completion.rules import EnrollmentState, WhyNot
from lms.enrollments.exceptions.actions_merging import apply, preview, undo
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption, Extension, Outage
from lms.enrollments.models import Enrollment
from lms.people.merging.parts import Merging
from lms.people.models import Person
from lms.people.rules import DutyKind, whole_network
from lms.shared.clock import local_date, utcnow
from tests.enrollments.factories import actor_at, add_exemption
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
EXEMPT = {
    "starts_on": TODAY.isoformat(), "last_on": (TODAY + timedelta(days=29)).isoformat(), "reason_code": "OTHER_WORK",
    "reason": "at the warehouse this month", "evidence": "order 12", "request_key": "e1",
}  # fmt: skip


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast; 박세나 coordinates, and a second one, a deputy, works beside her."""
    people = small_cast(session)
    net = Network(session)
    deputy = net.person("00115", "배부관", at=people.center, role="RC")
    net.duty(deputy, DutyKind.DEPUTY_COORDINATOR, people.center)
    net.enroll(people.coordinator, people.course, due_on=date(2019, 1, 31))
    session.commit()
    return people


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., TestResponse]:
    """Give `send(person, address, values)`: sign in and send a form."""

    def post(person: Person, address: str, values: dict[str, Any] | None = None) -> TestResponse:
        sign_in(client, person)
        return client.post(address, data={"csrf_token": csrf_token(client, "/account/password"), **(values or {})})

    return post


@pytest.fixture
def look(client: FlaskClient) -> Callable[[Person, str], TestResponse]:
    """Give `look(person, address)`: sign in and read a page."""

    def get(person: Person, address: str) -> TestResponse:
        sign_in(client, person)
        return client.get(address)

    return get


def person_named(session: Session, staff_no: str) -> Person:
    return session.scalars(select(Person).where(Person.staff_no == staff_no)).one()


def page_of(person: Person, kind: str) -> str:
    return f"/people/{person.public_id}/exceptions?kind={kind}"


def only_request(session: Session) -> ExceptionRequest:
    session.rollback()
    return session.scalars(select(ExceptionRequest).order_by(ExceptionRequest.id.desc()).limit(1)).one()


def purpose(cast: Cast, send: Callable) -> None:
    send(cast.training_admin, f"/units/{cast.network.public_id}/purpose", {"reason": "deciding requests", "next": "/"})


def test_an_exemption_goes_from_the_center_to_the_administrator_and_out_of_the_rate(
    cast: Cast, send: Callable, look: Callable, session: Session
):
    asked = EXEMPT | {"course": [cast.course.public_id]}
    for _ in range(2):
        assert send(cast.coordinator, page_of(cast.employee, "exemption"), asked).status_code == 303
    request = only_request(session)
    assert session.scalar(select(func.count()).select_from(ExceptionRequest)) == 1, "a form sent twice acts once"
    assert request.ends_on == TODAY + timedelta(days=30)
    assert before(session) == (2, 1)
    decision = {"what": "approve", "note": ""}
    address = f"/exceptions/{request.public_id}"
    # Whoever asked does not decide, nor does another coordinator; the learner does not even see the form.
    for who in (cast.coordinator, person_named(session, "00115")):
        assert send(who, f"{address}/decision", decision).status_code == 404
    assert send(cast.employee, f"{address}/decision", decision).status_code == 403
    assert send(cast.namesake, address).status_code == 405
    assert look(cast.namesake, address).status_code == 404
    # Names open after a purpose, for the administrator too.
    inbox = look(cast.training_admin, "/exceptions").text
    assert cast.employee.name not in inbox
    assert address in inbox
    assert "purpose" in send(cast.training_admin, f"{address}/decision", decision).headers["Location"]
    purpose(cast, send)
    assert cast.employee.name in look(cast.training_admin, address).text
    assert send(cast.training_admin, f"{address}/decision", decision).status_code == 303
    assert before(session) == (1, 1), "out of the denominator"
    line = list_person_lines(session, scope=whole_network(TODAY), person_id=cast.employee.id, as_of=TODAY)[0]
    assert (line.state, line.why_not) == (EnrollmentState.EXEMPT, WhyNot.EXEMPT)
    yesterday = total_rate(session, scope=whole_network(TODAY), as_of=TODAY - timedelta(days=1))
    assert yesterday.tally.due == 4, "as it was on the day before"
    lines = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "exception")).all()
    assert {"enrollments.request", "enrollments.grant", "view"} <= set(lines)
    # Ended early, the former fact stays known.
    ending = {"ends_on": TODAY.isoformat(), "note": "back already"}
    assert send(cast.training_admin, f"{address}/end", ending).status_code == 303
    assert before(session) == (2, 1)
    assert session.scalars(select(Exemption.superseded_at)).one() is not None


def before(session: Session) -> tuple[int, int]:
    """Return due and done of the center's two learners."""
    session.rollback()
    wanted = ("00101", "00102")
    lines = [
        line
        for number in wanted
        for line in list_person_lines(
            session, scope=whole_network(TODAY), person_id=person_named(session, number).id, as_of=TODAY
        )
    ]
    return sum(line.counted for line in lines), sum(line.counted and line.done for line in lines)


def test_a_learner_asks_for_more_time_and_the_center_grants_it(
    cast: Cast, send: Callable, look: Callable, session: Session
):
    assert "/me/exceptions/new?kind=extension" in look(cast.employee, "/me").text.replace("&amp;", "&")
    until = TODAY + timedelta(days=20)
    asked = {
        "course": cast.course.public_id, "due_on": until.isoformat(), "reason_code": "WORKLOAD",
        "reason": "the season", "request_key": "x1",
    }  # fmt: skip
    assert send(cast.employee, page_of(cast.employee, "extension"), asked).headers["Location"] == "/me/exceptions"
    again = send(cast.employee, page_of(cast.employee, "extension"), asked | {"request_key": "x2"})
    assert again.status_code == 422, "one of a kind waits at a time"
    request = only_request(session)
    address = f"/exceptions/{request.public_id}/decision"
    inbox = look(cast.coordinator, "/exceptions")
    assert cast.employee.name in inbox.text
    assert re.search(r'class="count">1<', inbox.text), "the navigation counts what waits"
    sooner = {"what": "approve", "due_on": (until - timedelta(days=5)).isoformat(), "note": "so much"}
    assert send(cast.coordinator, address, sooner).status_code == 303
    session.rollback()
    found = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    assert (found.due_on, found.nominal_due_on) == (until - timedelta(days=5), date(2019, 1, 31))
    assert session.scalars(select(Extension.due_on)).one() == found.due_on
    assert send(cast.coordinator, address, sooner).status_code == 303, "the same decision again changes nothing"
    assert send(cast.coordinator, address, {"what": "decline", "note": "no"}).status_code == 422
    assert "기한 연장이 승인" in look(cast.employee, "/me").text


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("exemption", {"last_on": (TODAY + timedelta(days=400)).isoformat()}),
        ("exemption", {"starts_on": "2019-01-01", "last_on": "2019-02-01"}),
        ("exemption", {"evidence": ""}),
        ("exemption", {"course": []}),
        ("extension", {"due_on": "2019-01-30", "reason_code": "WORKLOAD"}),
        ("extension", {"due_on": (TODAY + timedelta(days=91)).isoformat(), "reason_code": "WORKLOAD"}),
        ("credit", {"completed_on": (TODAY + timedelta(days=1)).isoformat(), "reason_code": "OUTSIDE"}),
    ],
)
def test_what_is_not_sound_is_refused_and_kept_in_the_form(
    cast: Cast, send: Callable, session: Session, kind: str, changes: dict[str, Any]
):
    values = EXEMPT | {"course": [cast.course.public_id]} | changes
    answer = send(cast.coordinator, page_of(cast.employee, kind), values)
    assert answer.status_code == 422
    assert EXEMPT["reason"] in answer.text
    assert session.scalar(select(func.count()).select_from(ExceptionRequest)) == 0


def test_nobody_asks_for_an_exemption_for_themselves_and_credit_is_a_completion_with_evidence(
    cast: Cast, send: Callable, session: Session
):
    asked = EXEMPT | {"course": [cast.course.public_id]}
    own = send(cast.coordinator, page_of(cast.coordinator, "exemption"), asked)
    assert own.status_code == 422, "the kind is not offered; the form is another one"
    credit = asked | {"completed_on": "2019-01-15", "reason_code": "OUTSIDE", "evidence": "certificate 7"}
    assert send(cast.employee, page_of(cast.employee, "credit"), credit).status_code == 303
    request = only_request(session)
    purpose(cast, send)
    send(cast.training_admin, f"/exceptions/{request.public_id}/decision", {"what": "approve", "note": ""})
    session.rollback()
    found = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    assert (found.completed_on, found.evidence_kind) == (date(2019, 1, 15), "CREDIT")
    assert (found.evidence_note, found.recorded_by_id) == ("certificate 7", cast.training_admin.id)


def test_a_request_can_be_taken_back_or_declined_with_a_reason(cast: Cast, send: Callable, session: Session):
    asked = EXEMPT | {"course": [cast.course.public_id]}
    send(cast.coordinator, page_of(cast.employee, "exemption"), asked)
    first = f"/exceptions/{only_request(session).public_id}"
    assert send(cast.employee, f"{first}/withdrawal").status_code == 404
    assert send(cast.coordinator, f"{first}/withdrawal").status_code == 303
    send(cast.coordinator, page_of(cast.employee, "exemption"), asked | {"request_key": "e2"})
    second = f"/exceptions/{only_request(session).public_id}"
    purpose(cast, send)
    assert send(cast.training_admin, f"{first}/decision", {"what": "approve", "note": ""}).status_code == 422
    assert send(cast.training_admin, f"{second}/decision", {"what": "decline", "note": ""}).status_code == 422
    assert send(cast.training_admin, f"{second}/decision", {"what": "decline", "note": "no"}).status_code == 303
    session.rollback()
    states = session.scalars(select(ExceptionRequest.state).order_by(ExceptionRequest.id)).all()
    assert list(states) == ["WITHDRAWN", "DECLINED"]
    assert session.scalar(select(func.count()).select_from(Exemption)) == 0


def test_an_outage_moves_what_fell_due_in_it_after_a_preview_and_back(cast: Cast, send: Callable, session: Session):
    days = {"starts_on": "2019-01-30", "last_on": "2019-02-01", "reason": "server room", "request_key": "o1"}
    assert send(cast.coordinator, "/outages", days).status_code == 403
    preview = send(cast.training_admin, "/outages/preview", days)
    assert re.search(r"4\s*(건|items)", re.sub(r"<[^>]+>", "", preview.text))
    for _ in range(2):
        assert send(cast.training_admin, "/outages", days).status_code == 303
    session.rollback()
    assert set(session.scalars(select(Enrollment.due_on))) == {date(2019, 2, 3)}
    outage = session.scalars(select(Outage)).one()
    overlapping = days | {"request_key": "o2"}
    assert send(cast.training_admin, "/outages", overlapping).status_code == 422
    withdrawal = f"/outages/{outage.public_id}/withdrawal"
    assert send(cast.training_admin, withdrawal, {"note": ""}).status_code == 422
    assert send(cast.training_admin, withdrawal, {"note": "another server"}).status_code == 303
    session.rollback()
    assert set(session.scalars(select(Enrollment.due_on))) == {date(2019, 1, 31)}


def test_two_rows_of_one_human_share_their_exemptions_until_it_is_undone(cast: Cast, session: Session):
    add_exemption(session, cast.colleague.id, cast.course.id)
    merging = Merging(cast.employee.id, cast.colleague.id, False)
    assert preview(session, merging)[0].merged == 0
    kept = apply(session, actor_at(utcnow()), merging)
    current = select(Exemption.person_id).where(Exemption.superseded_at.is_(None))
    assert session.scalars(current).all() == [cast.employee.id]
    undo(session, actor_at(utcnow()), merging, kept)
    assert session.scalars(current).all() == [cast.colleague.id]
    assert session.scalar(select(func.count()).select_from(Exemption)) == 3, "every former fact stays known"


def test_the_command_line_lists_shares_and_alerts(cast: Cast, session: Session, runner: FlaskCliRunner):
    add_exemption(session, cast.employee.id, cast.course.id).recorded_at = utcnow()
    session.commit()
    listed = runner.invoke(args=["exemptions", "list", "--by", "center", "--format", "csv"])
    assert listed.exit_code == 0, listed.output
    assert re.search(rf"^{cast.center.code},[^,]+,1,3,1,33\.3,ALERT", listed.output, re.MULTILINE)
    known = runner.invoke(args=["exemptions", "list", "--known-at", str(TODAY - timedelta(days=1)), "--format", "csv"])
    assert known.exit_code == 0, known.output
    assert cast.center.code not in known.output, "the exemption was recorded later"
    later = runner.invoke(args=["exemptions", "list", "--as-of", "2017-01-01", "--alerts"])
    assert cast.center.code not in later.output
