"""Nothing that was learned is lost: tabs that close, connections that go, sessions that end, others on a phone."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import Settings
from lms.accounts.models import SignInSession
from lms.learning.content.storage import folder_in
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.people.models import Person
from lms.shared.clock import utcnow
from tests.learning.lessons import SECONDS, Lesson
from tests.support.browser import PHONE
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in_page

WAITING = "Object.keys(localStorage).filter(name => name.startsWith('queue:'))"
SAVED = re.compile(r"저장됨 \d\d:\d\d")


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast."""
    return small_cast(session)


@pytest.fixture
def lesson(session: Session, settings: Settings, cast: Cast) -> Lesson:
    """Give a course with a page, a video and a link."""
    lesson = Lesson(session, cast.course, folder_in(settings.data_dir))
    lesson.page()
    lesson.video()
    lesson.link()
    lesson.publish()
    session.commit()
    return lesson


class Told:
    """Every post that a browser sent, by key, with how often."""

    def __init__(self, page: Page) -> None:
        self.keys: dict[str, int] = {}
        page.context.on("request", self.listen)

    def listen(self, request: Request) -> None:
        """Note a post."""
        if request.method == "POST" and request.url.endswith("/posts"):
            key = json.loads(request.post_data or "{}")["key"]
            self.keys[key] = self.keys.get(key, 0) + 1


@pytest.fixture
def phone(
    app: Flask, live_server: str, cast: Cast, lesson: Lesson, new_page: Callable[..., AbstractContextManager[Page]]
) -> Iterator[Page]:
    """Give the employee's phone, on the first page of the course."""
    with new_page(viewport=PHONE) as page:
        sign_in_page(page, live_server, app, cast.employee)
        page.goto(f"{live_server}/learn/{lesson.course.public_id}")
        page.get_by_role("button", name="학습 시작").click()
        expect(page.locator("[data-status]")).to_have_text(SAVED)
        yield page


def arrived(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(ProgressPost.key).order_by(ProgressPost.id)))


def how_far(session: Session, lesson: Lesson, place: int) -> ModuleProgress:
    session.rollback()
    key = lesson.modules[place].key
    return session.scalars(select(ModuleProgress).filter_by(module_key=key)).one()


def open_module(page: Page, lesson: Lesson, place: int) -> None:
    page.goto(f"{page.url.rsplit('/', 1)[0]}/{lesson.modules[place].public_id}")


def all_sent(page: Page, record: str = "") -> None:
    """Wait until nothing waits on the device any more: of a study record, or of any."""
    for _ in range(100):
        still = [name for name in page.evaluate(WAITING) if f":{record}" in name]
        if not still:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"still waiting: {still}")


def counted(told: Told, session: Session, record_property, name: str) -> None:
    """Hold what was sent against what arrived: each once, none lost."""
    there = arrived(session)
    lost = told.keys.keys() - set(there)
    record_property(f"{name}: events sent, lost", f"{len(told.keys)}, {len(lost)}")
    assert told.keys
    assert not lost
    assert len(there) == len(set(there))


def test_a_video_goes_on_where_its_tab_was_closed(phone: Page, session: Session, lesson: Lesson, record_property):
    told = Told(phone)
    open_module(phone, lesson, 1)
    address = phone.url
    phone.locator("video").evaluate("video => { video.muted = true; return video.play(); }")
    phone.wait_for_timeout(3_200)
    phone.close(run_before_unload=False)
    again = phone.context.new_page()
    again.goto(address)
    expect(again.locator("[data-status]")).to_have_text(SAVED)
    all_sent(again)
    place = again.locator("video").evaluate(
        "async video => { while (video.readyState < 1) await new Promise(done => setTimeout(done, 50));"
        " await new Promise(done => setTimeout(done, 200)); return [video.currentTime, video.paused]; }"
    )
    assert 2 <= place[0] <= SECONDS - 1, place
    assert place[1], "it never plays by itself"
    row = how_far(session, lesson, 1)
    assert 30 <= row.percent < 100
    counted(told, session, record_property, "tab closed in a video")


def test_what_was_done_without_a_connection_arrives_once(
    phone: Page, session: Session, lesson: Lesson, record_property
):
    told = Told(phone)
    open_module(phone, lesson, 2)
    expect(phone.locator("[data-status]")).to_have_text(SAVED)
    all_sent(phone)
    before = len(arrived(session))
    phone.context.set_offline(True)
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    expect(phone.locator("[data-status]")).to_have_text("오프라인 — 이 기기에 보관 중 1건")
    expect(phone.locator("[data-announce]")).to_have_text("오프라인 — 이 기기에 보관 중 1건")
    assert len(arrived(session)) == before
    kept = phone.evaluate("Object.entries(localStorage).flat().join(' ')")
    assert "김하나" not in kept
    assert "00101" not in kept
    phone.context.set_offline(False)
    expect(phone.locator("[data-done]")).to_be_visible()
    all_sent(phone)
    assert len(arrived(session)) == before + 1
    counted(told, session, record_property, "offline and back")


