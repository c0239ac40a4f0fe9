"""A check on a phone without a connection: it waits on the device, arrives once, and stays nobody else's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.audit.models import AuditEvent
from lms.field_checks.models import FieldCheckAnswer
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.observations.models import Observation, Standard
from lms.observations.rules_standards import SERVICE
from lms.shared.clock import utcnow
from tests.browser.test_first_load import Traffic, stands
from tests.field_checks.checking import Checking
from tests.field_checks.phones import LEFT, Phone, Tunnel, fill, status, take_photo
from tests.support.browser import PHONE
from tests.support.sign_in import sign_in_page

MOST = 100 * 1024
WAITING = re.compile(r"^보낼 것 6건")


@pytest.fixture
def phone(browser: Browser, app: Flask, live_server: str, tmp_path: Path) -> Iterator[Phone]:
    """Give the shared phone of the center."""
    return Phone(browser, app, live_server, tmp_path / "phone")


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0 for model in KEPT}


KEPT = (Observation, FieldCheckPhoto, FieldCheckAnswer)


def end_sessions(session: Session) -> None:
    session.rollback()
    session.execute(update(SignInSession).values(revoked_at=utcnow()))
    session.commit()


def until(page: Page, script: str, wanted: Any) -> None:
    """Wait until a page says something; the content policy lets Playwright itself not wait for it."""
    for _ in range(150):
        if (found := page.evaluate(script)) == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{found}, not {wanted}")


def submit(page: Page) -> None:
    page.locator("#field-check .button-row .button-primary").click()


def submissions(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(AuditEvent).where(AuditEvent.action == "field_checks.submit")).all())


def test_a_check_done_offline_is_sent_once_though_the_connection_broke_and_the_phone_was_restarted(
    phone: Phone, session: Session, made: Any
):
    with phone.on() as page:
        phone.sign_in(page, made.cast.coordinator)
        phone.open_form(page, made.check)
        page.context.set_offline(True)
        page.reload()
        fill(page)
        take_photo(page, "FC-1", 100)
        take_photo(page, "FC-2", 120)
        submit(page)
        status(page, WAITING)
        assert counts(session)["field_check_answer"] == 0
        tunnel = Tunnel(page.context, posts=3)
        page.context.set_offline(False)
        status(page, re.compile(r"^보낼 것 3건"))
        for _ in range(100):
            if tunnel.lost:
                break
            page.wait_for_timeout(100)
    assert tunnel.lost
    assert counts(session) == {"observation": 0, "field_check_photo": 1, "field_check_answer": 3}

    with phone.on() as page:
        page.context.set_offline(True)
        page.goto(f"{phone.server}/field-checks/{made.check.public_id}/form")
        status(page, re.compile(r"^보낼 것 3건 · 오프라인"))
        expect(page.locator("[data-photos] li")).to_have_count(2)
        # The session went with the browser; the same person signs in again.
        phone.sign_in(page, made.cast.coordinator)
        page.context.set_offline(False)
        status(page, "모두 보냄")
        page.reload()
        expect(page.locator(".check-shown img")).to_have_count(2)
    assert counts(session) == {"observation": 1, "field_check_photo": 2, "field_check_answer": 3}
    assert submissions(session) == 1
    assert made.check.state == "SUBMITTED"
    seen = session.scalars(select(Observation)).one()
    assert (seen.items_applicable, seen.items_met, seen.observer_id) == (3, 2, made.cast.coordinator.id)


def test_nothing_stays_on_a_shared_phone_after_sign_out(phone: Phone, session: Session, made: Any):
    with phone.on() as page:
        phone.sign_in(page, made.cast.coordinator)
        phone.open_form(page, made.check)
        page.context.set_offline(True)
        fill(page)
        take_photo(page, "FC-1", 90)
        status(page, re.compile(r"^보낼 것 4건 · 오프라인"))
        assert len(page.evaluate(LEFT)) >= 4
        for part in ("answers", "photos"):
            page.context.route(f"**/{part}", lambda route: route.abort())
        page.context.set_offline(False)
        asked: list[str] = []
        page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.locator("details.account > summary").click()
        page.get_by_role("button", name="로그아웃").click()
        assert len(asked) == 1
        assert "보내지 않은" in asked[0]
        assert "field-checks" in page.evaluate(LEFT), "who says no stays, and so does the form"
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="로그아웃").click()
        page.wait_for_url("**/sign-in")
        assert page.evaluate(LEFT) == []
        page.context.set_offline(True)
        with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(f"{phone.server}/field-checks/{made.check.public_id}/form")
    with phone.on() as page:
        page.goto(f"{phone.server}/sign-in")
        assert page.evaluate(LEFT) == []
    assert counts(session)["observation"] == 0


def test_somebody_else_who_signs_in_finds_and_sends_nothing(phone: Phone, session: Session, made: Any):
    with phone.on() as page:
        phone.sign_in(page, made.cast.coordinator)
        phone.open_form(page, made.check)
        page.context.set_offline(True)
        fill(page, note="아무에게도 보이지 않을 말")
        status(page, re.compile(r"^보낼 것 3건 · 오프라인"))
    end_sessions(session)
    with phone.on() as page:
        phone.sign_in(page, made.deputy)
        # The deputy may fill in the same form, and finds it empty.
        page.goto(f"{phone.server}/field-checks/{made.check.public_id}/form")
        status(page, "저장됨")
        expect(page.locator("[data-item] :checked")).to_have_count(0)
        assert page.locator("[data-item=FC-2] textarea").input_value() == ""
        page.goto(f"{phone.server}/me")
        assert counts(session)["field_check_answer"] == 0
        phone.sign_in(page, made.cast.employee)
        page.reload()
        until(page, LEFT, [])


def test_a_session_that_ended_meanwhile_is_asked_for_again(phone: Phone, session: Session, made: Any):
    with phone.on() as page:
        phone.sign_in(page, made.cast.coordinator)
        phone.open_form(page, made.check)
        end_sessions(session)
        fill(page)
        status(page, re.compile(r"^보낼 것 3건 · 로그아웃됨"))
        assert "sign-in?next=" in (page.locator("a[data-sign-in]").get_attribute("href") or "")
        phone.sign_in(page, made.cast.coordinator)
        page.goto(f"{phone.server}/me")
        until(page, "localStorage.getItem('field-checks:unsent')", "1")
        assert counts(session)["field_check_answer"] == 3, "any page of the same person sends what waits"
        page.goto(f"{phone.server}/field-checks/device")
        expect(page.locator("[data-kept-forms] a")).to_have_text(re.compile("김하나$"))
        expect(page.locator("[data-kept-forms] [data-state]")).to_have_text("저장됨")


def test_what_is_missing_is_said_at_its_item_and_nothing_is_submitted(phone: Phone, session: Session, made: Any):
    with phone.on() as page:
        phone.sign_in(page, made.cast.coordinator)
        phone.open_form(page, made.check)
        page.locator("[data-item=FC-2] [value=NO]").check()
        submit(page)
        expect(page.locator("[data-item=FC-1] [data-error]")).to_have_text("답을 고르십시오.")
        expect(page.locator("[data-item=FC-2] [data-error]")).to_have_text("무엇을 보았는지 메모에 적으십시오.")
        broken = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"<script>alert(1)</script>"}
        page.locator("[data-item=FC-1] [data-photo]").set_input_files([broken])
        expect(page.locator("[data-item=FC-1] [data-photo-state]")).to_have_text(re.compile("받지 않았습니다"))
        fill(page)
        submit(page)
        status(page, "저장됨")
        assert counts(session)["observation"] == 0
        page.get_by_role("button", name="삭제").click()
        submit(page)
        status(page, "모두 보냄")
    assert counts(session)["observation"] == 1


def test_the_form_can_be_installed_and_is_light(
    browser: Browser, app: Flask, live_server: str, session: Session, made: Any, record_property
):
    check = long_check(session, made)
    context = browser.new_context(viewport=PHONE, locale="ko-KR", service_workers="block")
    page, traffic = context.new_page(), Traffic()
    devtools = context.new_cdp_session(page)
    page.add_init_script("Object.defineProperty(NetworkInformation.prototype, 'type', { get: () => 'cellular' })")
    sign_in_page(page, live_server, app, made.cast.coordinator)
    traffic.listen(page)
    page.goto(f"{live_server}/field-checks/{check.public_id}/form")
    expect(page.locator("[data-status]")).to_have_text("저장됨")
    stands(page)
    assert page.locator("[data-item]").count() == 24
    total = sum(traffic.bytes.values())
    record_property("bytes of the first load of a check's form, 24 items", total)
    manifest = devtools.send("Page.getAppManifest")
    faults = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    context.close()
    assert manifest["errors"] == []
    assert [fault["errorId"] for fault in faults if fault["errorId"] != "in-incognito"] == []
    assert 0 < total <= MOST, traffic.bytes.most_common()


def long_check(session: Session, made: Any) -> Any:
    """Return a check of as many items as the service standard asks of a reception."""
    adding = Checking.__new__(Checking)
    adding.session, adding.course, adding.version = session, made.checking.course, made.checking.version
    standard = session.scalars(select(Standard).where(Standard.code == SERVICE)).one()
    for place in range(3, 24):
        adding._item(standard, place, f"FC-{place + 1}", is_critical=place % 5 == 0, response_type="YN")
    session.commit()
    return made.check
