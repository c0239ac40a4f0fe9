"""A course on a phone: from home to its page, through its modules, to its completion."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.enrollments.models import Enrollment
from lms.learning.content.storage import folder_in
from lms.learning.progress.models import ModuleProgress, ProgressPost
from tests.browser.test_first_load import Traffic, stands
from tests.learning.lessons import Lesson
from tests.support.browser import DESK, PHONE, accessibility_faults
from tests.support.network import Cast, small_cast
from tests.support.screenshots import OVERFLOW
from tests.support.sign_in import sign_in_page

SMALL = {"width": 360, "height": 740}
MOST = 100 * 1024
# What a page says itself is in two slices of the font; names and texts of courses may ask for others.
CONTENT = r"/content/files/|/fonts/(names|interface|more-)"
LOOKS = [
    pytest.param(SMALL, "ko", "light", id="phone-ko-light"),
    pytest.param(SMALL, "en", "dark", id="phone-en-dark"),
    pytest.param(PHONE, "ko", "dark", id="390-ko-dark"),
    pytest.param(DESK, "ko", "light", id="desk-ko-light"),
]


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast."""
    return small_cast(session)


@pytest.fixture
def lesson(session: Session, settings: Settings, cast: Cast) -> Lesson:
    """Give a course with a page, a video, a document and a link."""
    lesson = Lesson(session, cast.course, folder_in(settings.data_dir))
    lesson.page()
    lesson.video()
    lesson.document()
    lesson.link()
    lesson.publish()
    session.commit()
    return lesson


@pytest.fixture
def phone(
    app: Flask, live_server: str, cast: Cast, lesson: Lesson, new_page: Callable[..., AbstractContextManager[Page]]
) -> Iterator[Page]:
    """Give the employee's phone, at home."""
    with new_page(viewport=SMALL) as page:
        sign_in_page(page, live_server, app, cast.employee)
        page.goto(f"{live_server}/me")
        yield page


def progress(session: Session, lesson: Lesson) -> dict[str, int]:
    """Return how far each begun module is, by its title."""
    session.rollback()
    titles = {module.key: module.title_ko for module in lesson.modules}
    return {titles[row.module_key]: row.percent for row in session.scalars(select(ModuleProgress))}


def give_time(session: Session, seconds: int = 60) -> None:
    """Let the learner have spent so long in the module at hand."""
    session.rollback()
    row = session.scalars(select(ModuleProgress).order_by(ModuleProgress.last_at.desc()).limit(1)).one()
    row.seconds = seconds
    session.commit()


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"저장됨 \d\d:\d\d"))


def test_from_home_to_the_completion(phone: Page, session: Session, lesson: Lesson, cast: Cast, record_property):
    phone.get_by_role("link", name="학습하기").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("고객 응대 기본")
    expect(phone.get_by_role("heading", name="이수까지 남은 것")).to_be_visible()
    phone.get_by_role("button", name="학습 시작").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("서비스 약속")
    saved(phone)
    give_time(session)
    phone.mouse.wheel(0, 20_000)
    expect(phone.locator("[data-done]")).to_be_visible()

    phone.get_by_role("link", name="다음").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("첫 인사")
    phone.locator("video").evaluate("video => { video.muted = true; return video.play(); }")
    expect(phone.locator("[data-done]")).to_be_visible(timeout=20_000)
    assert phone.url.endswith(lesson.modules[1].public_id), "nothing leads on by itself"

    phone.get_by_role("link", name="다음").click()
    expect(phone.locator("[data-number]")).to_have_text("1 / 2쪽")
    phone.get_by_role("button", name="다음 쪽").click()
    expect(phone.locator("[data-done]")).to_be_visible()

    phone.get_by_role("link", name="다음").click()
    saved(phone)
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    expect(phone.locator("[data-completed]")).to_be_visible()
    phone.get_by_role("link", name="과정으로").click()
    expect(phone.locator(".study-now .badge")).to_have_text("이수")

    assert set(progress(session, lesson).values()) == {100}
    enrollment = session.scalars(select(Enrollment).filter_by(person_id=cast.employee.id)).one()
    assert enrollment.completed_on is not None
    assert phone.evaluate("Object.keys(localStorage).filter(name => name.startsWith('queue:'))") == []
    record_property("events arrived", session.scalar(select(func.count()).select_from(ProgressPost)))


