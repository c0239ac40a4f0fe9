"""A phone: a browser with a profile that survives its end, a connection that comes and goes, and a form on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lms.people.models import Person
from tests.field_checks.photographs import photograph
from tests.support.browser import PATIENCE_MS, PHONE
from tests.support.chromium import find_chromium, flags
from tests.support.sign_in import sign_in_page

# What is left of a person: forms, kept pages, notes, workers.
LEFT = """async () => [
  ...(await indexedDB.databases()).map(({ name }) => name), ...(await caches.keys()),
  ...Object.keys(localStorage).filter((name) => name.startsWith("field-checks")),
  ...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
]"""


class Phone:
    """One phone; `profile` is what stays on it when it is switched off."""

    def __init__(self, browser: Browser, app: Flask, server: str, profile: Path) -> None:
        self.browser, self.app, self.server, self.profile = browser, app, server, profile

    @contextmanager
    def on(self) -> Iterator[Page]:
        """Switch it on; at the end it is off, whatever was going on.

        Raises:
            AssertionError: at the end, when a script failed or the content policy was broken.
        """
        context = self.browser.browser_type.launch_persistent_context(
            self.profile, executable_path=find_chromium(), args=flags(), viewport=PHONE, locale="ko-KR",
            timezone_id="Asia/Seoul",
        )  # fmt: skip
        complaints: list[str] = []
        page = context.pages[0]
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if is_fault(told) else None)
        try:
            yield page
        finally:
            context.close()
        assert not complaints, complaints

    def sign_in(self, page: Page, person: Person) -> None:
        """Let somebody sign in."""
        sign_in_page(page, self.server, self.app, person)

    def open_form(self, page: Page, check: Any) -> None:
        """Open a form until it is kept for later."""
        page.goto(f"{self.server}/field-checks/{check.public_id}/form")
        expect(page.locator("[data-keeps]")).to_be_visible(timeout=30_000)


def is_fault(told: Any) -> bool:
    """Tell whether a message of the console is more than a connection that was gone."""
    return told.type == "error" and not told.text.startswith("Failed to load resource")


def status(page: Page, text: str | re.Pattern[str], patience: int = 20_000) -> None:
    """Wait until the form says where it stands."""
    expect(page.locator("[data-status]")).to_have_text(text, timeout=patience)


def fill(page: Page, note: str = "안전벨트를 매지 않음") -> None:
    """Answer the three items: one met, one not met with a note, one by a number."""
    page.locator("[data-item=FC-1] [value=YES]").check()
    page.locator("[data-item=FC-2] [value=NO]").check()
    page.locator("[data-item=FC-2] textarea").fill(note)
    page.locator("[data-item=FC-3] [value='4']").check()


def take_photo(page: Page, item: str, shade: int) -> None:
    """Take a photo of an item."""
    taken = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": photograph(shade=shade, size=(1200, 900))}
    list_of = page.locator(f"[data-item={item}] [data-photos] li")
    before = list_of.count()
    page.locator(f"[data-item={item}] [data-photo]").set_input_files([taken])
    expect(list_of).to_have_count(before + 1)


class Tunnel:
    """A connection that lets some posts through, loses the answer of the next, and is gone from then on."""

    def __init__(self, context: BrowserContext, posts: int) -> None:
        self.posts, self.lost = posts, 0
        context.route("**/field-checks/*/*", self.drive)

    def drive(self, route: Route) -> None:
        """Let a request through, or not."""
        if route.request.method != "POST":
            return route.fallback()
        self.posts -= 1
        if self.posts >= 0:
            return route.continue_()
        if self.posts == -1:
            route.fetch()  # it arrives; the phone never hears of it
        self.lost += 1
        return route.abort("connectionreset")
