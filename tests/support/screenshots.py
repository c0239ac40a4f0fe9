"""Pictures of every page for every role: two widths, two languages, two themes, from the demo network.

`make screenshots` writes screenshots/<role>/<page>--<width>-<language>-<theme>.png. Pages are found by following links
from the first page of each role, one address for each endpoint; what a role cannot reach by links is not pictured.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from app import create_app
from lms.enrollments.models import Enrollment
from lms.people.models import Duty
from lms.people.rules import DutyKind
from lms.shared.db import db
from lms.web.locale import COOKIE_LANGUAGE, COOKIE_THEME
from tests.support import ROOT
from tests.support.browser import DESK, PHONE, launch
from tests.support.databases import migrate, settings_for
from tests.support.live import served
from tests.support.sign_in import sign_in_page

OUTPUT = ROOT / "screenshots"
LOOKS = tuple(itertools.product((PHONE, DESK), ("ko", "en"), ("light", "dark")))
LINKS = "links => links.map(link => link.href)"
PURPOSE = "화면 확인"


def roles(session: Session) -> dict[str, int | None]:
    """Return someone for each role: a stranger, an employee with courses, a holder of each duty."""
    busiest = select(Enrollment.person_id).group_by(Enrollment.person_id).order_by(func.count().desc())
    without_duty = busiest.where(Enrollment.person_id.not_in(select(Duty.person_id)))
    found: dict[str, int | None] = {"stranger": None, "employee": session.scalars(without_duty.limit(1)).first()}
    for kind in DutyKind:
        holder = select(Duty.person_id).where(Duty.kind == kind, Duty.superseded_at.is_(None), Duty.ends_on.is_(None))
        person_id = session.scalars(holder.order_by(Duty.person_id).limit(1)).first()
        if person_id is not None:
            found[kind.lower()] = person_id
    return found


def endpoint_of(app: Flask, address: str) -> str | None:
    """Return the endpoint that answers an address; None where there is none, or it is a file."""
    try:
        endpoint, _values = app.url_map.bind("").match(urlsplit(address).path, method="GET")
    except HTTPException:
        return None
    return None if endpoint == "static" else str(endpoint)


def pages_of(page: Page, app: Flask, start: str) -> dict[str, str]:
    """Follow links from `start`; return one address for each endpoint met, downloads left out."""
    waiting, asked, found = [start], set[str | None]({None}), dict[str, str]()
    origin = "{0.scheme}://{0.netloc}/".format(urlsplit(start))
    while waiting:
        address = waiting.pop(0)
        if not address.startswith(origin) or endpoint_of(app, address) in asked:
            continue
        asked.add(endpoint_of(app, address))
        if shows_page(page, address):
            state_purpose(page)
            found.setdefault(endpoint_of(app, page.url) or "", page.url)
            waiting += page.eval_on_selector_all("a[href]", LINKS)
    return found


def shows_page(page: Page, address: str) -> bool:
    """Open an address; False when a file came instead of a page."""
    answer = page.request.get(address, max_redirects=5)
    if "text/html" not in answer.headers.get("content-type", ""):
        return False
    page.goto(address)
    return True


def state_purpose(page: Page) -> None:
    """Where a page asks for the purpose of opening names, give one."""
    purpose = page.locator("main form[method=post] [name=purpose]")
    if purpose.count():
        purpose.first.fill(PURPOSE)
        purpose.first.press("Enter")
        page.wait_for_load_state()


def dressed(browser: Browser, origin: str, person_id: int | None, app: Flask, look: tuple) -> BrowserContext:  # type: ignore[type-arg]
    """Open a profile in one look: size of window, language, theme; signed in if someone is named."""
    size, language, theme = look
    context = browser.new_context(viewport=size, locale="ko-KR" if language == "ko" else "en-US")
    choices = {COOKIE_LANGUAGE: language, COOKIE_THEME: theme}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in choices.items()])
    if person_id is not None:
        sign_in_page(context.new_page(), origin, app, person_id)
    return context


def pictures(browser: Browser, origin: str, app: Flask, role: str, person_id: int | None) -> Iterator[Path]:
    """Take every picture of one role."""
    (OUTPUT / role).mkdir(parents=True, exist_ok=True)
    addresses: dict[str, str] = {}
    for look in LOOKS:
        with dressed(browser, origin, person_id, app, look) as context:
            page = context.new_page()
            addresses = addresses or pages_of(page, app, f"{origin}/") | {"not_found": f"{origin}/nothing-here"}
            for endpoint, address in addresses.items():
                page.goto(address)
                file = OUTPUT / role / f"{endpoint}--{look[0]['width']}-{look[1]}-{look[2]}.png"
                page.screenshot(path=file, full_page=True)
                yield file


def main() -> int:
    """Load the demo into a database of its own, serve it, and picture it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite3"
        migrate(url, Path(folder))
        app = create_app(settings_for(url, Path(folder)))
        loaded = app.test_cli_runner().invoke(args=["demo", "load", "--once"])
        if loaded.exit_code:
            sys.stderr.write(loaded.output)
            return 1
        with app.app_context():
            cast = roles(db.session())
            db.session.remove()
        console, taken = Console(), 0
        with served(app) as origin, sync_playwright() as playwright, Progress(console=console) as progress:
            browser = launch(playwright)
            for role, person_id in progress.track(cast.items(), description="Pictures"):
                taken += sum(1 for _ in pictures(browser, origin, app, role, person_id))
            browser.close()
        console.print(f"{taken} pictures in {OUTPUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
