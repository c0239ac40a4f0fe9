"""The page of a center: who needs its coordinator this week."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.center.rules import Arrival, arrivals_of
from lms.completion.queries_shortfalls import list_shortfalls
from lms.completion.rules import ShortfallFilter
from lms.enrollments.rules import Away, Change, Event
from lms.people.rules import DutyKind, whole_network
from lms.shared.clock import local_date, utcnow
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in
from tests.support.statements import counted_statements

TODAY = local_date(utcnow(), "Asia/Seoul")


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def part(page: str, name: str) -> str:
    """Return the words of the table of that id; "" when there is none."""
    found = re.search(rf'id="{name}".*?</table>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


def test_arrivals_are_those_of_the_last_30_days_with_their_grace():
    events = [Event(Change.HIRE, day(-400)), Event(Change.TRANSFER, day(-29)), Event(Change.ROLE, day(1))]
    aways = [Away(day(-90), day(-30)), Away(day(-20), day(-3)), Away(TODAY)]
    assert arrivals_of(7, events, aways, TODAY) == [
        Arrival(7, Change.TRANSFER, day(-29), day(-15)),
        Arrival(7, None, day(-3), day(11)),
    ]


@pytest.mark.parametrize("who", ["coordinator", "representative"])
def test_who_looks_after_a_center_lands_there(cast: Cast, session: Session, client: FlaskClient, who: str):
    people = {"representative": Network(session).person("00150", "오대표", at=cast.center, role="OW")}
    session.commit()
    sign_in(client, people.get(who, cast.coordinator))
    assert client.get("/").headers["Location"] == "/center"
    assert "강남점" in client.get("/center").text


def test_those_who_fall_short_are_those_of_the_shortfall_list(cast: Cast, session: Session, look: Callable):
    net = Network(session)
    net.enroll(cast.colleague, net.course("MORE", title_ko="더 할 과정"), due_on=day(-3))
    session.commit()
    page = look(cast.coordinator, "/center")
    where = ShortfallFilter(unit_id=cast.center.id)
    listed = list_shortfalls(session, scope=whole_network(TODAY), as_of=TODAY, where=where)
    short = part(page, "short")
    assert {line.name for line in listed.rows} == {"김하나", "이두리"}
    assert all(line.name in short for line in listed.rows)
    assert "더 할 과정 D+3" in short
    assert "고객 응대 기본" in short
    assert short.index("김하나") < short.index("이두리")  # who has waited longest stands first
    assert re.search(r"33\.3%", page)
    assert re.search(r"3건 중 1건|1 of 3 due", page)


def test_what_falls_due_within_a_week_is_listed_by_day(cast: Cast, session: Session, look: Callable):
    net = Network(session)
    for number, days in (("A", 7), ("B", 1), ("C", 8), ("D", 0)):
        net.enroll(cast.colleague, net.course(number, title_ko=f"과정 {number}"), due_on=day(days))
    session.commit()
    soon = part(look(cast.coordinator, "/center"), "soon")
    assert "과정 C" not in soon
    assert [soon.index(f"과정 {code}") for code in "DBA"] == sorted(soon.index(f"과정 {code}") for code in "DBA")


def test_who_came_or_came_back_is_listed_with_the_end_of_grace(cast: Cast, session: Session, look: Callable):
    net = Network(session)
    net.person("00160", "새신입", at=cast.center, since=day(-4))
    mover = net.person("00161", "새전입", at=cast.next_door, until=day(-20))
    net.posting(mover, at=cast.center, since=day(-20))
    back = net.person("00162", "새복직", at=cast.center)
    net.leave(back, day(-60), day(-1))
    session.commit()
    came = part(look(cast.coordinator, "/center"), "arrivals")
    for words in ("새신입", "새전입", "새복직", str(day(10)), str(day(-6)), str(day(13))):
        assert words in came
    assert "김하나" not in came


def test_a_vacancy_is_said_and_who_is_in_charge_is_named_with_dates(cast: Cast, session: Session, look: Callable):
    page = look(cast.coordinator, "/center")
    assert re.search("서비스네트워크 대표자 공석|Vacant[^<]*Center representative", page)
    assert "박세나 CS" in part(page, "charge")
    session.rollback()
    Network(session).person("00150", "오대표", at=cast.center, role="OW", since=day(-9))
    session.commit()
    page = look(cast.coordinator, "/center")
    assert not re.search("공석|Vacant", page)
    assert "오대표" in part(page, "charge")
    assert str(day(-9)) in part(page, "charge")


def test_several_centers_of_duty_are_a_switch(cast: Cast, session: Session, look: Callable):
    assert f"/center/{cast.next_door.public_id}" not in look(cast.coordinator, "/center")
    session.rollback()
    Network(session).duty(cast.coordinator, DutyKind.DEPUTY_COORDINATOR, cast.next_door)
    session.commit()
    assert f"/center/{cast.next_door.public_id}" in look(cast.coordinator, "/center")
    assert "서초점" in look(cast.coordinator, f"/center/{cast.next_door.public_id}")


def test_a_coordinator_who_is_also_at_head_office_lands_at_the_own_center(
    cast: Cast, session: Session, client: FlaskClient
):
    Network(session).duty(cast.training_admin, DutyKind.COORDINATOR, cast.center)
    session.commit()
    sign_in(client, cast.training_admin)
    assert "강남점" in client.get("/", follow_redirects=True).text


def test_a_manager_sees_figures_at_once_and_names_after_a_purpose(cast: Cast, look: Callable, session: Session):
    page = look(cast.area_manager, f"/center/{cast.center.public_id}")
    assert cast.employee.name not in page
    assert "50.0%" in page
    assert f"/units/{cast.center.public_id}/purpose" in page
    session.rollback()
    assert not session.scalars(select(AuditEvent).where(AuditEvent.object_type == "center")).all()


def test_whom_the_page_named_is_in_the_trail(cast: Cast, look: Callable, session: Session):
    look(cast.coordinator, "/center")
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "center")).one()
    assert set(noted.subject_ids or []) == {cast.employee.id, cast.colleague.id, cast.coordinator.id}


def test_out_of_scope_and_missing_are_the_same_page(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    ids = [cast.far_away.public_id, cast.area.public_id, "zzzzzzzzzzz"]
    answers = [client.get(f"/center/{public_id}") for public_id in ids]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_who_looks_after_no_center_has_no_such_page(cast: Cast, client: FlaskClient):
    for person in (cast.employee, cast.area_manager, cast.training_admin, cast.executive):
        sign_in(client, person)
        assert client.get("/center").status_code == 403


def test_the_number_of_statements_does_not_grow_with_people(cast: Cast, session: Session, client: FlaskClient):
    sign_in(client, cast.coordinator)
    client.get("/center")
    counts = []
    for more in (0, 40):
        net = Network(session)
        for number in range(more):
            one = net.person(f"9{number:04}", f"사람{number}", at=cast.center, role="MT", since=day(-number))
            net.enroll(one, cast.course, due_on=day(number - 30))
        session.commit()
        with counted_statements() as seen:
            client.get("/center")
        # The trail keeps one row for each person that was named.
        counts.append(len([text for text in seen.texts if "audit_subject" not in text]))
    assert counts[0] == counts[1]
