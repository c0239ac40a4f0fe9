"""On paper: figures with their basis, day and reader; nothing to click, no table cut at the edge."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from lms.demo.rules import SignInKind
from tests.browser.conftest import Visit

A4_WIDTH = 703  # px between the margins
HIDDEN = ("nav.rail", ".bottom-bar", ".page-actions", ".filters", ".paging", ".tabs", ".frame-search")
CUT = """() => [...document.querySelectorAll("table, svg, .stats, .basis")]
    .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.tagName + "." + (element.id || element.className))"""


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def sides(pdf: bytes) -> set[tuple[int, int]]:
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    return {(round(float(width)), round(float(height))) for width, height in boxes}


def prints_well(page: Page, path: Path) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    assert not page.evaluate(CUT)
    assert [selector for selector in HIDDEN if page.locator(selector).first.is_visible()] == []
    assert page.locator(".on-paper").is_visible()
    pdf = page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    page.emulate_media(media="screen")
    assert sides(pdf) == {(595, 842)}, "A4, upright"
    assert 1 <= pages_in(pdf) <= 12


@pytest.mark.parametrize("kind", [SignInKind.AREA_MANAGER, SignInKind.COORDINATOR, SignInKind.REGION_MANAGER])
def test_lists_and_figures_print(visit: Visit, kind: SignInKind, tmp_path: Path):
    with visit(kind) as page:
        origin = "/".join(page.url.split("/")[:3])
        for number, path in enumerate(("/rates", "/rates?by=course", "/shortfalls", "/me", "/courses")):
            page.goto(origin + path)
            prints_well(page, tmp_path / f"{number}.pdf")
            if path in {"/rates", "/shortfalls"}:
                page.emulate_media(media="print")
                assert page.locator(".basis").first.is_visible()