def test_an_answer_that_is_no_answer_is_no_success(phone: Page, session: Session, lesson: Lesson, record_property):
    told = Told(phone)
    open_module(phone, lesson, 2)
    expect(phone.locator("[data-status]")).to_have_text(SAVED)
    all_sent(phone)
    page_of_sign_in = {"status": 200, "content_type": "text/html", "body": "<h1>로그인</h1>"}
    phone.route("**/posts", lambda route: route.fulfill(**page_of_sign_in))
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    expect(phone.locator("[data-status]")).to_have_text("오프라인 — 이 기기에 보관 중 1건")
    phone.unroute("**/posts")
    expect(phone.locator("[data-done]")).to_be_visible(timeout=10_000)
    assert max(told.keys.values()) > 1, "the same key goes out again"
    counted(told, session, record_property, "a page instead of an answer")


def test_two_tabs_agree(phone: Page, session: Session, lesson: Lesson, record_property):
    told = Told(phone)
    open_module(phone, lesson, 2)
    other = phone.context.new_page()
    other.goto(phone.url)
    for tab in (phone, other):
        expect(tab.locator("[data-status]")).to_have_text(SAVED)
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    for tab in (phone, other):
        expect(tab.locator("[data-done]")).to_be_visible()
        expect(tab.locator("[data-module-bar] [data-percent]")).to_have_text("100%")
    all_sent(other)
    counted(told, session, record_property, "two tabs")


def end_sessions(session: Session, person: Person) -> None:
    session.rollback()
    session.execute(update(SignInSession).where(SignInSession.person_id == person.id).values(revoked_at=utcnow()))
    session.commit()


def test_what_waits_is_sent_for_nobody_but_who_did_it(
    phone: Page, app: Flask, live_server: str, session: Session, cast: Cast, lesson: Lesson, record_property
):
    told = Told(phone)
    open_module(phone, lesson, 2)
    expect(phone.locator("[data-status]")).to_have_text(SAVED)
    all_sent(phone)
    end_sessions(session, cast.employee)
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    expect(phone.locator("[data-status]")).to_have_text("로그아웃됨 — 이 기기에 보관 중 1건")
    link = phone.get_by_role("link", name="로그인하고 돌아오기")
    expect(link).to_be_visible()
    link.click()
    expect(phone).to_have_url(re.compile(r"/sign-in\?next=.*study"))

    # Someone else takes the same phone: what waits is neither sent nor thrown away.
    before, asked = arrived(session), dict(told.keys)
    sign_in_page(phone, live_server, app, cast.namesake)
    phone.goto(f"{live_server}/learn/{lesson.course.public_id}")
    phone.get_by_role("button", name="학습 시작").click()
    expect(phone.locator("[data-status]")).to_have_text(SAVED)
    phone.wait_for_timeout(500)
    new = [key for key in arrived(session) if key not in before]
    assert new
    assert not set(new) & set(asked)
    (kept,) = (name for name in phone.evaluate(WAITING) if set(name.split(":")) & set(asked))
    records = {row.id: row.enrollment.person_id for row in session.scalars(select(StudyRecord))}
    posts = session.scalars(select(ProgressPost).where(ProgressPost.key.in_(new))).all()
    assert {records[post.record_id] for post in posts} == {cast.namesake.id}

    # The first person signs in again, and any page of theirs sends it.
    sign_in_page(phone, live_server, app, cast.employee)
    phone.goto(f"{live_server}/me")
    all_sent(phone, kept.split(":")[1])
    assert how_far(session, lesson, 2).completed_at is not None
    counted(told, session, record_property, "session ended, another person between")


def test_signing_out_warns_of_what_is_not_saved(phone: Page, lesson: Lesson, live_server: str):
    open_module(phone, lesson, 2)
    expect(phone.locator("[data-status]")).to_have_text(SAVED)
    all_sent(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="읽었음을 확인합니다").click()
    expect(phone.locator("[data-status]")).to_have_text(re.compile("보관 중 1건"))
    asked: list[str] = []
    phone.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    phone.locator("details.account > summary").click()
    phone.get_by_role("button", name="로그아웃").click()
    assert len(asked) == 1
    assert "저장되지 않은" in asked[0]
    assert phone.url.startswith(live_server + "/study/")
    phone.context.set_offline(False)
    all_sent(phone)
