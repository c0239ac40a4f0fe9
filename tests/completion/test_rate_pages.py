"""Rates, from a viewer's own unit down to people."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.completion.queries import total_rate
from lms.completion.rules import RateFilter
from lms.people.queries import scope_of
from lms.people.rules import DutyKind
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in

DAY = "2019-06-30"
AS_OF = f"as_of={DAY}"
DAY_ASKED = date.fromisoformat(DAY)


def test_an_area_manager_lands_on_their_area(cast: Cast, look: Callable):
    page = look(cast.area_manager, f"/rates?{AS_OF}")
    assert re.search(r"<h1>\s*서울", page)
    assert "50.0%" in page
    assert f"/rates/{cast.center.public_id}" in page
    assert f"/rates/{cast.far_away.public_id}" not in page


def test_head_office_starts_at_the_network_and_drills_down_to_a_center(cast: Cast, look: Callable):
    for place, next_place in [(None, cast.region), (cast.region, cast.area), (cast.area, cast.center)]:
        path = f"/rates/{place.public_id}" if place else "/rates"
        assert f"/rates/{next_place.public_id}?{AS_OF}" in look(cast.training_admin, f"{path}?{AS_OF}")


def test_the_way_back_up_ends_where_the_scope_ends(cast: Cast, look: Callable):
    page = look(cast.region_manager, f"/rates/{cast.center.public_id}?{AS_OF}")
    assert f'href="/rates/{cast.region.public_id}?{AS_OF}"' in page
    assert f"/rates/{cast.network.public_id}" not in page


def test_figures_are_those_of_the_query(cast: Cast, look: Callable, session: Session):
    page = look(cast.region_manager, f"/rates?{AS_OF}")
    day = DAY_ASKED
    scope = scope_of(session, person_id=cast.region_manager.id, on=day, names="purpose")
    tally = total_rate(session, scope=scope, as_of=day, where=RateFilter(unit_id=cast.region.id)).tally
    assert (tally.due, tally.done) == (2, 1)
    assert f"{tally.percent_text}%" in page
    assert re.search(r"2건 중 1건|1 of 2", page)


def test_a_unit_out_of_scope_and_one_that_is_not_there_are_the_same_page(cast: Cast, client: FlaskClient):
    sign_in(client, cast.area_manager)
    outside = client.get(f"/rates/{cast.far_away.public_id}")
    missing = client.get("/rates/22222222222")
    assert (outside.status_code, missing.status_code) == (404, 404)
    assert outside.data == missing.data


def test_a_small_center_says_that_it_is_small(cast: Cast, look: Callable):
    assert "#info" in look(cast.area_manager, f"/rates?{AS_OF}").split('id="rates"')[1]


def test_people_of_a_center_open_after_a_purpose(cast: Cast, client: FlaskClient):
    sign_in(client, cast.area_manager)
    path = f"/rates/{cast.center.public_id}?{AS_OF}"
    closed = client.get(path).get_data(as_text=True)
    assert cast.employee.name not in closed
    token = re.search(r'name="csrf_token" value="([^"]+)"', closed)
    assert token
    sent = {"csrf_token": token[1], "reason": "7월 방문 준비", "next": path}
    assert client.post(f"/units/{cast.center.public_id}/purpose", data=sent).status_code == 303
    assert cast.employee.name in client.get(path).get_data(as_text=True)


def test_an_executive_sees_figures_and_is_not_asked_for_a_purpose(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    for center, first in ((cast.center, 400), (cast.next_door, 420), (cast.far_away, 440)):
        for number in range(first, first + 8):
            net.enroll(net.person(f"{number:05}", f"직원{number}", at=center), cast.course, due_on=DAY_ASKED)
    session.commit()
    page = look(cast.executive, f"/rates/{cast.center.public_id}?{AS_OF}")
    assert "10.0%" in page
    assert cast.employee.name not in page
    assert "/purpose" not in page
    assert "/shortfalls" not in page


@pytest.mark.parametrize("by", ["role", "tier", "course"])
def test_a_center_breaks_down_by_role_tier_and_course(cast: Cast, look: Callable, by: str):
    page = look(cast.coordinator, f"/rates?{AS_OF}&by={by}")
    words = {"role": "서비스 어드바이저", "tier": "1", "course": "BASIC-01"}
    assert words[by] in page.split('id="rates"')[1]


def test_rates_sort_by_what_is_missing(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    busy = net.person("00301", "최바쁨", at=cast.next_door)
    for code in ("X-1", "X-2", "X-3"):
        net.enroll(busy, net.course(code), due_on=DAY_ASKED)
    session.commit()
    page = look(cast.area_manager, f"/rates?{AS_OF}&sort=-missing").split('id="rates"')[1]
    assert page.index(cast.next_door.public_id) < page.index(cast.center.public_id)


def test_what_is_no_date_is_said_beside_the_field(cast: Cast, client: FlaskClient):
    sign_in(client, cast.area_manager)
    answer = client.get("/rates?as_of=2019-02-30&role=NOBODY")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'href="#filter-as_of"' in page
    assert 'value="2019-02-30"' in page


def test_query_count_stays_the_same_as_a_center_grows(cast: Cast, client: FlaskClient, session: Session, query_count):
    sign_in(client, cast.coordinator)
    with query_count() as few:
        client.get(f"/rates?{AS_OF}")
    session.rollback()
    net = Network(session)
    for number in range(30):
        net.enroll(net.person(f"9{number:04}", f"직원{number}", at=cast.center), cast.course, due_on=DAY_ASKED)
    session.commit()
    with query_count() as many:
        client.get(f"/rates?{AS_OF}")
    assert many.total == few.total


def test_an_auditor_reads_no_rates(cast: Cast, client: FlaskClient, session: Session):
    net = Network(session)
    auditor = net.person("00905", "서리", at=cast.office)
    net.duty(auditor, DutyKind.AUDITOR, cast.network)
    session.commit()
    sign_in(client, auditor)
    assert client.get("/rates").status_code == 403
