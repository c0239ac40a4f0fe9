"""Addresses that nobody would type by accident: they are refused or ignored, never a fault of ours."""

from collections.abc import Iterator
from itertools import cycle

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.cells import cells
from tests.accounts.world import World
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.long
NAMES = (
    *("as_of", "page", "sort", "by", "unit", "role", "tier", "course", "people", "below", "severity"),
    *("q", "competency", "next", "format"),
)
# PostgreSQL differs in what it takes for a number, a day and a text.
NAMES_OF_ALL_KINDS = ("as_of", "page", "unit", "q")
HUGE = "9" * 40
ODD = ("\0", "a\nb\r\nX: y", "-1", "0001-01-01", "9999-12-31", "%' OR 1=1 --", "😀가\u202e", "../../etc/passwd")


def addresses(app: Flask, world: World) -> Iterator[str]:
    for cell in cells(app, world, "training_admin"):
        takes_it = cell.method == "GET" and "GET" in (cell.rule.methods or ()) and cell.rule.endpoint != "static"
        if takes_it and cell.where in {"-", "in"}:
            yield cell.address


def test_no_parameter_makes_a_page_fail(app: Flask, world: World, backend: str, record_property):
    app.testing = False
    client = FlaskClient(app, app.response_class)
    sign_in(client, world.person("training_admin"))
    asked, wrong, odd = 0, [], cycle(ODD)
    names = NAMES if backend == "sqlite" else NAMES_OF_ALL_KINDS
    for address in addresses(app, world):
        for name, value in ((name, value) for name in names for value in (HUGE, next(odd))):
            with client.get(address, query_string={name: value}) as answer:
                asked += 1
                if answer.status_code >= 500 or ("\0" in value and answer.status_code != 400):
                    wrong.append(f"{answer.status_code} {address}?{name}={value!r}")
    record_property("hostile addresses", asked)
    assert not wrong, "\n".join(wrong)


def test_two_values_for_one_name_make_no_page_fail(app: Flask, world: World):
    app.testing = False
    client = FlaskClient(app, app.response_class)
    sign_in(client, world.person("training_admin"))
    twice = {name: ["1", "2"] for name in NAMES}
    for address in addresses(app, world):
        with client.get(address, query_string=twice) as answer:
            assert answer.status_code < 500
