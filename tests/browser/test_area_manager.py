"""An area manager before a meeting: where people fall short, who they are, and the list to take along."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskCliRunner
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from lms.demo.rules import SignInKind
from tests.support.demo import Someone

AREA_MANAGER = SignInKind.AREA_MANAGER
REASON = "월간 회의 자료"


@pytest.fixture
def settings(demo_settings):
    return demo_settings


@pytest.fixture
def manager(someone: Callable[[SignInKind], Someone]) -> Someone:
    return someone(AREA_MANAGER)


def sign_in(page: Page, live_server: str, who: Someone) -> None:
    page.goto(live_server)
    page.locator("#staff_no").fill(who.staff_no)
    page.locator("#password").fill(who.kind.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server}/rates")


def open_shortfalls_of_worst_center(page: Page) -> str:
    """Go to the shortfall list and on to the first center of its table; return how many people it says there are."""
    page.locator("nav.rail a[href='/shortfalls']").click()
    first = page.locator("table tbody tr").first
    people = re.sub(r"\D", "", first.locator("td").first.inner_text())
    first.locator("a").click()
    page.wait_for_url("**/shortfalls?*unit=*")
    return people


def state_purpose(page: Page) -> None:
    page.locator("form.purpose [name=reason]").fill(REASON)
    page.locator("form.purpose button").click()
    expect(page.locator("table#people")).to_be_visible()


def download(page: Page, kind: str, folder: Path) -> Path:
    page.locator("details.popover:has(#download-reason) > summary").click()
    page.locator("#download-reason").fill(REASON)
    with page.expect_download() as waiting:
        page.locator(f"button[name=format][value={kind}]").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def data_rows(file: Path) -> list[list[Any]]:
    """Return the rows below the header of the second sheet; the first is the cover."""
    return CalamineWorkbook.from_path(file).get_sheet_by_index(1).to_python()[1:]


def of_the_command_line(runner: FlaskCliRunner, center: str, as_of: str) -> list[dict[str, str]]:
    asked = ["shortfall", "--as-of", as_of, "--center", center, "--format", "csv"]
    result = runner.invoke(args=asked)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_the_list_on_screen_in_the_file_and_on_the_command_line_is_one(
    page: Page, live_server: str, runner: FlaskCliRunner, manager: Someone, tmp_path: Path
):
    sign_in(page, live_server, manager)
    announced = open_shortfalls_of_worst_center(page)
    expect(page.locator("table#people")).to_have_count(0)
    state_purpose(page)
    assert "unit" in parse_qs(urlsplit(page.url).query), "the filter stays in the address"
    on_screen = [text.split()[0] for text in page.locator("table#people tbody th small").all_inner_texts()]
    file = download(page, "xlsx", tmp_path)
    in_file = data_rows(file)
    as_of = page.locator("#filter-as_of").input_value()
    printed = of_the_command_line(runner, in_file[0][4], as_of)
    assert re.sub(r"\D", "", page.locator(".count-line strong").inner_text()) == announced
    assert len(in_file) == int(announced)
    assert set(on_screen) <= {row[0] for row in in_file}
    assert sorted((row[0], row[4], int(row[7]), int(row[8])) for row in in_file) == sorted(
        (line["staff_no"], line["center_code"], int(line["due"]), int(line["done"])) for line in printed
    )


def test_the_file_has_a_cover_and_keeps_numbers_as_text(page: Page, live_server: str, manager: Someone, tmp_path: Path):
    sign_in(page, live_server, manager)
    open_shortfalls_of_worst_center(page)
    state_purpose(page)
    file = download(page, "xlsx", tmp_path)
    cover = json.dumps(
        CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(), ensure_ascii=False, default=str
    )
    rows = data_rows(file)
    assert REASON in cover
    assert manager.name in cover
    assert all(isinstance(row[0], str) and len(row[0]) == 7 and row[0].startswith("0") for row in rows)
    assert any(isinstance(row[12], date) for row in rows), "days are days, not texts"
    assert any(re.search("[가-힣]", row[1]) for row in rows)


def test_filters_stand_as_chips_that_can_be_removed(page: Page, live_server: str, manager: Someone):
    sign_in(page, live_server, manager)
    page.goto(f"{live_server}/shortfalls")
    everyone = page.locator(".count-line strong").inner_text()
    page.locator("#filter-role").click()
    page.locator("input[name=role][value=MT]").check()
    page.locator("input[name=role][value=SA]").check()
    page.locator(".filter-form button[type=submit]").click()
    page.wait_for_url("**role=**role=**")
    expect(page.locator(".chips .chip").first).to_be_visible()
    assert page.locator(".count-line strong").inner_text() != everyone
    page.locator(".chips .chip").first.click()
    page.wait_for_url(lambda address: address.count("role=") == 1)
    page.locator(".chips .chip").first.click()
    expect(page.locator(".count-line strong")).to_have_text(everyone)


def test_from_the_list_to_the_reasons_of_one_person(page: Page, live_server: str, manager: Someone):
    sign_in(page, live_server, manager)
    open_shortfalls_of_worst_center(page)
    state_purpose(page)
    row = page.locator("table#people tbody tr").first
    name, missing = row.locator("th a").inner_text(), row.locator("td.num").inner_text()
    row.locator("th a").click()
    expect(page.locator("h1")).to_have_text(name)
    assert page.locator("table").first.locator(".status-overdue, .status").count() >= int(missing)
