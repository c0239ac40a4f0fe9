"""Every route × method × kind of person × thing of theirs: within reach, out of reach, moved away today, gone, missing.

What must come out is told by `ENDPOINTS` and by the reference model (`reference.py`). In every answer it is also looked
whether hidden words leak, whether the headers protect it, and whether the trail names the people it shows.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.accounts.cells import (
    EVERYBODY,
    METHODS,
    OTHER,
    READING,
    WRITING,
    Cell,
    cells,
    deed_of,
    expected,
    outcome,
    rule_of,
    without_samples,
)
from tests.accounts.watching import Trail, leaks, loose_file, loose_headers, unwritten
from tests.accounts.world import World
from tests.support.sign_in import sign_in
from tests.support.snapshot import business_facts, differences, keep

pytestmark = pytest.mark.long
# On PostgreSQL a sample of people reads everything: rules are the same code, queries are not.
READERS = ("coordinator", "area_manager", "training_admin")
# After these, names are open.
OPENING = {"people.purpose", "activation.open_names"}


@pytest.fixture(autouse=True)
def bare(app: Flask) -> None:
    """Take the tokens away, which have tests of their own: here the views themselves must refuse."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False


class Visitor:
    """A kind of person who tries every address, and notes what is wrong with what comes."""

    def __init__(self, app: Flask, session: Session, world: World, kind: str) -> None:
        self.app, self.world, self.kind = app, world, kind
        self.client = FlaskClient(app, app.response_class)
        if kind != "anonymous":
            sign_in(self.client, world.marks[kind].id)
        self.cookie = self.client.get_cookie("session")
        self.trail = Trail(session)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.first_absent: tuple[bytes, list[tuple[str, str]]] | None = None

    def try_all(self, methods: tuple[str, ...], after_each: Callable[[], None] = lambda: None) -> None:
        """Ask for everything with these methods; writes are well filled in, so that only reach can refuse them."""
        for cell in list(cells(self.app, self.world, self.kind, methods)):
            rule = rule_of(self.app, cell)
            writes = cell.method in WRITING and rule is not None
            sent = deed_of(rule).sent(self.world) if writes and rule else {}
            with self.client.open(cell.address, method=cell.method, **sent) as answer:
                self.look_at(cell, answer, rule.endpoint if rule else "", written=writes)
                if writes and answer.status_code == 303:
                    self.look_where_it_leads(cell, answer)
            if writes:
                after_each()
                self.come_back()
                self.trail.start()

    def look_at(self, cell: Cell, answer: TestResponse, endpoint: str, *, written: bool) -> None:
        found, wanted = outcome(answer), expected(self.app, self.world, self.kind, cell)
        self.seen[found] += 1
        faults = [f"{found}, not {' or '.join(wanted)}"] * (found not in wanted)
        faults += leaks(self.world, self.kind, answer, endpoint=endpoint, reason_given=written)
        faults += loose_headers(answer, endpoint) + loose_file(answer, endpoint)
        faults += unwritten(self.world, self.kind, answer, self.trail.new())
        if found == "absent" and cell.method != "HEAD" and endpoint != "static":
            said = (answer.get_data(), list(answer.headers))
            self.first_absent = self.first_absent or said
            faults += ["another 404 than the first"] * (said != self.first_absent)
        self.wrong += [f"{cell} {fault}" for fault in faults]

    def look_where_it_leads(self, cell: Cell, answer: TestResponse) -> None:
        """Read the page after a form: what was done is told there."""
        if cell.rule.endpoint not in OPENING:
            with self.client.get(answer.headers["Location"]) as page:
                found = leaks(self.world, self.kind, page)
            self.wrong += [f"the page after {cell} {fault}" for fault in found]
            self.trail.new()

    def come_back(self) -> None:
        """Hold the cookie of the beginning again, whatever a form made of it."""
        self.client.delete_cookie("session")
        if self.cookie is not None:
            self.client.set_cookie("session", self.cookie.value)

    def report(self, record_property: Callable[[str, object], None]) -> None:
        record_property("access cells", self.seen.total())
        assert not self.wrong, f"{len(self.wrong)} faults in {self.seen.total()} cells:\n" + "\n".join(self.wrong)
        assert self.seen.total() > 30


@pytest.mark.parametrize("kind", EVERYBODY)
@pytest.mark.backend("sqlite")
def test_nobody_opens_more_or_less_than_they_may(
    app: Flask, session: Session, world: World, kind: str, record_property: Callable[[str, object], None]
):
    visitor = Visitor(app, session, world, kind)
    before = business_facts(session)
    visitor.try_all(READING + OTHER)
    assert not differences(before, business_facts(session)), "reading changed facts"
    visitor.try_all(WRITING, after_each=keep(app))
    visitor.report(record_property)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.backend("postgresql")
def test_nobody_reads_more_or_less_than_they_may_on_the_other_database(
    app: Flask, session: Session, world: World, kind: str, record_property: Callable[[str, object], None]
):
    visitor = Visitor(app, session, world, kind)
    before = business_facts(session)
    visitor.try_all(("GET",))
    assert not differences(before, business_facts(session)), "reading changed facts"
    visitor.report(record_property)


@pytest.mark.backend("sqlite")
def test_every_route_says_what_it_names_and_what_it_takes(app: Flask, world: World):
    missing = without_samples(app, world)
    assert not missing, "\n".join(missing)


def test_every_kind_of_person_is_tried():
    assert {"anonymous", "employee", "deputy", "leaver", "on_leave", "auditor", "system_admin"} <= set(EVERYBODY)
    assert set(METHODS) >= {"GET", "HEAD", "POST", "DELETE"}
