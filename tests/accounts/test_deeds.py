"""Every form of the product, well filled in: what it changes is written in the trail with it, or not at all, and no key
that the form does not offer changes anything more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Boolean, Date, DateTime, Integer, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.people.models import NamePurpose
from lms.shared.clock import utcnow
from lms.shared.db import Base, db
from lms.web import together
from lms.web.transactions import short_transaction
from tests.accounts.cells import rules
from tests.accounts.deeds import DEEDS, key_of
from tests.accounts.samples import addresses
from tests.accounts.watching import Trail
from tests.accounts.world import World
from tests.support.sign_in import sign_in
from tests.support.snapshot import business_facts, differences, keep

Do = Callable[..., TestResponse]
EACH = pytest.mark.parametrize("key", sorted(DEEDS))
ENTERING = {"accounts.sign_in", "activation.activate"}
PRIVILEGED = {"is_admin": "1", "admin": "true", "role": "SYSTEM_ADMIN", "scope": "network", "permissions": "*"}


def every_column() -> dict[str, str]:
    """Return a plausible value for every column of every table, as somebody would add it to a form."""
    values = {Boolean: "1", Date: "2001-01-01", DateTime: "2001-01-01T00:00:00", Integer: "1"}
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return {
        one.name: next((text for kind, text in values.items() if isinstance(one.type, kind)), "X") for one in columns
    }


@pytest.fixture(autouse=True)
def purpose(session: Session, world: World, key: str) -> None:
    """Open all names to whoever must have said why before."""
    deed = DEEDS[key]
    if deed.purpose_stated:
        stated = {"stated_on": world.day, "purpose": "t", "recorded_at": utcnow()}
        session.add(NamePurpose(person_id=world.marks[deed.by].id, unit_id=world.facts.network, **stated))
        session.commit()


@pytest.fixture
def do(app: Flask, world: World) -> Do:
    """Give `do(key, extra)`: the one whose deed it is sends the form."""
    app.config["WTF_CSRF_ENABLED"] = False
    people = {kind: marks.id for kind, marks in world.marks.items()}

    def send(key: str, extra: dict[str, Any] | None = None) -> TestResponse:
        deed = DEEDS[key]
        client = FlaskClient(app, app.response_class)
        if deed.by != "anonymous" and key != "accounts.sign_in":
            sign_in(client, people[deed.by])
        return client.post(address_of(app, world, key), **deed.sent(world, extra))

    return send


def address_of(app: Flask, world: World, key: str) -> str:
    """Return the address at which a deed is done."""
    endpoint = key.split(maxsplit=1)[0]
    (rule,) = [
        rule
        for rule in rules(app)
        if rule.endpoint == endpoint and "POST" in (rule.methods or ()) and key_of(rule) == key
    ]
    found = {where: address for where, address, _ in addresses(rule, world, DEEDS[key].by)}
    return found.get(DEEDS[key].where, found.get("-", ""))


@EACH
@pytest.mark.backend("sqlite")  # the transaction is the same code on both; the trail is tested on both beside it
def test_what_is_done_is_written_with_it(session: Session, world: World, do: Do, key: str):
    deed = DEEDS[key]
    before, trail = business_facts(session), Trail(session)
    answer = do(key)
    answer.close()
    assert answer.status_code < 400, "the sample form of this deed is not taken"
    done = [line for line in trail.new() if not line.action.startswith("sign_in.") or key in ENTERING]
    assert deed.unwritten or done, "nothing in the trail tells of it"
    actor = None if deed.by == "anonymous" else world.marks[deed.by].id
    assert all(line.actor_id == actor or actor is None for line in done)
    assert all(line.actor and line.origin and line.at for line in done)
    assert deed.only_looks or differences(before, business_facts(session)) or deed.about_sessions


@EACH
@pytest.mark.backend("sqlite")
def test_what_cannot_be_kept_is_not_written_either(
    app: Flask, session: Session, world: World, do: Do, key: str, monkeypatch: pytest.MonkeyPatch
):
    app.testing = False
    before, trail = business_facts(session), Trail(session)

    def fail(_session: object) -> None:
        raise OSError("the disk is full")

    @contextmanager
    def shared() -> Iterator[Session]:  # what a post is written in, with those that came at the same time
        with short_transaction() as writer:
            event.listen(writer, "before_commit", fail)
            yield writer

    monkeypatch.setattr(together, "short_transaction", shared)
    with app.app_context():
        requests = db.session.session_factory
    event.listen(requests, "before_commit", fail)
    try:
        answer = do(key)
        answer.close()
    finally:
        event.remove(requests, "before_commit", fail)
    assert answer.status_code == 500
    written = [line for line in trail.new() if not line.action.startswith("sign_in.")]
    assert bool(written) is bool(differences(before, business_facts(session))) is DEEDS[key].at_the_door


@EACH
@pytest.mark.backend("sqlite")
def test_keys_that_a_form_does_not_offer_change_nothing_more(
    app: Flask, session: Session, world: World, do: Do, key: str, time_machine: Any
):
    time_machine.move_to(f"{date.today()}T12:00:00+09:00", tick=False)  # noqa: DTZ011
    put_back, before = keep(app), business_facts(session, by_chance=False)
    do(key).close()
    plain = business_facts(session, by_chance=False)
    put_back()
    deed = DEEDS[key]
    extra = {name: text for name, text in (every_column() | PRIVILEGED).items() if name not in deed.takes}
    assert len(extra) >= 30
    answer = do(key, extra)
    answer.close()
    assert (answer.status_code == 422) or not deed.is_json
    wanted = before if deed.is_json else plain
    assert differences(wanted, business_facts(session, by_chance=False)) == []
