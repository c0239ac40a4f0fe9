"""The main pages hold WCAG 2.2 AA by axe-core, in both languages and both themes, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page

from lms.demo.rules import SignInKind
from tests.browser.conftest import Visit
from tests.support.browser import DESK, PHONE, accessibility_faults

LOOKS = [
    pytest.param({"language": "ko", "theme": "light", "viewport": DESK}, id="ko-light-desk"),
    pytest.param({"language": "ko", "theme": "dark", "viewport": PHONE}, id="ko-dark-phone"),
    pytest.param({"language": "en", "theme": "dark", "viewport": DESK}, id="en-dark-desk"),
    pytest.param({"language": "en", "theme": "light", "viewport": PHONE}, id="en-light-phone"),
]


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def faults_at(page: Page, *paths: str) -> list[str]:
    """Return what is wrong with these pages, each named; a path may be a selector of the link that leads there."""
    found = []
    for path in paths:
        if path.startswith("/"):
            page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        else:
            page.goto(page.locator(path).first.evaluate("link => link.href"))
        found += [f"{page.url}: {fault}" for fault in accessibility_faults(page)]
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_coordinator(visit: Visit, look):
    with visit(SignInKind.COORDINATOR, **look) as page:
        assert faults_at(page, "/rates", "/shortfalls", "table#people tbody th a", "/courses") == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_an_area_manager(visit: Visit, look):
    with visit(SignInKind.AREA_MANAGER, **look) as page:
        assert faults_at(page, "/rates", "/shortfalls") == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_an_employee(visit: Visit, look):
    with visit(SignInKind.EMPLOYEE, **look) as page:
        assert faults_at(page, "/me", "a[href^='/courses/']", "/account/password") == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_the_training_administrator(visit: Visit, look):
    with visit(SignInKind.TRAINING_ADMIN, **look) as page:
        assert faults_at(page, "/imports", "/assignments") == []