def test_a_page_opens_where_one_stopped(phone: Page, session: Session, lesson: Lesson, live_server: str):
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    phone.get_by_role("button", name="학습 시작").click()
    saved(phone)
    phone.mouse.wheel(0, 900)
    phone.wait_for_timeout(300)
    place = phone.evaluate("scrollY")
    assert place > 300
    # By address: a click would scroll to its link first.
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    phone.get_by_role("link", name="이어서 학습").click()
    stands(phone)
    assert abs(phone.evaluate("scrollY") - place) < 60
    assert 0 < progress(session, lesson)["서비스 약속"] < 100


def test_everything_works_by_keyboard(phone: Page, session: Session, lesson: Lesson, live_server: str):
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    phone.get_by_role("button", name="학습 시작").focus()
    phone.keyboard.press("Enter")
    saved(phone)
    for title in ("첫 인사", "안내서"):
        phone.get_by_role("link", name="다음").focus()
        phone.keyboard.press("Enter")
        expect(phone.get_by_role("heading", level=1)).to_have_text(title)
    expect(phone.locator("[data-number]")).to_have_text("1 / 2쪽")
    phone.locator("[data-viewer]").focus()
    phone.keyboard.press("ArrowRight")
    expect(phone.locator("[data-number]")).to_have_text("2 / 2쪽")
    expect(phone.locator("[data-text]")).to_contain_text("Service promise 2")
    phone.get_by_role("link", name="다음").focus()
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="읽었음을 확인합니다").focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-done]")).to_be_visible()


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_every_page_holds_on_every_screen(
    app: Flask, live_server: str, cast: Cast, lesson: Lesson, new_page, size, language, theme
):
    with new_page(viewport=size) as page:
        for name, value in (("language", language), ("theme", theme)):
            page.context.add_cookies([{"name": name, "value": value, "url": live_server}])
        sign_in_page(page, live_server, app, cast.employee)
        course = f"{live_server}/learn/{lesson.course.public_id}"
        page.goto(course)
        found = [f"before the start: {fault}" for fault in accessibility_faults(page)]
        page.locator("form.study-start button").click()
        base = page.url.rsplit("/", 1)[0]
        addresses = [course, f"{live_server}/me", *(f"{base}/{module.public_id}" for module in lesson.modules)]
        for address in addresses:
            page.goto(address)
            stands(page)
            found += [f"{address}: {fault}" for fault in accessibility_faults(page)]
            found += [f"{address}: {fault}" for fault in (page.evaluate(OVERFLOW),) if fault]
    assert found == []


def test_the_primary_action_is_within_reach_of_a_thumb(phone: Page, lesson: Lesson, live_server: str):
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    box = phone.get_by_role("button", name="학습 시작").bounding_box()
    assert box
    assert box["y"] > SMALL["height"] / 2
    assert box["height"] >= 44
    phone.get_by_role("button", name="학습 시작").click()
    box = phone.get_by_role("link", name="다음").bounding_box()
    assert box
    assert box["y"] > SMALL["height"] / 2
    assert box["height"] >= 44


def test_the_player_is_light(phone: Page, session: Session, lesson: Lesson, live_server: str, record_property):
    """Without the files of the course and the letters that only its own text needs."""
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    phone.get_by_role("button", name="학습 시작").click()
    saved(phone)
    cold = phone.context.browser.new_context(viewport=SMALL, locale="ko-KR")
    cold.add_cookies(phone.context.cookies())
    page, traffic = cold.new_page(), Traffic()
    traffic.listen(page)
    page.goto(phone.url)
    stands(page)
    weighed = {address: size for address, size in traffic.bytes.items() if not re.search(CONTENT, address)}
    cold.close()
    record_property("bytes of the first load of the player", sum(weighed.values()))
    assert 0 < sum(weighed.values()) <= MOST, sorted(weighed.items(), key=lambda one: -one[1])
