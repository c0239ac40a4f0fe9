"""Names, numbers, titles and file names that would like to be scripts: on every page they are text and nothing else."""

import pytest
from flask import Flask
from playwright.sync_api import Dialog
from sqlalchemy.orm import Session

from lms.people.models import NamePurpose
from lms.shared.clock import utcnow
from tests.accounts.cells import cells
from tests.accounts.world import World
from tests.support.browser import PHONE
from tests.support.sign_in import sign_in_page

pytestmark = pytest.mark.long
# These answer with files or fragments, or lead away.
NO_PAGES = {
    "static", "web.styles", "web.health", "imports.template", "imports.progress", "accounts.home", "questions.template",
}  # fmt: skip
VIOLATIONS = (
    "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));"
)


@pytest.fixture
def world(session: Session) -> World:
    """Give a committed world in which administrators have opened all names."""
    built = World(session)
    for kind in ("training_admin", "system_admin"):
        stated = {"stated_on": built.day, "purpose": "<b>why</b>", "recorded_at": utcnow()}
        session.add(NamePurpose(person_id=built.person(kind).id, unit_id=built.facts.network, **stated))
    session.commit()
    return built


@pytest.mark.parametrize("kind", ["training_admin", "coordinator", "auditor", "system_admin", "employee"])
def test_nothing_that_somebody_is_called_runs(
    app: Flask, world: World, live_server: str, new_page, kind: str, record_property
):
    asked = {}
    for cell in cells(app, world, kind, ("GET",)):
        if cell.is_reached and "GET" in (cell.rule.methods or ()) and cell.rule.endpoint not in NO_PAGES:
            asked.setdefault(cell.rule.rule, cell.address)
    said: list[str] = []
    with new_page(viewport=PHONE) as page:
        page.add_init_script(VIOLATIONS)

        def note(dialog: Dialog) -> None:
            said.append(f"{page.url} says {dialog.message}")
            dialog.dismiss()

        page.on("dialog", note)
        sign_in_page(page, live_server, app, world.marks[kind].id)
        shown = 0
        for address in asked.values():
            page.goto(live_server + address)
            said += [f"{address} breaks {directive}" for directive in page.evaluate("window.violations")]
            shown += "zqname" in page.content()
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            said += [f"{address} is {wider} pixels wider than the phone"] * (wider > 0)
    record_property("pages with hostile text", len(asked))
    assert not said, "\n".join(said)
    assert shown or kind not in {"coordinator", "training_admin"}, "no hostile name was on any page"
