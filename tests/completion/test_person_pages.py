"""A person's page with its reasons, one's own list, and a course's people."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.shared.clock import local_date, utcnow
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in

DAY = date(2019, 6, 30)


@pytest.fixture
def today() -> date:
    """Give the day of the request."""
    return local_date(utcnow(), "Asia/Seoul")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_each_line_says_why_it_counts_or_not(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    net.enroll(cast.employee, net.course("LATER"), due_on=date(2019, 7, 15))
    net.enroll(cast.employee, net.course("OPTION"), due_on=date(2019, 6, 1), required=False)
    net.enroll(cast.employee, net.course("VOIDED"), due_on=date(2019, 6, 1), voided_on=date(2019, 5, 1))
    net.enroll(cast.employee, net.course("LATE"), due_on=date(2019, 6, 1), completed_on=date(2019, 6, 11))
    net.enroll(cast.employee, net.course("NEVER"), due_on=None)
    session.commit()
    page = words(look(cast.coordinator, f"/people/{cast.employee.public_id}?as_of={DAY}"))
    for sentence in (
        "the due date passed 150 days ago|기한이 150일 지나",
        "falls due on 2019-07-15|기한이 2019-07-15",
        "taking it is optional|선택 과정",
        "withdrawn from 2019-05-01|2019-05-01부터 대상에서",
        "10 days after the due date|10일 늦은",
        "it has no due date|기한이 없는",
    ):
        assert re.search(sentence, page), sentence
    assert "50.0%" in page
    assert re.search("1 of 2 due|2건 중 1건", page)


def test_the_page_of_a_past_day_shows_where_the_person_was_then(cast: Cast, look: Callable, session: Session):
    net = Network(session)
    mover = net.person("00120", "문이동", at=cast.next_door, until=date(2019, 3, 1))
    net.posting(mover, at=cast.center, since=date(2019, 3, 1))
    session.commit()
    then = look(cast.coordinator, f"/people/{mover.public_id}?as_of=2019-02-01")
    assert "서초점" in then.split('class="lead"')[1].split("</p>")[0]
    history = then.split('id="postings"')[1]
    assert "서초점" in history
    assert "강남점" in history
    assert "2019-02-28" in history


def test_out_of_scope_and_missing_are_the_same_page(cast: Cast, client: FlaskClient):
    sign_in(client, cast.coordinator)
    outside = client.get(f"/people/{cast.namesake.public_id}")
    missing = client.get("/people/22222222222")
    assert (outside.status_code, missing.status_code) == (404, 404)
    assert outside.data == missing.data


def test_a_manager_states_a_purpose_before_a_page_names_anyone(cast: Cast, look: Callable):
    page = look(cast.area_manager, f"/people/{cast.employee.public_id}")
    assert cast.employee.name not in page
    assert cast.employee.staff_no not in page
    assert f"/units/{cast.center.public_id}/purpose" in page


def test_whose_page_was_opened_is_recorded_but_not_ones_own(cast: Cast, look: Callable, session: Session):
    look(cast.coordinator, f"/people/{cast.employee.public_id}")
    look(cast.employee, f"/people/{cast.employee.public_id}")
    session.rollback()
    notes = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "person")).all()
    assert [(note.actor_id, note.subject_ids) for note in notes] == [(cast.coordinator.id, [cast.employee.id])]


def test_an_employee_reads_what_to_do_next(cast: Cast, look: Callable, session: Session, today: date):
    net = Network(session)
    net.enroll(cast.employee, net.course("SOON", title_ko="곧 할 과정"), due_on=today + timedelta(days=3))
    net.enroll(cast.employee, net.course("DONE", title_ko="마친 과정"), due_on=today, completed_on=today)
    session.commit()
    page = look(cast.employee, "/me")
    first = page.split('class="next-step"')[1].split("</section>")[0]
    assert "고객 응대 기본" in first  # overdue since 2019
    assert "곧 할 과정" in page.split("</section>")[1]
    assert re.search("D-3|3 days left", page)
    assert "마친 과정" in page.split('class="ladder"')[1]


def test_whoever_has_done_everything_is_told_so(cast: Cast, look: Callable):
    page = look(cast.colleague, "/me")
    assert "next-step" not in page.split("</head>")[1]
    assert "고객 응대 기본" in page


def test_whoever_has_nothing_is_told_what_will_appear(cast: Cast, look: Callable):
    assert 'class="empty"' in look(cast.coordinator, "/me")


def test_query_count_of_ones_own_list_stays_the_same(cast: Cast, client: FlaskClient, session: Session, query_count):
    sign_in(client, cast.employee)
    with query_count() as few:
        client.get("/me")
    session.rollback()
    net = Network(session)
    for number in range(20):
        net.enroll(cast.employee, net.course(f"N-{number}"), due_on=DAY)
    session.commit()
    with query_count() as many:
        client.get("/me")
    assert many.total == few.total


def test_a_course_shows_its_people_within_scope(cast: Cast, look: Callable):
    page = look(cast.coordinator, f"/courses/{cast.course.public_id}/enrollments?as_of={DAY}")
    listed = page.split('id="enrollments"')[1]
    assert "00101" in listed
    assert "00102" in listed
    assert "00201" not in listed
    still_open = look(cast.coordinator, f"/courses/{cast.course.public_id}/enrollments?as_of={DAY}&show=open")
    assert "00102" not in still_open.split('id="enrollments"')[1]


def test_a_course_names_nobody_before_a_purpose(cast: Cast, look: Callable):
    page = look(cast.training_admin, f"/courses/{cast.course.public_id}/enrollments?as_of={DAY}")
    assert "김하나" not in page
    assert f"/units/{cast.network.public_id}/purpose" in page


def test_query_count_of_a_course_stays_the_same(cast: Cast, client: FlaskClient, session: Session, query_count):
    path = f"/courses/{cast.course.public_id}/enrollments?as_of={DAY}"
    sign_in(client, cast.coordinator)
    with query_count() as few:
        client.get(path)
    session.rollback()
    net = Network(session)
    for number in range(30):
        net.enroll(net.person(f"8{number:04}", f"직원{number:02}", at=cast.center), cast.course, due_on=DAY)
    session.commit()
    with query_count() as many:
        client.get(path)
    assert many.total == few.total
