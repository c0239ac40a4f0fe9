"""The learner's page of a course and the player, without script: what stands there, who reaches it, what forms tell."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.courses.models import CoursePrerequisite
from lms.enrollments.models import Enrollment
from lms.learning.content.storage import folder_in
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.shared.clock import utcnow
from tests.learning.lessons import Lesson
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast."""
    return small_cast(session)


@pytest.fixture
def lesson(session: Session, settings: Settings, cast: Cast) -> Lesson:
    """Give a course of two chapters, one of them a day."""
    lesson = Lesson(session, cast.course, folder_in(settings.data_dir), max_chapters_per_day=1)
    lesson.page()
    lesson.link(chapter=2)
    lesson.publish()
    session.commit()
    return lesson


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def start(client: FlaskClient, lesson: Lesson) -> str:
    """Press the button and return where it leads."""
    address = f"/learn/{lesson.course.public_id}"
    answer = client.post(f"{address}/start", data={"csrf_token": csrf_token(client, address)})
    assert answer.status_code == 303
    return answer.location


def test_starting_makes_one_record_and_leads_into_the_course(client: FlaskClient, session, cast, lesson):
    sign_in(client, cast.employee)
    before = words(client.get(f"/learn/{lesson.course.public_id}").get_data(as_text=True))
    assert "이수까지 남은 것" in before
    assert "학습 시작" in before
    assert "내일 열립니다" not in before
    first = start(client, lesson)
    assert first.endswith(lesson.modules[0].public_id)
    assert start(client, lesson) == first
    session.rollback()
    assert session.scalar(select(func.count()).select_from(StudyRecord)) == 1


def test_a_page_is_read_without_script_once_there_was_time_for_it(client: FlaskClient, session, cast, lesson):
    sign_in(client, cast.employee)
    address = start(client, lesson)
    token = csrf_token(client, address)
    client.post(address, data={"csrf_token": token, "key": "k1", "opened_at": utcnow().isoformat()})
    early = client.get(address).get_data(as_text=True)
    assert "조금 더 읽은 뒤" in early
    session.rollback()
    record = session.scalars(select(StudyRecord)).one()
    record.last_at = utcnow() - timedelta(minutes=10)
    session.commit()
    opened_at = (utcnow() - timedelta(minutes=5)).isoformat()
    form = {"csrf_token": token, "key": "k2", "opened_at": opened_at}
    for _ in range(2):
        client.post(address, data=form)
    session.rollback()
    assert session.scalars(select(ModuleProgress)).one().completed_at is not None
    assert session.scalars(select(ProgressPost.key).filter_by(key="k2")).all() == ["k2"]


def test_the_second_chapter_opens_tomorrow(client: FlaskClient, cast: Cast, lesson: Lesson):
    sign_in(client, cast.employee)
    address = start(client, lesson)
    client.post(address, data={"csrf_token": csrf_token(client, address), "key": "k1"})
    page = words(client.get(f"/learn/{lesson.course.public_id}").get_data(as_text=True))
    assert "내일 열립니다" in page
    second = f"{address.rsplit('/', 1)[0]}/{lesson.modules[1].public_id}"
    assert client.get(second).location == f"/learn/{lesson.course.public_id}"


def test_another_course_opens_it(client: FlaskClient, session: Session, cast: Cast, lesson: Lesson):
    needed = Network(session).course("FIRST", title_ko="먼저 할 과정")
    session.add(CoursePrerequisite(course_id=cast.course.id, requires_id=needed.id))
    session.commit()
    sign_in(client, cast.employee)
    address = f"/learn/{lesson.course.public_id}"
    assert "학습 시작" in client.get(address).get_data(as_text=True), "what was never assigned locks nothing"
    session.rollback()
    Network(session).enroll(cast.employee, needed, due_on=None)
    session.commit()
    page = client.get(address).get_data(as_text=True)
    assert "먼저 할 과정" in page
    assert "잠김" in page
    assert "학습 시작" not in page


def test_nobody_reaches_anothers_record(client: FlaskClient, cast: Cast, lesson: Lesson):
    sign_in(client, cast.employee)
    address = start(client, lesson)
    sign_in(client, cast.namesake)
    missing = client.get("/study/zzzzzzzzzzz/zzzzzzzzzzz")
    others = client.get(address)
    assert others.status_code == missing.status_code == 404
    assert others.get_data() == missing.get_data()


def test_home_leads_on_and_the_coordinator_sees_the_state(client: FlaskClient, session, cast, lesson):
    sign_in(client, cast.employee)
    home = client.get("/me").get_data(as_text=True)
    assert f'href="/learn/{lesson.course.public_id}"' in home
    assert "이어서 학습" not in home
    address = start(client, lesson)
    client.post(address, data={"csrf_token": csrf_token(client, address), "key": "k1"})
    home = client.get("/me").get_data(as_text=True)
    assert f'href="{address}"' in home
    assert "이어서 학습" in home
    catalog = client.get("/courses").get_data(as_text=True)
    assert "학습하기" in catalog
    sign_in(client, cast.coordinator)
    assert "학습 중" in words(client.get(f"/people/{cast.employee.public_id}").get_data(as_text=True))
    assert "학습하기" not in client.get("/courses").get_data(as_text=True)


def test_who_completed_looks_again(client: FlaskClient, session: Session, cast: Cast, lesson: Lesson):
    done = session.scalars(select(Enrollment).filter_by(person_id=cast.colleague.id)).one()
    assert done.completed_on
    sign_in(client, cast.colleague)
    page = words(client.get(f"/learn/{lesson.course.public_id}").get_data(as_text=True))
    assert "다시 보기" in page
    assert "이수까지 남은 것" not in page
