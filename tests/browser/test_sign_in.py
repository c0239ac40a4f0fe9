"""Signing in with a real browser, by keyboard alone, on a desk and on a phone."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from lms.people.models import Person
from tests.support.browser import PHONE, accessibility_faults
from tests.support.network import small_cast
from tests.support.sign_in import PASSWORD, give_password, sign_in_page


@pytest.fixture
def employee(session: Session) -> Person:
    """Give someone with a password."""
    person = small_cast(session).employee
    give_password(session, person)
    session.commit()
    return person


def test_someone_signs_in_and_out_by_keyboard(page: Page, live_server: str, employee: Person):
    page.goto(f"{live_server}/account/password")
    expect(page.locator("#staff_no")).to_be_focused()
    page.keyboard.type(employee.staff_no)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server}/account/password")
    expect(page.locator("input[autocomplete=current-password]")).to_be_visible()
    page.locator("details.account > summary").focus()
    page.keyboard.press("Enter")
    page.locator("button.sign-out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server}/sign-in")
    page.go_back()
    page.wait_for_url("**/sign-in?next=**")


def test_a_wrong_password_is_told_and_what_was_typed_is_kept(page: Page, live_server: str, employee: Person):
    page.goto(f"{live_server}/sign-in")
    page.keyboard.type(employee.staff_no)
    page.keyboard.press("Tab")
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    expect(summary).to_be_focused()
    expect(page.locator("#staff_no")).to_have_value(employee.staff_no)
    expect(page.locator("#password")).to_have_value("")
    assert accessibility_faults(page) == []


def test_an_empty_field_is_named_and_its_link_leads_there(page: Page, live_server: str, app: Flask):
    page.goto(f"{live_server}/sign-in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#staff_no")).to_be_focused()
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_is_accessible_and_fits_a_phone(
    new_page: Callable[..., AbstractContextManager[Page]], live_server: str, language: str, theme: str
):
    with new_page(viewport=PHONE, color_scheme=theme, has_touch=True) as page:
        page.goto(f"{live_server}/sign-in")
        page.get_by_role("button", name={"ko": "한국어", "en": "English"}[language]).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        button = page.locator("form button[type=submit]").first.bounding_box()
        assert button is not None
        assert button["height"] >= 44
        assert accessibility_faults(page) == []


def test_a_password_is_changed(page: Page, live_server: str, app: Flask, employee: Person):
    sign_in_page(page, live_server, app, employee)
    page.goto(f"{live_server}/account/password")
    page.locator("#current").fill(PASSWORD)
    page.locator("#new").fill("dkssudgktpdy")
    page.locator("#again").fill("dkssudgktpdy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert accessibility_faults(page) == []
    page.locator("#current").fill(PASSWORD)
    page.locator("#new").fill("nine quiet foxes")
    page.locator("#again").fill("nine quiet foxes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.wait_for_load_state("networkidle")
