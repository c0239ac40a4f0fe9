"""The board of a center: everyone and every course, as their own pages say it; filtered, picked from, on a phone."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.center.queries import get_center, load_board
from lms.completion.queries import total_rate
from lms.completion.queries_enrollments import list_person_lines
from lms.completion.rules import EnrollmentState, RateFilter
from lms.people.rules import whole_network
from lms.shared.clock import local_date, utcnow
from tests.enrollments.factories import add_exemption
from tests.support.html import check_html
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in
from tests.support.statements import counted_statements

TODAY = local_date(utcnow(), "Asia/Seoul")
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def busy(cast: Cast, session: Session) -> Cast:
    """Give the cast with every state there is: late, soon, today, to come, expired, void, optional, on hold, cycles."""
    net = Network(session)
    away = net.person("00130", "문휴직", at=cast.center, role="SA")
    net.leave(away, day(-5), None)
    year = net.course("YEAR", version={"validity_months": 12}, tier_level=2)
    each = net.course("MONTH", tier_level=9)
    net.enroll(cast.employee, net.course("SOON", tier_level=2), due_on=day(3))
    net.enroll(cast.employee, net.course("TODAY"), due_on=TODAY)
    net.enroll(cast.employee, net.course("LATER"), due_on=day(30))
    net.enroll(cast.employee, year, due_on=day(-700), completed_on=day(-690))
    net.enroll(cast.employee, net.course("VOID"), due_on=day(-9), voided_on=day(-8))
    net.enroll(cast.employee, net.course("OPTION"), due_on=day(-9), required=False)
    net.enroll(cast.employee, net.course("NEVER"), due_on=None)
    net.enroll(away, cast.course, due_on=day(-2))
    net.enroll(cast.colleague, each, due_on=day(-40), completed_on=day(-35), has_later_cycle=True)
    net.enroll(cast.colleague, each, due_on=day(-10), cycle=2, has_later_cycle=True)
    net.enroll(cast.colleague, each, due_on=day(20), cycle=3)
    session.commit()
    return cast


def address(cast: Cast, query: str = "") -> str:
    return f"/center/{cast.center.public_id}/board{query}"


def tree(page: str) -> Element:
    return check_html(page)


def ticks(page: str) -> list[str]:
    return [box.get("value") or "" for box in tree(page).iter("input") if box.get("name") == "cell"]


def test_each_cell_stands_as_on_the_persons_own_page(busy: Cast, session: Session):
    scope = whole_network(TODAY)
    center = get_center(session, scope=scope, public_id=busy.center.public_id)
    board = load_board(session, scope=scope, center=center, as_of=TODAY)
    overdue = [(row.person.id, missing.course_id) for row in board.rows for missing in row.missing]
    add_exemption(session, *overdue[0])
    board = load_board(session, scope=scope, center=center, as_of=TODAY)
    codes = {course.id: course.code for course in board.courses}
    seen = set()
    for row in board.rows:
        lines = list_person_lines(session, scope=scope, person_id=row.person.id, as_of=TODAY)
        assert {codes[course_id] for course_id in row.cells} == {line.course_code for line in lines}
        for course_id, cell in row.cells.items():
            states = [(line.state, line.days, line.due_on) for line in lines if line.course_code == codes[course_id]]
            assert (cell.state, cell.days, cell.due_on) in states
            seen.add(cell.state)
        assert row.tally.due == sum(line.counted for line in lines)
        assert row.tally.done == sum(line.counted and line.done for line in lines)
        assert row.overdue == sum(line.counted and line.state is EnrollmentState.OVERDUE for line in lines)
    assert seen == set(EnrollmentState) - {EnrollmentState.DONE_LATE}
    where = RateFilter(unit_id=busy.center.id)
    whole = total_rate(session, scope=scope, as_of=TODAY, where=where).tally
    assert (whole.due, whole.done) == (sum(r.tally.due for r in board.rows), sum(r.tally.done for r in board.rows))


def test_of_several_cycles_the_missing_one_is_shown(busy: Cast, look: Callable):
    page = look(busy.coordinator, address(busy, "?tier=9"))
    assert re.search(r"기한 경과 10일|10 days overdue", page)


def test_rows_are_people_columns_courses_by_tier(busy: Cast, look: Callable):
    page = tree(look(busy.coordinator, address(busy)))
    heads = [head for head in page.iter("th") if head.get("scope") == "colgroup"]
    assert [head.get("colspan") for head in heads] == ["6", "2", "1"]
    names = [" ".join(head.itertext()).split()[0] for head in page.iter("th") if head.get("scope") == "row"]
    assert sorted(names) == sorted(["김하나", "이두리", "박세나", "문휴직"])


def test_every_open_cell_can_be_picked_but_ones_own(busy: Cast, session: Session, look: Callable):
    Network(session).enroll(busy.coordinator, busy.course, due_on=date(2019, 1, 31))
    session.commit()
    page = look(busy.coordinator, address(busy))
    found = ticks(page)
    assert f"{busy.employee.public_id}.{busy.course.public_id}" in found
    assert not [value for value in found if value.startswith(busy.coordinator.public_id)]
    assert not [value for value in found if value.startswith(f"{busy.colleague.public_id}.{busy.course.public_id}")]
    names = {box.get("aria-label") for box in tree(page).iter("input") if box.get("name") == "cell"}
    assert len(names) == len(found)
    assert any("김하나" in (name or "") and re.search("기한 경과|overdue", name or "") for name in names)


def test_a_column_or_a_person_can_be_picked_without_script(busy: Cast, look: Callable):
    def checked(query: str) -> int:
        page = look(busy.coordinator, address(busy, query))
        return len([box for box in tree(page).iter("input") if box.get("name") == "cell" and "checked" in box.attrib])

    assert checked("") == 0
    assert checked(f"?pick={busy.course.public_id}") == 2
    assert checked(f"?pick={busy.employee.public_id}") > 4


@pytest.mark.parametrize(
    ("query", "people", "columns"),
    [
        ("", 4, 9),
        ("?role=MT", 1, 9),
        ("?tier=2", 4, 2),
        ("?show=overdue", 2, 2),
        ("?show=soon", 1, 2),
        ("?show=holes", 2, 5),
        ("?show=holes&role=SA", 1, 4),
    ],
)
def test_filters_narrow_rows_and_columns(busy: Cast, look: Callable, query: str, people: int, columns: int):
    page = tree(look(busy.coordinator, address(busy, query)))
    assert len([head for head in page.iter("th") if head.get("scope") == "row"]) == people
    assert len([head for head in page.iter("th") if head.get("scope") == "col"]) == columns + 1


def test_only_holes_shows_nothing_else(busy: Cast, look: Callable):
    page = look(busy.coordinator, address(busy, "?show=overdue")).split("<tbody>")[1].split("</tbody>")[0]
    assert "tone-overdue" in page
    assert not re.search("tone-(done|soon|neutral|expired)", page)


@pytest.mark.parametrize("query", ["?role=XX", "?tier=77", "?show=all", "?view=tree"])
def test_what_means_nothing_is_said(busy: Cast, client: FlaskClient, query: str):
    sign_in(client, busy.coordinator)
    answer = client.get(address(busy, query))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_filters_that_leave_nothing_say_so(cast: Cast, look: Callable):
    assert "board-form" not in look(cast.coordinator, address(cast, "?show=soon"))


def test_a_phone_gets_a_card_for_each_person_unless_it_asks_for_the_board(busy: Cast, client: FlaskClient):
    sign_in(client, busy.coordinator)
    phone = {"User-Agent": PHONE}
    assert "<table>" not in client.get(address(busy), headers=phone).text
    assert "<table>" in client.get(address(busy, "?view=grid"), headers=phone).text
    cards = client.get(address(busy, "?view=cards")).text
    assert "<table>" not in cards
    assert cards.count("board-card") >= 4
    assert sorted(ticks(cards)) == sorted(ticks(client.get(address(busy, "?view=grid")).text))


def test_whoever_moved_away_today_is_gone_and_whoever_came_is_there(busy: Cast, session: Session, look: Callable):
    net = Network(session)
    gone = net.person("00140", "나간이", at=busy.center, until=TODAY)
    net.posting(gone, at=busy.far_away, since=TODAY)
    net.person("00141", "들어온이", at=busy.center, since=TODAY)
    net.enroll(gone, busy.course, due_on=day(-3))
    session.commit()
    page = look(busy.coordinator, address(busy))
    assert "나간이" not in page
    assert "들어온이" in page


def test_other_centers_units_above_and_missing_are_the_same_404(busy: Cast, client: FlaskClient):
    sign_in(client, busy.coordinator)
    units = (busy.next_door, busy.far_away, busy.area, busy.region)
    answers = [client.get(f"/center/{public_id}/board") for public_id in [*(u.public_id for u in units), "zzzzzzzzzzz"]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_a_manager_reads_after_a_purpose_and_picks_nothing(busy: Cast, client: FlaskClient, session: Session):
    sign_in(client, busy.area_manager)
    assert busy.employee.name not in client.get(address(busy)).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account/password").text)
    assert token
    client.post(
        f"/units/{busy.center.public_id}/purpose", data={"csrf_token": token[1], "reason": "visit of June", "next": "/"}
    )
    page = client.get(address(busy)).text
    assert busy.employee.name in page
    assert not ticks(page)
    assert "data-board" not in page


def test_whose_courses_were_looked_at_is_in_the_trail(busy: Cast, session: Session, look: Callable):
    look(busy.coordinator, address(busy, "?role=MT"))
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "board")).one()
    assert (noted.actor_id, noted.subject_ids) == (busy.coordinator.id, [busy.colleague.id])


@pytest.mark.parametrize("more", [0, 60])
def test_the_number_of_statements_does_not_grow_with_people(cast: Cast, session: Session, more: int):
    net = Network(session)
    for number in range(more):
        one = net.person(f"9{number:04}", f"사람{number}", at=cast.center, role="MT")
        net.enroll(one, cast.course, due_on=day(number - 30))
    session.commit()
    scope = whole_network(TODAY)
    center = get_center(session, scope=scope, public_id=cast.center.public_id)
    with counted_statements() as seen:
        board = load_board(session, scope=scope, center=center, as_of=TODAY)
    assert len(board.rows) == more + 3
    assert seen.total == 3
