"""Pictures of every page for every role: two widths, two languages, two themes, from the demo network.

`make screenshots` writes screenshots/<role>/<page>--<width>-<language>-<theme>.png. Pages are found by following links
from the first page of each role, one address for each endpoint; pages open to a role that no link leads to are named
at the end. The run fails when a page answers with an error, logs one, or is wider than a phone.

    python -m tests.support.screenshots --only 'area_manager/.*shortfalls' --quick --readme
"""

import argparse
import itertools
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright
from rich.console import Console
from rich.progress import Progress
from werkzeug.exceptions import HTTPException

from app import create_app
from lms.accounts.access import ENDPOINTS, Policy
from lms.web.locale import COOKIE_LANGUAGE, COOKIE_THEME
from tests.support import ROOT
from tests.support.browser import DESK, PHONE, launch
from tests.support.databases import settings_for
from tests.support.demo import cast_of, fill_with_demo
from tests.support.live import served
from tests.support.sign_in import sign_in_page

OUTPUT = ROOT / "screenshots"
README_PICTURE = ROOT / "docs" / "images" / "shortfalls.png"
README_ENDPOINT = "completion.shortfalls"
README_ROLE = "area_manager"
LOOKS = tuple(itertools.product((PHONE, DESK), ("ko", "en"), ("light", "dark")))
LINKS = "links => links.map(link => link.href)"
# How far the page reaches to the right of the window, and what reaches furthest.
OVERFLOW = """() => {
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    if (wide <= 0) return null;
    const reaching = [...document.querySelectorAll("body *")]
        .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
        .map(element => element.tagName.toLowerCase() + (element.className ? "." + element.className : ""));
    return `${wide} px too wide: ${[...new Set(reaching)].slice(0, 4).join(", ")}`;
}"""
PURPOSE_FORM = "form.purpose"
PURPOSE = "화면 확인"
NOT_FOUND = "not_found"
STATUS_4XX = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Findings:
    """What is wrong with pages, by where it was seen; which pages were pictured."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    pictured: set[str] = field(default_factory=set)
    pictures: int = 0

    def note(self, fault: str, where: str) -> None:
        """Keep a fault; the same one on many pages is listed once with all of them."""
        self.faults.setdefault(fault, []).append(where)


def roles(app: Flask) -> dict[str, int | None]:
    """Return someone for each role: a stranger, and those of the demo who can sign in."""
    return {"stranger": None} | {one.kind.lower(): one.person_id for one in cast_of(app)}


def endpoint_of(app: Flask, address: str) -> str | None:
    """Return the endpoint that answers an address; None where there is none, or it is a file."""
    try:
        endpoint, _values = app.url_map.bind("").match(urlsplit(address).path, method="GET")
    except HTTPException:
        return None
    return None if endpoint == "static" else str(endpoint)


def pages_of(page: Page, app: Flask, start: str, *, opening: bool) -> dict[str, str]:
    """Follow links from `start`; return one address for each endpoint met, downloads left out.

    With `opening`, names that need a purpose are opened on the way; without, only pages that ask for one are returned.
    """
    return dict(walk(page, app, start, opening=opening))


def walk(
    page: Page, app: Flask, start: str, *, opening: bool, dress: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, str]]:
    """Yield endpoint and address of each of these pages while it is open; `dress` is called before one is opened."""
    waiting, asked, found = [start], set[str | None]({None}), set[str]()
    origin = "{0.scheme}://{0.netloc}/".format(urlsplit(start))
    while waiting:
        address = waiting.pop(0)
        if not address.startswith(origin) or endpoint_of(app, address) in asked:
            continue
        asked.add(endpoint_of(app, address))
        dress()
        if shows_page(page, address):
            asks = page.locator(PURPOSE_FORM).count() > 0
            if asks and opening:
                state_purpose(page)
            waiting += page.eval_on_selector_all("a[href]", LINKS)
            endpoint = endpoint_of(app, page.url) or ""
            if (asks or opening) and endpoint not in found:
                found.add(endpoint)
                yield endpoint, page.url


def shows_page(page: Page, address: str) -> bool:
    """Open an address; False when a file came instead of a page."""
    try:
        page.goto(address)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return False
    return True


def state_purpose(page: Page) -> None:
    """Give the purpose that a page asks for, and come back to it."""
    page.locator(PURPOSE_FORM).first.locator("[name=reason]").fill(PURPOSE)
    with page.expect_navigation():
        page.locator(PURPOSE_FORM).first.locator("button[type=submit]").click()


@contextmanager
def dressed(browser: Browser, origin: str, person_id: int | None, app: Flask, look: Any) -> Iterator[BrowserContext]:
    """Open a profile in one look: size of window, language, theme; signed in if someone is named."""
    size, language, theme = look
    context = browser.new_context(
        viewport=size, locale="ko-KR" if language == "ko" else "en-US", reduced_motion="reduce"
    )
    choices = {COOKIE_LANGUAGE: language, COOKIE_THEME: theme}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in choices.items()])
    if person_id is not None:
        signing_in = context.new_page()
        sign_in_page(signing_in, origin, app, person_id)
        signing_in.close()
    try:
        yield context
    finally:
        context.close()


class Album:
    """The pictures of one run."""

    def __init__(self, app: Flask, browser: Browser, origin: str, asked: argparse.Namespace) -> None:
        self.app, self.browser, self.origin, self.asked = app, browser, origin, asked
        self.findings = Findings()

    def add_role(self, role: str, person_id: int | None) -> None:
        """Take every picture of one role: pages that ask for a purpose first, then everything with names open."""
        for opening in (False, True):
            addresses: dict[str, str] | None = None
            for look in LOOKS:
                with dressed(self.browser, self.origin, person_id, self.app, look) as context:
                    page = context.new_page()
                    if addresses is None:
                        addresses = self._addresses(page, role, opening=opening)
                    self._listen_to(page)
                    for endpoint, address in addresses.items():
                        self._picture(page, role, endpoint, address, look)
            self.findings.pictured |= (addresses or {}).keys()

    def _addresses(self, page: Page, role: str, *, opening: bool) -> dict[str, str]:
        found = pages_of(page, self.app, f"{self.origin}/", opening=opening)
        if opening:
            found |= {NOT_FOUND: f"{self.origin}/nothing-here"}
        else:
            found = {f"{endpoint}.closed": address for endpoint, address in found.items()}
        seen = self.findings.pictured if self.asked.quick else set()
        return {
            endpoint: address
            for endpoint, address in found.items()
            if (endpoint not in seen and re.search(self.asked.only, f"{role}/{endpoint}"))
            or (self.asked.readme and (role, endpoint) == (README_ROLE, README_ENDPOINT))
        }

    def _picture(self, page: Page, role: str, endpoint: str, address: str, look: Any) -> None:
        answer = page.goto(address)
        if answer and answer.status >= 400 and endpoint != NOT_FOUND:
            self._note(f"answered {answer.status}", page)
        if look[0] is PHONE and (overflow := page.evaluate(OVERFLOW)):
            self._note(overflow, page)
        page.evaluate("document.fonts.ready.then(() => true)")
        folder = OUTPUT / role
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{endpoint}--{look[0]['width']}-{look[1]}-{look[2]}.png", full_page=True)
        if self.asked.readme and (role, endpoint, *look) == (README_ROLE, README_ENDPOINT, DESK, "ko", "light"):
            README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=README_PICTURE)
        self.findings.pictures += 1

    def _listen_to(self, page: Page) -> None:
        def on_error(error: Error) -> None:
            self._note(f"script error: {error}", page)

        def on_message(message: ConsoleMessage) -> None:
            # An answer of 400 and above is noted with its status already.
            if message.type == "error" and not message.text.startswith(STATUS_4XX):
                self._note(f"console error: {message.text}", page)

        page.on("pageerror", on_error)
        page.on("console", on_message)

    def _note(self, fault: str, page: Page) -> None:
        self.findings.note(fault, page.url.removeprefix(self.origin))


def without_picture(app: Flask, pictured: set[str]) -> list[str]:
    """Return the endpoints of pages to read that no link led to."""
    readable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return sorted(
        endpoint for endpoint in readable - pictured if ENDPOINTS.get(endpoint, Policy.PUBLIC) is not Policy.PUBLIC
    )


def may_match(app: Flask, asked: argparse.Namespace, role: str) -> bool:
    """Tell whether any page of the role is asked for: finding its pages takes a while."""
    names = [
        NOT_FOUND,
        *(name for rule in app.url_map.iter_rules() for name in (rule.endpoint, f"{rule.endpoint}.closed")),
    ]
    return any(re.search(asked.only, f"{role}/{name}") for name in names) or (asked.readme and role == README_ROLE)


def report(console: Console, app: Flask, findings: Findings, *, whole: bool) -> int:
    """Print what was found; return the exit code."""
    console.print(f"{findings.pictures} pictures in {OUTPUT}")
    if whole and (missing := without_picture(app, findings.pictured)):
        console.print(f"no link leads to: {', '.join(missing)}")
    for fault, places in sorted(findings.faults.items()):
        console.print(f"[red]{fault}[/red] on {len(places)} pictures: {', '.join(sorted(set(places))[:4])}")
    return 1 if findings.faults else 0


def arguments() -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(description="Picture every page for every role.")
    parser.add_argument("--only", default="", metavar="REGEX", help="pictures whose role/endpoint this matches")
    parser.add_argument("--quick", action="store_true", help="each page for the first role that reaches it")
    parser.add_argument("--readme", action="store_true", help=f"write {README_PICTURE.relative_to(ROOT)} too")
    return parser.parse_args()


def main() -> int:
    """Load the demo into a database of its own, serve it, and picture it."""
    asked, console = arguments(), Console()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite3"
        fill_with_demo(url, Path(folder))
        app = create_app(settings_for(url, Path(folder)))
        cast = {role: person_id for role, person_id in roles(app).items() if may_match(app, asked, role)}
        with served(app) as origin, sync_playwright() as playwright, Progress(console=console) as progress:
            browser = launch(playwright)
            album = Album(app, browser, origin, asked)
            for role, person_id in progress.track(cast.items(), description="Pictures"):
                album.add_role(role, person_id)
            browser.close()
        return report(console, app, album.findings, whole=not asked.only)


if __name__ == "__main__":
    sys.exit(main())
