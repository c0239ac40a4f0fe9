"""Every page of every role, at the widths of a phone, of a desk, and of a desk at twice the size: what a person needs.

Nothing to push sideways but what scrolls in a frame of its own, targets for a thumb, focus that shows, a way past the
navigation, headings in order, and nothing that axe-core finds. Languages and themes take turns from page to page.
"""

import os
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from lms.demo.planted import AREA, CENTER, CLOSED
from lms.demo.rules import SignInKind
from lms.people.models import OrgUnit
from lms.shared.db import db
from lms.web.locale import COOKIE_LANGUAGE, COOKIE_THEME
from tests.browser.conftest import Visit
from tests.support.browser import DESK, accessibility_faults
from tests.support.databases import FOLDER_VARIABLE
from tests.support.screenshots import OVERFLOW, PURPOSE_FORM, walk

pytestmark = pytest.mark.long
SMALL = {"width": 360, "height": 740}
TWICE = {"width": 720, "height": 450}  # a desk of 1440 at 200 %
TABLET = {"width": 768, "height": 1024}
LOOKS = [("ko", "light"), ("en", "dark"), ("ko", "dark"), ("en", "light")]
# What a finger must meet on a phone, with its height or width where that is below 44 px. A link within a sentence may
# be as small as its line (WCAG 2.5.8), and the board, dense by purpose, has a view by person for the phone.
SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")]
    .filter(element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}))
    .filter(element => !element.closest(".board, .skip-link, .visually-hidden, p, .facts, .breadcrumbs, label"))
    .filter(element => !(element.closest("li, td, th, dd, span") && getComputedStyle(element).display === "inline"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([element, box]) => `${element.tagName.toLowerCase()}.${element.className} ` +
        `${Math.round(box.width)}×${Math.round(box.height)} “${element.textContent.trim().slice(0, 20)}”`)"""
HEADINGS = """() => {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
        .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]));
    const jumps = levels.some((level, place) => place && level > levels[place - 1] + 1);
    return levels.filter(level => level === 1).length !== 1 || levels[0] !== 1 || jumps ? `headings ${levels}` : null;
}"""
FOCUS = """() => {
    const shown = document.activeElement;
    if (!shown || shown === document.body) return "nothing takes the focus";
    const style = getComputedStyle(shown);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
    return seen ? null : `focus does not show on ${shown.outerHTML.slice(0, 80)}`;
}"""


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def faults_by_keyboard(page: Page) -> list[str]:
    """Return what is wrong on the first steps with Tab: the way past the navigation, and whether focus shows."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement?.className ?? ''")
    found = [] if first == "skip-link" else [f"the first step leads to {first!r}, not past the navigation"]
    for _ in range(4):
        found += [page.evaluate(FOCUS)]
        page.keyboard.press("Tab")
    return [fault for fault in found if fault]


def faults_at(page: Page, *, thorough: bool) -> list[str]:
    """Return what is wrong with a page at each width; at two of them where another role's was looked at thoroughly."""
    found: list[str | None] = [page.evaluate(HEADINGS)]
    for size in (DESK, TABLET, TWICE, SMALL) if thorough else (DESK, SMALL):
        page.set_viewport_size(size)
        found += [fault and f"at {size['width']}: {fault}" for fault in (page.evaluate(OVERFLOW),)]
        if thorough and size in (SMALL, DESK):
            found += [f"at {size['width']}: {fault}" for fault in accessibility_faults(page)]
    found += [f"small: {fault}" for fault in page.evaluate(SMALL_TARGETS)]
    page.set_viewport_size(DESK)
    return [fault for fault in (*found, *(faults_by_keyboard(page) if thorough else [])) if fault]


def is_first_look_at(endpoint: str) -> bool:
    """Tell whether nobody in this run has looked at the page: another role, in whichever process, sees the same one."""
    looked_at = Path(os.environ[FOLDER_VARIABLE], "looked-at")
    looked_at.mkdir(exist_ok=True)
    try:
        (looked_at / endpoint).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.mark.parametrize("kind", list(SignInKind))
def test_pages_serve_whoever_comes(
    app: Flask, visit: Visit, kind: SignInKind, record_property: Callable[[str, object], None]
):
    with visit(kind) as page:
        origin = "/".join(page.url.split("/")[:3])
        wrong, looks, seen = {}, cycle(LOOKS), 0

        def dress() -> None:
            choices = zip((COOKIE_LANGUAGE, COOKIE_THEME), next(looks), strict=True)
            page.context.add_cookies([{"name": name, "value": text, "url": origin} for name, text in choices])

        for endpoint, address in walk(page, app, f"{origin}/", opening=True, dress=dress):
            if found := faults_at(page, thorough=is_first_look_at(endpoint)):
                wrong[address] = found
            seen += 1
    record_property("pages looked at", seen)
    assert seen
    assert not wrong, "\n".join(f"{where}: {fault}" for where, faults in wrong.items() for fault in faults)


def is_whole(page: Page, address: str, look: tuple[str, str], *, says: str) -> list[str]:
    """Open a page in a language and theme; return what is wrong with it, or that it is not the state meant."""
    origin = "/".join(page.url.split("/")[:3])
    choices = zip((COOKIE_LANGUAGE, COOKIE_THEME), look, strict=True)
    page.context.add_cookies([{"name": name, "value": text, "url": origin} for name, text in choices])
    page.set_viewport_size(DESK)
    page.goto(f"{origin}{address}" if address.startswith("/") else address)
    missing = [] if page.locator(says).count() else [f"nothing here is {says}"]
    return [f"{address} {look}: {fault}" for fault in [*missing, *faults_at(page, thorough=True)]]


def ids_of(app: Flask, *codes: str) -> dict[str, str]:
    """Return the public ids of planted units by their codes."""
    with app.app_context():
        units = select(OrgUnit.code, OrgUnit.public_id).where(OrgUnit.code.in_(codes))
        return dict(db.session.execute(units).all())


def test_pages_whose_names_are_closed_serve_too(app: Flask, visit: Visit):
    center = ids_of(app, CENTER)[CENTER]
    closed = [f"/center/{center}", f"/center/{center}/board", f"/rates/{center}", "/shortfalls", "/people?q=%EA%B9%80"]
    with visit(SignInKind.AREA_MANAGER) as page:
        pairs = zip(closed, cycle(LOOKS), strict=False)
        wrong = [fault for address, look in pairs for fault in is_whole(page, address, look, says=PURPOSE_FORM)]
    assert not wrong, "\n".join(wrong)


def test_pages_with_nothing_to_show_serve_too(app: Flask, visit: Visit):
    ids = ids_of(app, AREA, CLOSED)
    then = "as_of=1995-01-01"
    empty = {
        f"/rates?{then}": ".empty",
        f"/rates/{ids[AREA]}?{then}&basis=headcount&attribution=due-date": ".empty",
        f"/rates/{ids[AREA]}/spread?{then}": ".empty",
        f"/shortfalls?{then}": ".empty",
        "/courses?q=zzzz": ".empty",
        "/views": ".empty",
        f"/center/{ids[CLOSED]}": ".notice",
    }
    with visit(SignInKind.TRAINING_ADMIN) as page:
        pairs = zip(empty.items(), cycle(LOOKS), strict=False)
        wrong = [fault for (address, says), look in pairs for fault in is_whole(page, address, look, says=says)]
    assert not wrong, "\n".join(wrong)
