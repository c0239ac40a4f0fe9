"""The warning before a session ends: in time, by keyboard, in several tabs, and back to where one was."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.people.models import Person
from lms.shared.clock import utcnow
from tests.support.browser import PHONE, accessibility_faults
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in_page

DIALOG = "dialog.session-warning"


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast."""
    people = small_cast(session)
    session.commit()
    return people


@pytest.fixture
def employee(cast: Cast) -> Person:
    """Give someone with a page of their own."""
    return cast.employee


@pytest.fixture
def idle(page: Page, live_server: str, app: Flask, employee: Person) -> Page:
    """Give a page whose clock the test moves; it was just opened."""
    sign_in_page(page, live_server, app, employee)
    page.clock.install()
    page.goto(f"{live_server}/account")
    return page


def test_it_comes_two_minutes_before_and_one_key_is_enough(idle: Page):
    idle.locator("main a.button").first.focus()
    idle.clock.run_for(12 * 60_000)
    expect(idle.locator(DIALOG)).to_be_hidden()
    idle.clock.run_for(65_000)
    dialog = idle.get_by_role("alertdialog", name="곧 로그아웃됩니다")
    expect(dialog).to_be_visible()
    button = dialog.get_by_role("button")
    expect(button).to_have_count(1)
    expect(button).to_be_focused()
    expect(dialog.get_by_role("timer")).to_contain_text("1:5")
    assert idle.title().startswith("곧 로그아웃됩니다")
    assert accessibility_faults(idle) == []
    idle.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(idle.locator("main a.button").first).to_be_focused()
    idle.clock.run_for(12 * 60_000)
    expect(dialog).to_be_hidden()
    idle.clock.run_for(65_000)
    expect(dialog).to_be_visible()


def test_escape_stays_too(idle: Page):
    idle.clock.run_for(13 * 60_000 + 5_000)
    expect(idle.locator(DIALOG)).to_be_visible()
    with idle.expect_response("**/account/stay") as answer:
        idle.keyboard.press("Escape")
    assert answer.value.ok
    expect(idle.locator(DIALOG)).to_be_hidden()


def test_what_one_tab_does_the_others_know(idle: Page, live_server: str):
    other = idle.context.new_page()
    other.goto(f"{live_server}/account")
    idle.clock.run_for(13 * 60_000 + 5_000)  # the clock is the browser's, so every tab's
    for tab in (idle, other):
        expect(tab.locator(DIALOG)).to_be_visible()
    other.get_by_role("alertdialog").get_by_role("button").click()
    expect(other.locator(DIALOG)).to_be_hidden()
    expect(idle.locator(DIALOG)).to_be_hidden()
    other.close()


def test_the_end_leads_to_sign_in_and_from_there_back(
    idle: Page, live_server: str, app: Flask, session: Session, employee: Person
):
    idle.goto(f"{live_server}/account?tab=1")
    session.rollback()
    session.execute(update(SignInSession).values(last_seen_at=utcnow() - timedelta(minutes=20)))
    session.commit()
    idle.clock.run_for(16 * 60_000)
    idle.wait_for_url("**/sign-in?next=%2Faccount%3Ftab%3D1")
    expect(idle.get_by_text("오래 사용하지 않아")).to_be_visible()
    expect(idle.locator("input[name=next]").first).to_have_value("/account?tab=1")


def test_the_absolute_end_is_announced_and_cannot_be_put_off(
    page: Page, live_server: str, app: Flask, session: Session, employee: Person
):
    page.set_viewport_size(PHONE)
    sign_in_page(page, live_server, app, employee)
    session.rollback()
    session.execute(update(SignInSession).values(expires_at=utcnow() + timedelta(minutes=10)))
    session.commit()
    page.clock.install()
    page.goto(f"{live_server}/account")
    page.clock.run_for(8 * 60_000 + 5_000)
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button")).to_have_text("확인")
    expect(dialog).to_contain_text("하던 일을 저장한 뒤")
    assert accessibility_faults(page) == []
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.clock.run_for(30_000)
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_accounts_are_accessible_and_fit_a_phone(
    page: Page, live_server: str, app: Flask, cast: Cast, theme: str
):
    sign_in_page(page, live_server, app, cast.coordinator)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(PHONE)
    for path in ("/account", "/accounts"):
        page.goto(f"{live_server}{path}")
        assert accessibility_faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("main section form button").first.click()
    expect(page.locator(".slip").first).to_be_visible()
    expect(page.get_by_role("button", name="인쇄")).to_be_visible()
    assert accessibility_faults(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="인쇄")).to_be_hidden()
    expect(page.locator(".slip-code").first).to_be_visible()
