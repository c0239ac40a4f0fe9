"""One's own learning and records, on the pages: what to do next, why, by when; what is completed, and how it came."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.courses.models import CoursePrerequisite
from lms.enrollments import actions
from lms.enrollments.models import Assignment
from lms.enrollments.rules import Evidence, EvidenceKind, Source
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in

DAY = date(2019, 6, 30)
Look = Callable[[Person, str], str]


@pytest.fixture
def today() -> date:
    """Give the day of the request."""
    return local_date(utcnow(), "Asia/Seoul")


@pytest.fixture
def net(session: Session) -> Network:
    """Give the builder of more people and courses."""
    return Network(session)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def next_step_of(page: str) -> str:
    return words(page.split('class="next-step"')[1].split("</section>", maxsplit=1)[0])


def actor(person: Person, at: datetime) -> Actor:
    return Actor(person_id=person.id, label=person.name, origin="a test", at=at)


def test_a_course_says_who_assigned_it_and_why(cast: Cast, look: Look, net: Network, session: Session, today: date):
    course = net.course("ASKED", title_ko="맡긴 과정", version={"minutes": 45})
    assignment = Assignment(
        course_id=course.id, role_codes=["SA"], unit_codes=[], assigned_on=today, reason="민원 <접수> 후속",
        created_by_id=cast.coordinator.id, recorded_at=utcnow(), enrolled=1, request_key="k",
    )  # fmt: skip
    session.add(assignment)
    session.flush()
    asked = {"source": Source.ASSIGNMENT, "assignment_id": assignment.id, "assigned_on": today}
    net.enroll(cast.colleague, course, due_on=today + timedelta(days=3), **asked)
    session.commit()
    step = next_step_of(look(cast.colleague, "/me"))
    assert "맡긴 과정" in step
    assert re.search("D-3|3 days left", step)
    assert re.search("45분|45 minutes", step)
    assert f"{today}에 박세나 님이 배정했습니다" in step or "Assigned by 박세나" in step
    assert "민원 <접수> 후속" in step


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [
        ("ROLE", "맡은 직무에 필요한|The job role calls"),
        ("ANNUAL", "해마다 이수하는|every year"),
        ("MONTHLY", "이달의 과정|session of the month"),
    ],
)
@pytest.mark.backend("sqlite")
def test_a_course_by_rule_says_which(cast: Cast, look: Look, net: Network, session: Session, trigger: str, sentence):
    net.enroll(cast.colleague, net.course("RULED", trigger=trigger), due_on=DAY, source=Source.RULE)
    session.commit()
    assert re.search(sentence, next_step_of(look(cast.colleague, "/me")))


def test_what_opens_a_locked_course_comes_first_and_the_due_date_stands(
    cast: Cast, look: Look, net: Network, session: Session, today: date
):
    opener = net.course("OPENER", title_ko="여는 과정", tier_level=0)
    locked = net.course("LOCKED", title_ko="잠긴 과정", tier_level=2)
    session.add(CoursePrerequisite(course_id=locked.id, requires_id=opener.id))
    net.enroll(cast.colleague, opener, due_on=today + timedelta(days=20))
    net.enroll(cast.colleague, locked, due_on=today - timedelta(days=2))
    session.commit()
    page = look(cast.colleague, "/me")
    step = next_step_of(page)
    assert re.search("다음 할 일.*여는 과정|Do this next.*여는 과정", step)
    assert re.search("‘잠긴 과정’ 과정.2일 경과.이 열립니다|opens “잠긴 과정” .2 days past due", step)
    after = words(page.split('class="next-step"')[1].split("</section>", 1)[1])
    assert re.search(
        "‘여는 과정’ 과정을 마치면 열립니다. 기한은 그대로|Opens after completing “여는 과정”. Its due", after
    )
    ladder = words(page.split('class="ladder"')[1])
    assert re.search("잠김|Locked", ladder)
    assert re.search("과정을 마치면 1개 과정이 열립니다|1 course opens after", ladder)


def test_whoever_is_back_from_leave_reads_what_that_means(
    cast: Cast, look: Look, net: Network, session: Session, today: date
):
    back_on = today - timedelta(days=5)
    net.leave(cast.colleague, today - timedelta(days=60), back_on)
    nominal, due_on = today - timedelta(days=30), today + timedelta(days=9)
    late = net.course("LEAVE", title_ko="쉬는 동안의 과정")
    net.enroll(cast.colleague, late, due_on=due_on, nominal_due_on=nominal, assigned_on=today - timedelta(days=70))
    session.commit()
    page = words(look(cast.colleague, "/me"))
    assert f"복귀일({back_on})부터 적어도 14일" in page or f"14 days from your return on {back_on}" in page
    assert re.search("D-9|9 days left", page)
    assert f"원래 기한은 {nominal}이며, 휴직({back_on} 복귀)" in page or f"Moved from {nominal} for the leave" in page


def test_nobody_is_asked_for_anything_while_on_leave(
    cast: Cast, look: Look, net: Network, session: Session, today: date
):
    net.leave(cast.employee, today - timedelta(days=10), None)
    session.commit()
    page = look(cast.employee, "/me")
    assert 'class="next-step"' not in page
    assert re.search("휴직 중에는 기한이 멈춥니다|Due dates wait until you are back", page)


def test_query_count_stays_the_same_however_much_there_is(
    cast: Cast, client: FlaskClient, net: Network, session: Session, query_count
):
    cast_moved = {"nominal_due_on": date(2019, 5, 1)}
    net.enroll(cast.employee, net.course("MOVED"), due_on=date(2019, 5, 15), **cast_moved)
    net.enroll(cast.employee, net.course("DONE"), due_on=DAY, completed_on=DAY)
    session.commit()
    sign_in(client, cast.employee)

    def ask() -> list[int]:
        totals = []
        for path in ("/me", "/me/records"):
            with query_count() as seen:
                assert client.get(path).status_code == 200
            totals.append(seen.total)
        return totals

    few = ask()
    session.rollback()
    opener = net.course("N-0")
    for number in range(1, 25):
        course = net.course(f"N-{number}")
        session.add(CoursePrerequisite(course_id=course.id, requires_id=opener.id))
        done = {"completed_on": DAY} if number % 2 else {}
        net.enroll(cast.employee, course, due_on=DAY + timedelta(days=number), **cast_moved, **done)
    session.commit()
    assert ask() == few
    # The frame of every page takes some of them; three of home are what is learned here, what was begun, and
    # what is asked again.
    assert max(few) <= 19


def test_records_say_who_recorded_each_completion_and_how(cast: Cast, look: Look, net: Network, session: Session):
    by_hand = net.enroll(cast.employee, net.course("HAND", title_ko="모임 과정"), due_on=DAY)
    studied = net.course("SELF", title_ko="혼자 한 과정", version={"validity_months": 12})
    net.enroll(cast.employee, studied, due_on=DAY, completed_on=DAY)
    session.commit()
    evidence = Evidence(EvidenceKind.ATTENDANCE, "서명부 3쪽", "단체 교육 <6월>")
    recorded = {"enrollment_id": by_hand.id, "completed_on": date(2019, 6, 10), "evidence": evidence}
    actions.record_completion(session, **recorded, actor=actor(cast.coordinator, datetime(2019, 6, 11, tzinfo=UTC)))
    session.commit()
    page = look(cast.employee, "/me/records")
    rows = {name: words(row) for row in page.split("<tr>") for name in ("모임 과정", "혼자 한 과정") if name in row}
    assert "2019-06-10" in rows["모임 과정"]
    assert re.search(
        "2019-06-11에 박세나 CS 코디네이터 님이 기록|Recorded by 박세나 .CS coordinator.", rows["모임 과정"]
    )
    assert "서명부 3쪽" in rows["모임 과정"]
    assert "단체 교육 <6월>" in rows["모임 과정"]
    assert re.search("직접 학습해|by studying", rows["혼자 한 과정"])
    assert "2020-06-29" in rows["혼자 한 과정"], "the last day it holds"


def test_corrections_stay_beside_what_stands_now(cast: Cast, look: Look, net: Network, session: Session):
    line = net.enroll(cast.employee, net.course("WRONG", title_ko="고친 과정"), due_on=DAY, completed_on=DAY)
    gone = net.enroll(cast.employee, net.course("GONE", title_ko="취소된 과정"), due_on=DAY, completed_on=DAY)
    session.commit()
    by = actor(cast.coordinator, datetime(2019, 7, 2, 1, tzinfo=UTC))
    actions.correct_completion(
        session, enrollment_id=line.id, completed_on=date(2019, 6, 20), reason="날짜 오기", actor=by
    )
    actions.correct_completion(session, enrollment_id=gone.id, completed_on=None, reason="불참 확인", actor=by)
    session.commit()
    page = look(cast.employee, "/me/records")
    completed = words(page.split('id="completed"')[1].split("</table>")[0])
    assert re.search("2019-06-30에서 2019-06-20로 정정|corrected 2019-06-30 to 2019-06-20", completed)
    assert "날짜 오기" in completed
    assert "취소된 과정" not in completed
    taken_back = words(page.split('id="taken-back"')[1].split("</table>")[0])
    assert "취소된 과정" in taken_back
    assert "불참 확인" in taken_back


def test_withdrawn_courses_say_why(cast: Cast, look: Look, net: Network, session: Session):
    line = net.enroll(cast.employee, net.course("VOID", title_ko="빠진 과정"), due_on=DAY)
    session.commit()
    by = actor(cast.training_admin, datetime(2019, 7, 2, tzinfo=UTC))
    actions.void(session, enrollment_id=line.id, voided_on=DAY, reason="과정 폐지", actor=by)
    session.commit()
    withdrawn = words(look(cast.employee, "/me/records").split('id="withdrawn"')[1])
    assert "빠진 과정" in withdrawn
    assert "과정 폐지" in withdrawn


def test_a_coordinator_reads_the_records_of_their_people_and_it_is_noted(cast: Cast, look: Look, session: Session):
    page = look(cast.coordinator, f"/people/{cast.colleague.public_id}/records")
    assert "고객 응대 기본" in page
    assert "2019-01-20" in page
    session.rollback()
    note = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "records")).one()
    assert (note.actor_id, note.subject_count) == (cast.coordinator.id, 1)


def test_records_of_others_are_missing_or_wait_for_a_purpose(cast: Cast, client: FlaskClient, look: Look):
    sign_in(client, cast.coordinator)
    outside = client.get(f"/people/{cast.namesake.public_id}/records")
    missing = client.get("/people/22222222222/records")
    assert (outside.status_code, missing.status_code) == (404, 404)
    assert outside.data == missing.data
    closed = look(cast.area_manager, f"/people/{cast.colleague.public_id}/records")
    assert cast.colleague.name not in closed
    assert f"/units/{cast.center.public_id}/purpose" in closed


def test_whoever_looks_after_someone_reads_the_same_next_step_and_why(
    cast: Cast, look: Look, net: Network, session: Session, today: date
):
    opener, locked = net.course("OPENER", title_ko="여는 과정"), net.course("LOCKED", title_ko="잠긴 과정")
    session.add(CoursePrerequisite(course_id=locked.id, requires_id=opener.id))
    net.enroll(cast.colleague, opener, due_on=today + timedelta(days=20))
    net.enroll(cast.colleague, locked, due_on=today - timedelta(days=2))
    session.commit()
    page = words(look(cast.coordinator, f"/people/{cast.colleague.public_id}"))
    assert re.search("다음 할 일 여는 과정 D-20|To do next 여는 과정 20 days left", page)
    assert re.search("과정을 마치면 열립니다. 기한은 그대로|Its due date stands", page)


def test_empty_records_say_what_will_appear(cast: Cast, look: Look):
    assert 'class="empty"' in look(cast.coordinator, "/me/records")
