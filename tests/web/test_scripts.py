"""The small scripts in a real browser, on pages that hold nothing else."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.support import ROOT
from tests.support.browser import PHONE

NewPage = Callable[..., AbstractContextManager[Page]]
SITE = "http://127.0.0.1:9"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


def serve(page: Page, pages: dict[str, str]) -> None:
    """Answer for a site that has our static files and the given bodies, by path."""

    def answer(route: Route) -> None:
        path = re.sub(r"^https?://[^/]+|[?#].*$", "", route.request.url)
        if path.startswith("/static/"):
            file = ROOT / path.removeprefix("/")
            route.fulfill(body=file.read_bytes(), content_type=KINDS[Path(path).suffix])
        else:
            route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")

    page.route(f"{SITE}/**", answer)


def document(body: str) -> str:
    script = '<script type="module" src="/static/js/page.js"></script>'
    sheets = "".join(f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in ("tokens", "base", "panel"))
    icon = '<link rel="icon" href="/static/favicon.svg">'
    return (
        f'<!doctype html><html lang="ko"><head><title>·</title>{icon}{sheets}{script}</head><body>{body}</body></html>'
    )


def test_progress_follows_the_job_until_it_ends(page: Page):
    running = '<div data-poll="/job" data-interval="20">5 / 10</div>'
    serve(page, {"/": document(running), "/job": "<div>10 / 10</div>"})
    page.goto(SITE)
    expect(page.get_by_text("10 / 10")).to_be_visible()
    expect(page.locator("[data-poll]")).to_have_count(0)


def test_the_theme_changes_at_once_and_the_choice_is_sent(page: Page):
    buttons = "".join(
        f'<button type="submit" name="theme" value="{theme}" aria-pressed="false">{theme}</button>'
        for theme in ("auto", "light", "dark")
    )
    token = '<input type="hidden" name="csrf_token" value="t">'
    form = f'<form method="post" action="/preferences" data-theme-form>{token}{buttons}</form>'
    serve(page, {"/": document(form), "/preferences": ""})
    page.goto(SITE)
    with page.expect_request("**/preferences") as sent:
        page.get_by_role("button", name="dark").click()
    assert 'name="theme"\r\n\r\ndark' in (sent.value.post_data or "")
    assert 'name="csrf_token"' in (sent.value.post_data or "")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="dark")).to_have_attribute("aria-pressed", "true")
    with page.expect_request("**/preferences"):
        page.get_by_role("button", name="auto").click()
    assert page.locator("html").get_attribute("data-theme") is None
    assert page.url == f"{SITE}/"


def test_empty_filters_stay_out_of_the_address(page: Page):
    form = '<form class="filter-form"><input name="q"><input name="center" value="C1"><button>조회</button></form>'
    serve(page, {"/": document(form)})
    page.goto(SITE)
    page.get_by_role("button", name="조회").click()
    page.wait_for_url(f"{SITE}/?center=C1")


def test_a_filter_submits_by_itself_only_where_the_page_asks_for_it(page: Page):
    def form(attribute: str) -> str:
        choice = '<select name="by"><option>a</option><option>b</option></select>'
        return f'<form class="filter-form" {attribute}>{choice}</form>'

    serve(page, {"/": document(form("data-auto-submit")), "/still": document(form(""))})
    page.goto(f"{SITE}/still")
    page.get_by_role("combobox").select_option("b")
    assert page.url == f"{SITE}/still"
    page.goto(SITE)
    page.get_by_role("combobox").select_option("b")
    page.wait_for_url(f"{SITE}/?by=b")


def test_a_panel_closes_by_escape_and_by_a_click_elsewhere(page: Page):
    panel = '<details class="popover"><summary>내려받기</summary><input aria-label="사유"></details><p>다른 곳</p>'
    serve(page, {"/": document(panel)})
    page.goto(SITE)
    panel_open = page.locator("details[open]")
    page.get_by_text("내려받기").click()
    page.get_by_label("사유").focus()
    page.keyboard.press("Escape")
    expect(panel_open).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.get_by_text("내려받기").click()
    expect(panel_open).to_have_count(1)
    page.get_by_text("다른 곳").click()
    expect(panel_open).to_have_count(0)


def test_table_rows_are_cards_on_a_phone_and_nothing_is_cut_off(new_page: NewPage):
    name = '<th scope="row">김민서</th>'
    center = '<td data-label="소속 센터">테헤란로 종합정비 서비스센터</td>'
    rate = '<td data-label="이수율" class="num">37.5%</td>'
    table = f'<table class="table table-cards"><tbody><tr>{name}{center}{rate}</tr></tbody></table>'
    body = f'<main><div class="table-frame">{table}</div></main>'
    sheets = '<link rel="stylesheet" href="/static/css/layout.css"><link rel="stylesheet" href="/static/css/table.css">'
    with new_page(viewport=PHONE) as page:
        serve(page, {"/": document(sheets + body)})
        page.goto(SITE)
        label = "getComputedStyle(document.querySelectorAll('td')[0], '::before').content"
        assert page.evaluate(label) == '"소속 센터"'
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tops = [box["y"] for cell in page.locator("th, td").all() if (box := cell.bounding_box())]
        assert tops == sorted(set(tops))
