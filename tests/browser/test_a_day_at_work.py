"""The day of those who record, decide, and look after the rest: what they do on one page others read on theirs."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lms.demo.rules import SignInKind
from lms.shared.clock import local_date, utcnow
from tests.browser.conftest import Visit
from tests.support.screenshots import state_purpose

TODAY = local_date(utcnow(), "Asia/Seoul")
SHEET = "센터 서류함 3번"
RULE_RUNS = 90_000  # a rehearsal reads everyone of the demo; on a slow machine that takes a while


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def send(page: Page, text: str) -> None:
    with page.expect_navigation(timeout=RULE_RUNS):
        page.locator("main button", has_text=text).last.click()


def test_a_coordinator_records_a_class_and_the_auditor_finds_who_did(visit: Visit):
    with visit(SignInKind.COORDINATOR) as page:
        coordinator = page.locator(".account-name").first.inner_text()
        page.get_by_role("link", name="사람별 과정 현황판").click()
        cells = page.locator("main table td input[name=cell]")
        first, second = (cells.nth(place).get_attribute("aria-label") for place in (0, 1))
        assert first != second
        for place in (0, 1):
            cells.nth(place).check()
        send(page, "이수 기록")
        page.locator("[name=completed_on]").fill(str(TODAY - timedelta(days=1)))
        page.locator("[name=evidence]").first.check()
        page.locator("[name=note]").fill(SHEET)
        page.locator("[name=reason]").fill("집합교육 출석부")
        send(page, "2건 확인")
        expect(page.locator("main")).to_contain_text(SHEET)
        send(page, "2건 기록")
        expect(page.locator(".notice").first).to_have_text(re.compile("이수 2건을 기록했습니다"))
        left = page.locator("main table td input[name=cell]").evaluate_all("all => all.map(one => one.ariaLabel)")
        assert not {first, second} & set(left), "what is recorded stands open no more"
    with visit(SignInKind.AUDITOR) as page:
        page.locator("main form [name=action]").select_option("enrollments.record")
        page.locator("main form button[type=submit]", has_text="조회").click()
        row = page.locator("main table tbody tr").first
        expect(row).to_contain_text(coordinator)
        row.locator("a").first.click()
        expect(page.locator("main")).to_contain_text("집합교육 출석부")


def test_a_representative_grants_more_time_that_a_learner_asked_for(visit: Visit):
    with visit(SignInKind.REPRESENTATIVE) as page:
        page.locator("nav.rail a[href='/exceptions']").click()
        waiting = page.locator("main table tbody tr", has_text="기한 연장")
        before = waiting.count()
        waiting.first.locator("a").first.click()
        address = page.url
        page.locator("[name=what]").first.check()
        send(page, "결정 저장")
        page.goto(address)
        expect(page.locator("main")).to_contain_text("승인")
        page.locator("nav.rail a[href='/exceptions']").click()
        assert waiting.count() == before - 1


def test_a_training_administrator_rehearses_a_rule_publishes_it_and_takes_it_back(visit: Visit):
    with visit(SignInKind.TRAINING_ADMIN) as page:
        page.set_default_timeout(RULE_RUNS)
        page.locator("nav.rail a[href='/rules']").click()
        page.locator("main table tbody tr", has_text="CS-102").locator("a").first.click()
        page.get_by_role("link", name="규칙 변경").click()
        page.locator("[name=note]").fill("대상 조정")
        page.locator("[name=roles]:checked").first.uncheck()
        send(page, "초안 저장")
        send(page, "예행")
        released = page.locator("main .stat", has_text="미이수 배정 해제")
        expect(released).not_to_have_text(re.compile(r"\b0건"))
        count = re.search(r"([\d,]+)건", released.inner_text())
        send(page, "게시")
        assert count
        expect(page.locator("main .stat", has_text="종료")).to_contain_text(count.group())
        page.locator("[name=reason]").fill("대상을 다시 확인합니다")
        send(page, "게시 되돌리기")
        page.locator(".breadcrumbs a").last.click()
        expect(page.locator("main")).to_contain_text("되돌림")


def test_a_region_manager_goes_from_the_region_to_one_person(visit: Visit):
    with visit(SignInKind.REGION_MANAGER) as page:
        for _level in ("area", "center"):
            page.locator("main table tbody th a").first.click()
            page.wait_for_load_state()
        expect(page.locator("form.purpose")).to_be_visible()
        state_purpose(page)
        person = page.locator("main table tbody th a").first
        name = person.inner_text()
        person.click()
        expect(page.locator("h1")).to_have_text(name)


def test_an_executive_reads_figures_and_meets_no_name(visit: Visit):
    with visit(SignInKind.EXECUTIVE) as page:
        for _level in ("region", "area", "center"):
            page.locator("main table tbody th a").first.click()
            page.wait_for_load_state()
        expect(page.locator("main")).to_contain_text("집계만 볼 수 있습니다")
        assert page.locator("main a[href*='/people/']").count() == 0


def test_a_system_administrator_finds_who_holds_a_duty(visit: Visit):
    with visit(SignInKind.SYSTEM_ADMIN) as page:
        expect(page).to_have_url(re.compile("/duties$"))
        page.locator("main table tbody a").first.click()
        expect(page.locator("main table tbody tr").first).to_be_visible()
        page.goto(page.url.split("/duties")[0] + "/rates")
        expect(page.locator("h1")).to_have_text("접근 권한이 없습니다")
