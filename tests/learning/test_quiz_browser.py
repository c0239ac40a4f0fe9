"""On a phone: a quiz of all six kinds by keyboard alone, its tab closed in the middle and opened again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.rules_attempts import Release
from lms.shared.clock import utcnow
from tests.learning.quizzing import attempts, taking
from tests.support.browser import PHONE, accessibility_faults
from tests.support.sign_in import sign_in_page


def reach(page: Page, wanted: Locator) -> None:
    """Go to an element by the Tab key alone."""
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key does not lead there")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_contain_text("저장됨")


def answer(page: Page, item: Any) -> None:
    """Answer the question on the screen rightly, by keyboard."""
    content = content_of(item.question)
    names = {place: name for name, place in item.options}
    if content.kind == "SHORT_TEXT":
        reach(page, page.locator("input[name=text]"))
        page.keyboard.type("복창")
    elif content.kind in {"ORDERING", "MATCHING"}:
        for at, place in enumerate(content.correct):
            row = page.locator("select[name=choice]").nth(at)
            reach(page, row)
            shown = [name for name, _ in item.options]
            for _ in range(shown.index(names[place]) + 1):
                page.keyboard.press("ArrowDown")
            expect(row).to_have_value(names[place])
    elif content.kind == "MULTIPLE":
        for place in content.correct:
            reach(page, page.locator(f"input[value='{names[place]}']"))
            page.keyboard.press("Space")
    else:
        reach(page, page.locator("input[type=radio]").first)
        page.keyboard.press("Space")
        for _ in range([name for name, _ in item.options].index(names[content.correct[0]])):
            page.keyboard.press("ArrowDown")
        expect(page.locator(f"input[value='{names[content.correct[0]]}']")).to_be_checked()
    saved(page)


def fits(page: Page) -> bool:
    page.wait_for_load_state("load")
    return bool(page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth"))


def press(page: Page, name: str) -> None:
    reach(page, page.get_by_role("button", name=name, exact=True).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_quiz_is_taken_by_keyboard_and_goes_on_after_the_tab_was_closed(
    app: Flask, live_server: str, session: Session, new_page: Callable[..., Any]
):
    quiz = taking(session, limit_minutes=30, release=Release.EACH)
    session.commit()
    with new_page(viewport=PHONE) as page:
        sign_in_page(page, live_server, app, quiz.cast.employee)
        session.rollback()
        page.goto(live_server + quiz.path)
        assert fits(page)
        press(page, "시험 시작")
        (attempt,) = attempts(session)
        items = {item.position: item for item in quiz.reload(attempt).items}
        for number in (1, 2, 3):
            expect(page.locator("h1")).to_have_text(f"6문항 중 {number}번")
            assert fits(page)
            assert not accessibility_faults(page)
            answer(page, items[number])
            if number < 3:
                press(page, "다음")
        # Closed without a word, as a phone does when someone walks up to the counter.
        context = page.context
        page.close()
        again = context.new_page()
        again.goto(live_server + quiz.path)
        press(again, "시험 이어서 보기")
        expect(again.locator("h1")).to_have_text("6문항 중 4번")
        expect(again.locator(".quiz-map .quiz-answered")).to_have_count(3)
        for number in (4, 5, 6):
            answer(again, items[number])
            press(again, "다음" if number < 6 else "확인하고 제출")
        expect(again.locator(".notice")).to_contain_text("모든 문항에 답했습니다")
        assert fits(again)
        press(again, "제출")
        expect(again.locator(".stat-value").first).to_have_text("100")
        assert fits(again)
        assert not accessibility_faults(again)
    assert quiz.reload(attempt).score == 100


def test_time_is_announced_and_what_was_chosen_in_time_goes_along(
    app: Flask, live_server: str, session: Session, new_page: Callable[..., Any]
):
    quiz = taking(session, limit_minutes=10)
    attempt = quiz.begin(utcnow() - timedelta(minutes=7, seconds=30))
    session.commit()
    with new_page(viewport=PHONE) as page:
        sign_in_page(page, live_server, app, quiz.cast.employee)
        session.rollback()
        page.clock.install()
        page.goto(f"{live_server}{quiz.path}/{attempt.public_id}/1")
        voice = page.locator("[data-announce]")
        expect(voice).to_have_text("")
        page.clock.run_for(100_000)
        expect(voice).to_contain_text("1분 남았습니다")
        with page.expect_navigation():
            page.clock.run_for(60_000)
        assert page.url.endswith("/end")


def test_it_works_without_script(app: Flask, live_server: str, session: Session, new_page: Callable[..., Any]):
    quiz = taking(session)
    session.commit()
    with new_page(viewport=PHONE, java_script_enabled=False) as page:
        sign_in_page(page, live_server, app, quiz.cast.employee)
        session.rollback()
        page.goto(live_server + quiz.path)
        page.get_by_role("button", name="시험 시작").click()
        (attempt,) = attempts(session)
        for item in quiz.reload(attempt).items:
            names = {place: name for name, place in item.options}
            content = content_of(item.question)
            if content.kind == "SHORT_TEXT":
                page.locator("input[name=text]").fill("복창")
            for at, place in enumerate(content.correct):
                if content.kind in {"ORDERING", "MATCHING"}:
                    page.locator("select[name=choice]").nth(at).select_option(names[place])
                else:
                    page.locator(f"input[value='{names[place]}']").check()
            page.get_by_role("button", name="다음" if item.position < 6 else "확인하고 제출", exact=True).first.click()
        page.get_by_role("button", name="제출", exact=True).click()
        expect(page.locator(".stat-value").first).to_have_text("100")
    assert quiz.reload(attempt).score == 100
