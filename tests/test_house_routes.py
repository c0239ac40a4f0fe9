"""Every route, whoever wrote it: declared, guarded, and harmless when it only reads."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule

from app import create_app
from lms.accounts.access import ENDPOINTS, Policy, is_open
from lms.people.models import Duty, Person
from lms.people.rules import DutyKind
from tests.support.databases import settings_for
from tests.support.network import small_cast
from tests.support.sign_in import sign_in
from tests.support.statements import counted_statements

SAFE = {"GET", "HEAD", "OPTIONS"}
# Signing-in and access are noted when a page is read; neither is a business fact (ruling 17).
NOTES = {"audit_event", "audit_subject", "sign_in_session", "sign_in_attempt"}
WRITES = re.compile(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
STATIC_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")


def address_of(rule: Rule) -> str:
    """Return an address of the rule with made-up values for its variables."""
    values = {name: 1 if isinstance(kind, IntegerConverter) else "x" for name, kind in rule._converters.items()}
    built = rule.build(values)
    assert built is not None, f"no made-up values fit {rule}"
    return built[1]


def unsafe_methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - SAFE


@pytest.fixture(scope="session")
def any_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give an application for reading its routes; it never asks its database."""
    return create_app(settings_for("sqlite:///:memory:", tmp_path_factory.mktemp("routes")))


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def test_every_route_says_who_may_open_it(any_app: Flask):
    undeclared = {rule.endpoint for rule in rules(any_app)} - set(ENDPOINTS)
    assert not undeclared, f"add a line to ENDPOINTS in lms/accounts/access.py for {sorted(undeclared)}"


def test_no_declaration_outlives_its_route(any_app: Flask):
    assert not set(ENDPOINTS) - {rule.endpoint for rule in rules(any_app)}


def test_addresses_are_plain_words_and_hyphens(any_app: Flask):
    for rule in rules(any_app):
        parts = [part for part in rule.rule.split("/") if part and "<" not in part]
        assert all(STATIC_PART.fullmatch(part) for part in parts), rule.rule


def test_no_view_is_exempt_from_the_csrf_check(any_app: Flask):
    csrf = any_app.extensions["csrf"]
    assert not csrf._exempt_views
    assert not csrf._exempt_blueprints
    assert any_app.config.get("WTF_CSRF_ENABLED", True)
    assert any_app.config.get("WTF_CSRF_CHECK_DEFAULT", True)


@pytest.mark.backend("sqlite")  # the check comes before any view
def test_every_writing_route_refuses_a_request_without_a_token(app: Flask, client: FlaskClient):
    for rule in rules(app):
        for method in unsafe_methods(rule):
            answer = client.open(address_of(rule), method=method)
            assert answer.status_code == 400, f"{method} {rule} answered {answer.status_code} without a CSRF token"


def reading_routes(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app) if "GET" in (rule.methods or ()) and rule.endpoint != "static"]


def written_by(client: FlaskClient, address: str) -> set[str]:
    with counted_statements() as seen:
        client.get(address)
    return {found[1] for text in seen.texts if (found := WRITES.match(text))}


def test_reading_writes_no_business_fact(app: Flask, session: Session):
    people = {"nobody": None} | small_cast(session).everyone()
    session.commit()
    for name, person in people.items():
        client = app.test_client()
        if person is not None:
            sign_in(client, person)
        for rule in reading_routes(app):
            written = written_by(client, address_of(rule))
            assert not written - NOTES, f"GET {rule} wrote to {written} for {name}"


@pytest.mark.backend("sqlite")  # who may open what is decided before the database is asked
def test_a_page_opens_to_those_it_is_declared_for_and_nobody_else(app: Flask, session: Session):
    people = small_cast(session).everyone()
    session.commit()
    duties = {name: frozenset(duties_of(session, person)) for name, person in people.items()}
    for name, person in people.items():
        client = app.test_client()
        sign_in(client, person)
        for rule in reading_routes(app):
            may = is_open(ENDPOINTS[rule.endpoint], signed_in=True, duties=duties[name])
            status = client.get(address_of(rule)).status_code
            assert (status != 403) is may, f"GET {rule} answered {status} to {name}"
            assert status < 500


def duties_of(session: Session, person: Person) -> list[DutyKind]:
    kinds = session.scalars(select(Duty.kind).where(Duty.person_id == person.id))
    return [DutyKind(kind) for kind in kinds]


@pytest.mark.backend("sqlite")  # who may open what is decided before the database is asked
def test_a_stranger_sees_nothing_but_what_is_public(app: Flask, client: FlaskClient):
    for rule in rules(app):
        if "GET" in (rule.methods or ()) and ENDPOINTS[rule.endpoint] is not Policy.PUBLIC:
            answer = client.get(address_of(rule))
            assert answer.status_code in {302, 303, 401, 403, 404}, f"GET {rule} answered {answer.status_code}"
