"""Pages in a real browser that fail their test when the page itself complains."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, Request, expect

from tests.support import ROOT
from tests.support.chromium import MISSING, find_chromium, flags

AXE = ROOT / "tests" / "vendor" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# Long enough for a busy machine; what is there at once is not waited for.
PATIENCE_MS = 20_000
LOCAL = ("http://127.0.0.1:", "data:", "blob:", "about:")


def launch(playwright: Playwright) -> Browser:
    """Start the installed Chromium without a window."""
    path = find_chromium()
    if path is None:
        raise RuntimeError(MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    return playwright.chromium.launch(executable_path=path, args=flags())


@contextmanager
def open_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """Give a page in a profile of its own: Korean, Seoul, desk width unless `options` say otherwise.

    Raises:
        AssertionError: at the end, when the page logged an error, broke its content policy, or called another host.
    """
    usual: dict[str, Any] = {"locale": "ko-KR", "timezone_id": "Asia/Seoul", "viewport": DESK}
    context = browser.new_context(**(usual | options))
    complaints: list[str] = []

    def stays_inside(request: Request) -> None:
        if not request.url.startswith(LOCAL):
            complaints.append(f"the page called out: {request.url}")

    # Looking on is enough, as the browser knows no other host; to intercept would turn its cache off.
    context.on("request", stays_inside)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: _note(message.type, message.text, complaints))
    try:
        yield page
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def _note(kind: str, text: str, complaints: list[str]) -> None:
    # An answer of 400 and above that the test meant is logged by the browser as an error too.
    if kind == "error" and not text.startswith("Failed to load resource: the server responded with a status of 4"):
        complaints.append(f"console error: {text}")


def accessibility_faults(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds wrong with the page by WCAG 2.2 AA, one line for each fault; empty when nothing.

    `without` names rules to leave out, each for a reason that stands beside the call.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        """(without) => axe.run(document, {
            resultTypes: ["violations"],
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            rules: Object.fromEntries(without.map((name) => [name, { enabled: false }])),
        })""",
        list(without),
    )
    return [
        f"{fault['id']}: {fault['help']}: {' '.join(map(str, node['target']))} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
