"""Finding people: within the viewer's scope, while names are open, with a line on the trail."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.people.models import Person, StaffNumber
from lms.people.queries import scope_of
from lms.people.rules import DutyKind, Scope
from lms.people.search.queries import search_people
from lms.people.search.rules import Standing, search_text_of, terms_of
from lms.shared.clock import local_date, utcnow
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import Statements

TODAY = local_date(utcnow(), "Asia/Seoul")
Count = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast and someone who left, who is to come, who is away, and who came back under a new number."""
    people = small_cast(session)
    net = Network(session)
    net.person("00150", "김떠남", at=people.center, until=TODAY - timedelta(days=30))
    net.person("00151", "김올래", at=people.center, since=TODAY + timedelta(days=30))
    net.leave(net.person("00152", "김쉬어", at=people.center), TODAY - timedelta(days=3), None)
    again = net.person("70153", "김다시", at=people.center)
    session.add(StaffNumber(person_id=again.id, staff_no="00153", issued_on=TODAY))
    again.search_text = search_text_of(again.name, ["70153", "00153"])
    net.duty(people.executive, DutyKind.EXECUTIVE, people.network)
    session.commit()
    return people


def scope(session: Session, person: Person, names: str = "open") -> Scope:
    return scope_of(session, person_id=person.id, on=TODAY, names=names)  # type: ignore[arg-type]


def found(session: Session, viewer: Scope, typed: str) -> list[str]:
    return [one.staff_no for one in search_people(session, scope=viewer, terms=terms_of(typed)).rows]


def test_the_whole_network_is_searched_by_those_who_may(cast: Cast, session: Session):
    admin = scope(session, cast.training_admin)
    assert found(session, admin, "김하나") == ["00101", "00201"]
    assert found(session, admin, "ㄱㅎㄴ") == ["00101", "00201"]
    assert found(session, admin, "ㄱㅎㄴ 강남") == ["00101"]
    assert found(session, admin, "해운대") == ["00201"]
    assert found(session, admin, "c201") == ["00201"]
    assert found(session, admin, "0153") == ["70153"]
    assert found(session, admin, "김떠남") == ["00150"]
    assert found(session, admin, "없는사람") == []
    assert found(session, admin, "%") == []


def test_a_coordinator_finds_people_of_the_own_center_only(cast: Cast, session: Session):
    own = scope(session, cast.coordinator, "purpose")
    assert found(session, own, "김하나") == ["00101"]
    assert found(session, own, "해운대") == []
    assert found(session, own, "김떠남") == []


def test_where_people_stand_today(cast: Cast, session: Session):
    rows = search_people(session, scope=scope(session, cast.training_admin), terms=terms_of("ㄱ")).rows
    standings = {one.name: one.standing for one in rows}
    assert standings["김떠남"] is Standing.LEFT
    assert standings["김올래"] is Standing.TO_COME
    assert standings["김쉬어"] is Standing.ON_LEAVE
    assert standings["김다시"] is Standing.AT_WORK
    assert {one.center.code for one in rows if one.center} == {"C101", "C201", "HQ"}


def test_an_area_manager_states_a_purpose_first(cast: Cast, client: FlaskClient, session: Session):
    sign_in(client, cast.area_manager)
    closed = client.get("/people?q=김하나").get_data(as_text=True)
    assert "00101" not in closed
    assert f"/units/{cast.area.public_id}/purpose" in closed
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": "교육 안내 연락", "next": "/people?q=김하나"}
    answer = client.post(f"/units/{cast.area.public_id}/purpose", data=sent, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "00101" in page
    assert "00201" not in page


def test_with_one_center_opened_only_its_people_are_found(cast: Cast, client: FlaskClient, session: Session):
    sign_in(client, cast.training_admin)
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": "교육 안내 연락", "next": "/people?q=김하나"}
    page = client.post(f"/units/{cast.center.public_id}/purpose", data=sent, follow_redirects=True).text
    assert "00101" in page
    assert "00201" not in page
    assert "purpose-reason" in page


@pytest.mark.parametrize("who", ["employee", "executive"])
def test_others_search_nobody(cast: Cast, client: FlaskClient, who: str):
    sign_in(client, getattr(cast, who))
    assert client.get("/people?q=김하나").status_code == 403
    assert "/people" not in client.get("/me").get_data(as_text=True)


def test_a_search_is_recorded_with_whom_it_showed(cast: Cast, client: FlaskClient, session: Session):
    sign_in(client, cast.coordinator)
    assert client.get("/people?q=ㄱㅎㄴ").status_code == 200
    session.rollback()
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.search"))
    assert (line.subject_ids, line.detail) == ([cast.employee.id], {"q": "ㄱㅎㄴ"})


def test_nobody_found_says_what_can_be_searched(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    page = client.get("/people?q=없는사람").get_data(as_text=True)
    assert "ㄱㅎㄴ" in page
    assert client.get("/people?q=<script>alert(1)</script>").get_data(as_text=True).count("<script>alert") == 0


def test_the_frame_offers_the_search_to_those_who_may(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    assert 'action="/people"' in client.get("/me").get_data(as_text=True)


def test_a_full_page_sends_as_many_statements_as_a_short_one(cast: Cast, session: Session, query_count: Count):
    net = Network(session)
    for number in range(60):
        net.person(f"8{number:04}", f"최대한{number:02}", at=cast.center)
    session.commit()
    admin = scope(session, cast.training_admin)
    with query_count() as seen:
        page = search_people(session, scope=admin, terms=terms_of("ㅊㄷㅎ"))
    assert (len(page.rows), page.total) == (50, 60)
    assert seen.total == 3
    assert len(search_people(session, scope=admin, terms=terms_of("ㅊㄷㅎ"), page=2).rows) == 10
