"""Appointing, ending and replacing on the pages: within reach, with history, and in force on the day."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.people.models import Duty, OrgUnit, Person
from lms.people.queries import scope_of
from lms.people.rules import DutyKind
from lms.shared.clock import local_date, utcnow
from tests.factories import noise
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import counted_statements

TODAY = local_date(utcnow(), "Asia/Seoul")
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


@pytest.fixture
def head(session: Session, cast: Cast) -> Person:
    """Add a representative by job at the center, among people nobody asks for."""
    noise(session)
    person = Network(session).person("00110", "남궁 대표", at=cast.center, role="OW")
    session.commit()
    return person


def send(client: FlaskClient, unit: OrgUnit, what: str = "new", **values: object) -> TestResponse:
    token = csrf_token(client, "/account/password")
    sent = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return client.post(f"/duties/{unit.public_id}/{what}", data={"csrf_token": token, **sent})


def wish(person: Person, kind: DutyKind, since: date = TODAY, **rest: object) -> dict[str, object]:
    return {"person": person.public_id, "kind": kind, "starts_on": since, **rest}


def ref(person: Person, kind: DutyKind, since: date = date(2018, 1, 1)) -> str:
    return f"{kind}.{person.public_id}.{since.isoformat()}"


def known(session: Session, unit: OrgUnit) -> list[tuple[str, str, date, date | None]]:
    session.rollback()
    rows = session.execute(
        select(Person.staff_no, Duty.kind, Duty.starts_on, Duty.ends_on)
        .join(Duty, Duty.person_id == Person.id)
        .where(Duty.unit_id == unit.id, Duty.superseded_at.is_(None))
        .order_by(Duty.starts_on)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def duties_on(session: Session, person: Person, on: date) -> frozenset[DutyKind]:
    session.rollback()
    return scope_of(session, person_id=person.id, on=on, names="purpose").duties


def test_a_representative_appoints_a_deputy_who_may_from_that_day_on(
    client: FlaskClient, session: Session, cast: Cast, head: Person
):
    sign_in(client, head)
    page = client.get(f"/duties/{cast.center.public_id}/new").text
    assert "이두리" in page
    assert "남궁 대표" in page, "a colleague by name; the rules refuse themselves"
    answer = send(client, cast.center, **wish(cast.colleague, DutyKind.DEPUTY_COORDINATOR, TOMORROW))
    assert answer.status_code == 303
    assert known(session, cast.center)[-1] == ("00102", "DEPUTY_COORDINATOR", TOMORROW, None)
    assert duties_on(session, cast.colleague, TODAY) == frozenset()
    assert duties_on(session, cast.colleague, TOMORROW) == {DutyKind.DEPUTY_COORDINATOR}
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "duties.appoint")).one()
    assert (event.actor_id, event.subject_ids) == (head.id, [cast.colleague.id])
    shown = client.get(f"/duties/{cast.center.public_id}").text
    assert "이두리" in shown
    assert shown.count("남궁 대표") >= 2, "holder by job, and who appointed the deputy"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DutyKind.COORDINATOR, "has a main coordinator"),
        (DutyKind.AREA_MANAGER, "Not a valid choice"),
    ],
)
def test_what_the_rules_refuse_is_said_in_words(
    client: FlaskClient, session: Session, cast: Cast, head: Person, kind: DutyKind, words: str
):
    client.set_cookie("language", "en")
    sign_in(client, head)
    answer = send(client, cast.center, **wish(cast.colleague, kind))
    assert answer.status_code == 422
    assert words in answer.text
    assert len(known(session, cast.center)) == 1


def test_nobody_appoints_themselves_or_ends_their_own(client: FlaskClient, session: Session, cast: Cast, head: Person):
    client.set_cookie("language", "en")
    keeper = Network(session).person("00913", "도시스", at=cast.office, role="SY")
    Network(session).duty(keeper, DutyKind.SYSTEM_ADMIN, cast.network)
    session.commit()
    sign_in(client, keeper)
    answer = send(client, cast.network, **wish(keeper, DutyKind.TRAINING_ADMIN))
    assert (answer.status_code, "cannot appoint yourself" in answer.text) == (422, True)
    answer = send(client, cast.network, "end", duty=ref(keeper, DutyKind.SYSTEM_ADMIN), last_on=TODAY)
    assert (answer.status_code, "duty of your own" in answer.text) == (422, True)
    answer = send(client, cast.network, **wish(cast.region_manager, DutyKind.AUDITOR))
    assert (answer.status_code, "An auditor holds no other duty" in answer.text) == (422, True)
    assert (
        send(client, cast.network, "end", duty=ref(cast.executive, DutyKind.EXECUTIVE), last_on=YESTERDAY).status_code
        == 303
    )
    assert duties_on(session, cast.executive, TODAY) == frozenset()


def test_out_of_reach_is_missing(client: FlaskClient, session: Session, cast: Cast, head: Person):
    sign_in(client, head)
    for unit in (cast.next_door, cast.area, cast.network):
        assert client.get(f"/duties/{unit.public_id}").status_code == 404
        assert send(client, unit, **wish(cast.colleague, DutyKind.DEPUTY_COORDINATOR)).status_code == 404
    stranger = send(client, cast.center, **wish(cast.namesake, DutyKind.DEPUTY_COORDINATOR))
    assert stranger.status_code == 422, "works at a center that is not the representative's"
    sign_in(client, cast.coordinator)
    assert client.get(f"/duties/{cast.center.public_id}").status_code == 200
    assert client.get(f"/duties/{cast.center.public_id}/new").status_code == 403
    sign_in(client, cast.employee)
    assert client.get(f"/duties/{cast.center.public_id}").status_code == 403
    assert len(known(session, cast.center)) == 1


def test_an_area_manager_states_a_purpose_before_names(client: FlaskClient, session: Session, cast: Cast, head: Person):
    sign_in(client, cast.area_manager)
    address = f"/duties/{cast.center.public_id}"
    assert "박세나" not in client.get(address).text
    assert "이두리" not in client.get(f"{address}/new?q=00102").text
    assert send(client, cast.center, **wish(cast.colleague, DutyKind.DEPUTY_COORDINATOR)).status_code == 422
    token = csrf_token(client, address)
    client.post(f"/units/{cast.center.public_id}/purpose", data={"csrf_token": token, "reason": "후임 선임"})
    assert "박세나" in client.get(address).text
    assert send(client, cast.center, **wish(cast.colleague, DutyKind.DEPUTY_COORDINATOR)).status_code == 303
    session.rollback()
    seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "duties.view")).all()
    assert any(cast.coordinator.id in (event.subject_ids or []) for event in seen)


def test_replacing_ends_the_one_the_day_before_the_other_begins(
    client: FlaskClient, session: Session, cast: Cast, head: Person
):
    sign_in(client, head)
    old = ref(cast.coordinator, DutyKind.COORDINATOR)
    assert "박세나" in client.get(f"/duties/{cast.center.public_id}/new?replaces={old}").text
    sent = wish(cast.colleague, DutyKind.COORDINATOR, TOMORROW, replaces=old, last_on=TOMORROW + timedelta(days=9))
    assert send(client, cast.center, **sent).status_code == 303
    assert known(session, cast.center) == [
        ("00103", "COORDINATOR", date(2018, 1, 1), TOMORROW),
        ("00102", "COORDINATOR", TOMORROW, TOMORROW + timedelta(days=10)),
    ]
    assert duties_on(session, cast.coordinator, TODAY) == {DutyKind.COORDINATOR}
    assert duties_on(session, cast.coordinator, TOMORROW) == frozenset()
    former = session.scalars(select(Duty).where(Duty.superseded_at.is_not(None))).one()
    assert (former.person_id, former.ends_on) == (cast.coordinator.id, None)
    client.set_cookie("language", "en")
    assert "Entries changed later" in client.get(f"/duties/{cast.center.public_id}").text


def test_ending_yesterday_cuts_access_today_and_what_has_not_begun_is_withdrawn(
    client: FlaskClient, session: Session, cast: Cast, head: Person
):
    other = client.application.test_client()
    sign_in(other, cast.coordinator)
    assert other.get("/shortfalls").status_code == 200
    sign_in(client, head)
    duty = ref(cast.coordinator, DutyKind.COORDINATOR)
    assert client.get(f"/duties/{cast.center.public_id}/end?duty={duty}").status_code == 200
    assert send(client, cast.center, "end", duty=duty, last_on=YESTERDAY).status_code == 303
    assert other.get("/shortfalls").status_code == 403
    assert send(client, cast.center, **wish(cast.colleague, DutyKind.COORDINATOR, TOMORROW)).status_code == 303
    coming = ref(cast.colleague, DutyKind.COORDINATOR, TOMORROW)
    assert send(client, cast.center, "end", duty=coming, withdraw="1").status_code == 303
    assert known(session, cast.center) == [("00103", "COORDINATOR", date(2018, 1, 1), TODAY)]
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "duties.end")) == 2
    assert send(client, cast.center, "end", duty=coming, withdraw="1").status_code == 404
    assert send(client, cast.center, "end", duty="x.y.z", last_on=TODAY).status_code == 404


@pytest.mark.parametrize("typed", ["00102", "이두", "ㅇㄷㄹ", "두리 00102"])
def test_a_person_is_found_by_number_syllables_or_initials(client: FlaskClient, cast: Cast, head: Person, typed: str):
    sign_in(client, head)
    page = client.get(f"/duties/{cast.center.public_id}/new", query_string={"q": typed}).text
    assert cast.colleague.public_id in page
    assert cast.employee.public_id not in page


def test_head_office_people_are_found_for_regions(client: FlaskClient, session: Session, cast: Cast, head: Person):
    sign_in(client, cast.training_admin)
    page = client.get(f"/duties/{cast.region.public_id}/new").text
    assert "윤바다" in page
    assert "이두리" not in page
    sent = wish(cast.area_manager, DutyKind.REGION_MANAGER)
    assert send(client, cast.region, **sent).status_code == 303


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2019-02-30", ""])
def test_a_day_that_cannot_be_meant(client: FlaskClient, session: Session, cast: Cast, head: Person, day: str):
    sign_in(client, head)
    sent = wish(cast.colleague, DutyKind.DEPUTY_COORDINATOR) | {"starts_on": day}
    assert send(client, cast.center, **sent).status_code == 422
    answer = send(client, cast.center, "end", duty=ref(cast.coordinator, DutyKind.COORDINATOR), last_on=day)
    assert answer.status_code == 422


def test_the_lists_hold_what_lies_within_reach(client: FlaskClient, session: Session, cast: Cast, head: Person):
    sign_in(client, head)
    only = client.get("/duties")
    assert (only.status_code, only.headers["Location"]) == (303, f"/duties/{cast.center.public_id}")
    assert cast.center.public_id not in client.get("/duties/vacancies").text, "a representative by job, a coordinator"
    sign_in(client, cast.region_manager)
    page = client.get("/duties").text
    assert all(name in page for name in ("수도권", "서울", "강남점", "서초점"))
    assert "해운대점" not in page
    assert "서초점" in client.get("/duties/vacancies").text
    sign_in(client, cast.training_admin)
    assert "해운대점" in client.get("/duties?q=C201").text
    assert "강남점" not in client.get("/duties?q=C201").text


def test_a_units_page_asks_a_fixed_number_of_questions(client: FlaskClient, session: Session, cast: Cast, head: Person):
    sign_in(client, head)
    address = f"/duties/{cast.center.public_id}"
    client.get(address)
    with counted_statements() as few:
        client.get(address)
    session.rollback()
    net, center = Network(session), cast.center
    for number in range(30):
        one = net.person(f"7{number:04}", "새 사람", at=center)
        net.duty(one, DutyKind.DEPUTY_COORDINATOR, center)
    session.commit()
    with counted_statements() as many:
        client.get(address)
    assert many.total == few.total


def test_the_first_administrator_is_appointed_by_command(runner: FlaskCliRunner, session: Session, cast: Cast):
    done = runner.invoke(args=["duties", "appoint", "00901", "SYSTEM_ADMIN"])
    assert done.exit_code == 0, done.output
    session.rollback()
    duty = session.scalars(select(Duty).where(Duty.kind == DutyKind.SYSTEM_ADMIN)).one()
    assert (duty.person_id, duty.unit_id, duty.granted_by_id) == (cast.area_manager.id, cast.network.id, None)
    again = runner.invoke(args=["duties", "appoint", "00901", "SYSTEM_ADMIN"])
    assert (again.exit_code, "already" in again.output) == (1, True)
    for arguments, sentence in (
        (["00000", "SYSTEM_ADMIN"], "nobody has the staff number"),
        (["00102", "COORDINATOR", "--unit", "A1"], "no unit of that level"),
        (["00102", "COORDINATOR", "--unit", "C101"], "main coordinator"),
    ):
        refused = runner.invoke(args=["duties", "appoint", *arguments])
        assert (refused.exit_code, sentence in refused.output) == (1, True), refused.output
