"""On a phone at the counter: a coordinator's center, an employee's own list. One column, nothing to push sideways."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.demo.rules import SignInKind
from tests.browser.conftest import Visit
from tests.support.browser import PHONE


def fits(page: Page) -> bool:
    """Tell whether nothing pushes sideways. Before its styles are there every page is too wide, so wait for them."""
    page.wait_for_load_state("load")
    return page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def number_in(page: Page, selector: str) -> int:
    return int(re.sub(r"\D", "", page.locator(selector).first.inner_text()))


def test_a_coordinator_sees_names_at_once_and_takes_the_list_along(visit: Visit, tmp_path: Path):
    with visit(SignInKind.COORDINATOR, viewport=PHONE) as page:
        page.locator("nav.bottom-bar a[href='/shortfalls']").click()
        expect(page.locator("form.purpose")).to_have_count(0)
        people = number_in(page, ".count-line strong")
        assert page.locator("table#people tbody tr").count() == people
        assert fits(page)
        page.locator("details.popover:has(#download-reason) > summary").click()
        page.locator("#download-reason").fill("이번 주 독려")
        with page.expect_download() as waiting:
            page.locator("button[name=format][value=csv]").click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        with file.open(encoding="utf-8-sig", newline="") as lines:
            assert len(list(csv.reader(lines))) == people + 1
        assert len({line[:8] for line in file.read_text("utf-8-sig").splitlines()[1:]}) == people


def test_a_coordinator_opens_one_person_and_comes_back(visit: Visit):
    with visit(SignInKind.COORDINATOR, viewport=PHONE) as page:
        page.locator("nav.bottom-bar a[href='/shortfalls']").click()
        link = page.locator("table#people tbody th a").first
        name = link.inner_text()
        link.click()
        expect(page.locator("h1")).to_have_text(name)
        assert fits(page)
        page.go_back()
        expect(page.locator("table#people")).to_be_visible()


def test_an_employee_sees_what_comes_next_and_what_is_done(visit: Visit):
    with visit(SignInKind.EMPLOYEE, viewport=PHONE) as page:
        expect(page).to_have_url(re.compile("/me$"))
        expect(page.locator("section.next-step a").first).to_be_visible()
        assert page.locator("nav.rail").is_hidden()
        assert fits(page)
        page.locator("details.rung > summary").first.click()
        assert page.locator("details.rung[open] .own-list li").count() >= 1
        page.locator("nav.bottom-bar a[href='/me/records']").click()
        assert page.locator("table#completed tbody tr").count() >= 8
        assert fits(page)


def test_what_can_be_touched_is_large_enough(visit: Visit):
    with visit(SignInKind.COORDINATOR, viewport=PHONE) as page:
        heights = page.locator("nav.bottom-bar a").evaluate_all(
            "links => links.map(link => link.getBoundingClientRect().height)"
        )
        assert heights
        assert min(heights) >= 44


@pytest.mark.parametrize("kind", [SignInKind.EMPLOYEE, SignInKind.COORDINATOR, SignInKind.AREA_MANAGER])
def test_no_page_is_wider_than_the_phone(visit: Visit, kind: SignInKind):
    with visit(kind, viewport=PHONE) as page:
        places = page.locator("nav.bottom-bar a").evaluate_all("links => links.map(link => link.href)")
        wide = []
        for place in places:
            page.goto(place)
            wide += [] if fits(page) else [place]
        assert not wide
