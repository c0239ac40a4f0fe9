"""The first visit, nothing in the browser's cache: what travels until a page stands as it should."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page

from lms.demo.rules import SignInKind
from tests.browser.conftest import Visit
from tests.support.browser import PHONE

MOST = 120 * 1024


@pytest.fixture
def settings(demo_settings):
    return demo_settings


@dataclass
class Traffic:
    """What a page asks for, and how many bytes came: heads and bodies as they travel."""

    bytes: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        """Count from now on."""
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": False})
        addresses: dict[str, str] = {}

        def answered(event: dict[str, Any]) -> None:
            addresses[event["requestId"]] = event["response"]["url"]
            self.kinds[event["response"]["url"]] = event["type"]

        def finished(event: dict[str, Any]) -> None:
            self.bytes[addresses.get(event["requestId"], "?")] += int(event["encodedDataLength"])

        devtools.on("Network.responseReceived", answered)
        devtools.on("Network.loadingFinished", finished)

    def documents(self) -> int:
        """Return how many pages were asked for."""
        return sum(1 for kind in self.kinds.values() if kind == "Document")


def stands(page: Page) -> None:
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_load_state("networkidle")


def test_the_sign_in_page_is_light(page: Page, live_server: str, record_property):
    traffic = Traffic()
    traffic.listen(page)
    page.goto(f"{live_server}/sign-in")
    stands(page)
    record_property("bytes of the first load of the sign-in page", sum(traffic.bytes.values()))
    assert 0 < sum(traffic.bytes.values()) <= MOST, traffic.bytes.most_common()
    assert page.evaluate("document.fonts.check('16px \"Tracker Sans\"', '로그인')"), traffic.bytes.most_common()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_ones_own_learning_is_light(visit: Visit, language: str, record_property):
    with visit(SignInKind.EMPLOYEE, viewport=PHONE, language=language) as warm:
        address, cookies = warm.url, warm.context.cookies()
        cold = warm.context.browser.new_context(viewport=PHONE, locale="ko-KR")
        cold.add_cookies(cookies)
        page, traffic = cold.new_page(), Traffic()
        traffic.listen(page)
        page.goto(address)
        stands(page)
        total = sum(traffic.bytes.values())
        cold.close()
    record_property(f"bytes of the first load of one's own learning, {language}", total)
    assert 0 < total <= MOST, traffic.bytes.most_common()


def test_from_the_sign_in_page_home_in_two_pages(page: Page, live_server: str, someone, record_property):
    who = someone(SignInKind.EMPLOYEE)
    page.goto(f"{live_server}/sign-in")
    page.locator("#staff_no").fill(who.staff_no)
    page.locator("#password").fill(who.kind.password)
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url) if is_page(answer) else None)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
    stands(page)
    assert len(asked) <= 2, asked


def is_page(answer: Any) -> bool:
    return "text/html" in answer.headers.get("content-type", "") and answer.status < 300
