"""The shortfall list: who falls short, why, since when; and what stays closed without a purpose."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.queries_shortfalls import count_shortfalls
from lms.completion.rules import ShortfallFilter
from lms.people.models import NamePurpose
from lms.people.queries import scope_of
from lms.shared.clock import local_date, utcnow
from tests.support.network import RECORDED, Cast, Network
from tests.support.sign_in import sign_in

DAY = date(2019, 6, 30)
PATH = f"/shortfalls?as_of={DAY}"
HOSTILE = "<script>alert(1)</script>=1+1"


def opened(session: Session, cast: Cast) -> None:
    """Let the area manager have stated a purpose for their area today."""
    session.rollback()
    today = local_date(utcnow(), "Asia/Seoul")
    purpose = {"purpose": "점검", "recorded_at": RECORDED, "stated_on": today}
    session.add(NamePurpose(person_id=cast.area_manager.id, unit_id=cast.area.id, **purpose))
    session.commit()


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def rows(page: str) -> str:
    return page.split('id="people"')[1].split("</table>", maxsplit=1)[0] if 'id="people"' in page else ""


def test_a_coordinator_reads_who_what_and_since_when(cast: Cast, look: Callable):
    listed = rows(look(cast.coordinator, PATH))
    assert "김하나" in listed
    assert "00101" in listed
    assert "고객 응대 기본" in listed
    assert "D+150" in listed
    assert "이두리" not in listed
    assert cast.namesake.public_id not in listed


def test_names_stay_closed_until_a_purpose_is_stated(cast: Cast, client: FlaskClient, session: Session):
    sign_in(client, cast.area_manager)
    closed = client.get(PATH).get_data(as_text=True)
    assert "김하나" not in closed
    assert "00101" not in closed
    assert cast.employee.public_id not in closed
    assert f"/units/{cast.area.public_id}/purpose" in closed
    assert "강남점" in closed.split('id="centers"')[1]
    opened(session, cast)
    assert "김하나" in rows(client.get(PATH).get_data(as_text=True))


def test_a_closed_list_counts_the_chosen_severity(cast: Cast, look: Callable):
    page = look(cast.area_manager, PATH + "&severity=REMIND")
    assert 'id="centers"' not in page
    assert 'id="centers"' in look(cast.area_manager, PATH + "&severity=LONG_MISSING")


def test_the_count_is_that_of_the_query(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    for number in range(60):
        net.enroll(net.person(f"8{number:04}", f"직원{number:02}", at=cast.center), cast.course, due_on=DAY)
    session.commit()
    scope = scope_of(session, person_id=cast.coordinator.id, on=DAY, names="purpose")
    expected = count_shortfalls(session, scope=scope, as_of=DAY, where=ShortfallFilter())
    assert expected == 61
    page = look(cast.coordinator, PATH)
    assert re.search(rf"<strong>{expected}(명| people)", page)
    assert rows(page).count("<tr>") == 51  # the head and 50 people
    assert rows(look(cast.coordinator, PATH + "&page=2")).count("<tr>") == 12


def test_a_page_past_the_end_leads_back(cast: Cast, look: Callable):
    page = look(cast.coordinator, PATH + "&page=9")
    assert rows(page) == ""
    assert f'href="?as_of={DAY}"' in page


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("below=100", True),
        ("severity=LONG_MISSING", True),
        ("severity=REMIND", False),
        ("role=SA", True),
        ("role=MT", False),
        ("tier=1", True),
        ("tier=0", False),
        ("course=BASIC-01", True),
        ("people=everyone", True),
    ],
)
def test_each_filter_narrows_the_list_and_shows_as_a_chip(cast: Cast, look: Callable, parameters: str, found: bool):
    page = look(cast.coordinator, f"{PATH}&{parameters}")
    assert ("김하나" in rows(page)) is found
    assert page.count('class="chip"') == 2  # the day, and the filter


def test_people_sort_by_name_and_by_who_has_waited_longest(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    net.enroll(net.person("00111", "가나다", at=cast.center), cast.course, due_on=date(2019, 6, 1))
    session.commit()
    by_name = rows(look(cast.coordinator, PATH + "&sort=name"))
    assert by_name.index("가나다") < by_name.index("김하나")
    longest_first = rows(look(cast.coordinator, PATH))
    assert longest_first.index("김하나") < longest_first.index("가나다")


def test_a_hostile_name_is_only_a_name(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    net.enroll(net.person("00112", HOSTILE, at=cast.center), cast.course, due_on=date(2019, 6, 1))
    session.commit()
    page = look(cast.coordinator, PATH)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_unit_out_of_scope_is_refused_like_one_that_is_not_there(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    outside = client.get(f"{PATH}&unit={cast.far_away.public_id}")
    missing = client.get(f"{PATH}&unit=22222222222")
    assert (outside.status_code, missing.status_code) == (400, 400)
    assert without_token(outside.text).replace(cast.far_away.public_id, "22222222222") == without_token(missing.text)


@pytest.mark.parametrize("wrong", ["as_of=yesterday", "below=101", "below=-1", "severity=BAD", "sort=salary", "tier=x"])
def test_what_cannot_be_asked_is_said_and_kept(cast: Cast, client: FlaskClient, wrong: str):
    sign_in(client, cast.coordinator)
    answer = client.get(f"/shortfalls?{wrong}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'class="error-summary"' in page
    assert rows(page) == ""


def test_whoever_was_shown_is_in_the_access_record(cast: Cast, look: Callable, session: Session):
    look(cast.coordinator, PATH)
    session.rollback()
    note = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "shortfalls")).one()
    assert (note.action, note.actor_id, note.subject_ids) == ("view", cast.coordinator.id, [cast.employee.id])


def test_closed_names_leave_no_note(cast: Cast, look: Callable, session: Session):
    look(cast.area_manager, PATH)
    session.rollback()
    assert not session.scalars(select(AuditEvent).where(AuditEvent.object_type == "shortfalls")).all()


def test_query_count_stays_the_same_as_the_list_grows(cast: Cast, client: FlaskClient, session: Session, query_count):
    sign_in(client, cast.coordinator)
    with query_count() as few:
        client.get(PATH)
    session.rollback()
    net = Network(session)
    for number in range(40):
        person = net.person(f"8{number:04}", f"직원{number:02}", at=cast.center)
        for day in (1, 2, 3):
            net.enroll(person, cast.course, due_on=date(2019, 6, day), cycle=day, has_later_cycle=day < 3)
    session.commit()
    with query_count() as many:
        client.get(PATH)
    assert many.total == few.total
    assert few.total <= 25


def test_an_employee_and_an_executive_do_not_open_the_list(cast: Cast, client: FlaskClient):
    for person in (cast.employee, cast.executive):
        sign_in(client, person)
        assert client.get("/shortfalls").status_code == 403
