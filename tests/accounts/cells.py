"""Every request that a kind of person can make, by the address table of the application, and what must come of it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts.access import DUTIES, ENDPOINTS, Policy
from tests.accounts.everyone import KINDS
from tests.accounts.samples import DEEDS, NoSampleError, addresses, deed_at
from tests.accounts.world import World

READING = ("GET", "HEAD")
WRITING = ("POST",)
OTHER = ("PUT", "PATCH", "DELETE", "OPTIONS")
METHODS = READING + WRITING + OTHER
OUTSIDE = frozenset({"anonymous", "leaver"})
# What a reached address may answer besides a page: one sent on, or an input that is refused with words.
REACHED = frozenset({200, 303, 400, 409, 422})


@dataclass(frozen=True)
class Cell:
    """One request, and whether what it names is within reach."""

    rule: Rule
    method: str
    where: str
    address: str
    is_reached: bool

    def __str__(self) -> str:
        return f"{self.method} {self.address} ({self.rule.endpoint}: {self.where})"


def rules(app: Flask) -> list[Rule]:
    """Return the routes by address."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def cells(app: Flask, world: World, kind: str, methods: tuple[str, ...] = METHODS) -> Iterator[Cell]:
    """Yield every request; methods that a route does not take, and HEAD, are tried at the first address of each.

    A route without samples is left out here; `without_samples` tells of it.
    """
    for rule in rules(app):
        with suppress(NoSampleError):
            for number, (where, address, is_reached) in enumerate(addresses(rule, world, kind)):
                for method in methods:
                    if number == 0 or (method in (rule.methods or ()) and method not in {"HEAD", "OPTIONS"}):
                        yield Cell(rule, method, where, address, is_reached)


def without_samples(app: Flask, world: World) -> list[str]:
    """Return what is to be said in `samples.py` before everything can be tried."""
    missing = []
    for rule in rules(app):
        try:
            list(addresses(rule, world, "training_admin"))
            if "POST" in (rule.methods or ()):
                deed_at(rule.endpoint)
        except NoSampleError as error:
            missing.append(str(error))
    return missing


def form_at(endpoint: str, world: World) -> dict[str, Any]:
    """Return the well-filled form of an endpoint; an empty one as long as nobody said what it takes."""
    with suppress(NoSampleError):
        return deed_at(endpoint).form(world)
    return {}


def endpoint_of(app: Flask, cell: Cell) -> str | None:
    """Return the endpoint that takes a request: two routes may share an address. None: no route takes the method."""
    table = app.url_map.bind("localhost")
    if cell.method not in table.allowed_methods(cell.address):
        return None
    return str(table.match(cell.address, method=cell.method)[0])


def may_open(world: World, kind: str, policy: Policy) -> bool:
    """Tell whether a policy is open to a kind of person, by the duties that the reference says they hold today."""
    if policy is Policy.PUBLIC or policy is Policy.SIGNED_IN:
        return policy is Policy.PUBLIC or kind not in OUTSIDE
    person = None if kind in OUTSIDE else world.person(kind).id
    return person is not None and bool(world.facts.offices(person, world.day, set(DUTIES[policy])))


def outcome(answer: TestResponse) -> str:
    """Return what an answer amounts to."""
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?"):
        return "sign in"
    named = {401: "sign in", 403: "closed", 404: "absent", 405: "no such method"}
    return named.get(answer.status_code, "reached" if answer.status_code in REACHED else f"{answer.status_code}!")


def expected(app: Flask, world: World, kind: str, cell: Cell) -> set[str]:
    """Return what may come out: by `ENDPOINTS` for the kind of person, by the reference for what they reach."""
    endpoint = endpoint_of(app, cell)
    if endpoint is None:
        return {"no such method"}
    if not may_open(world, kind, ENDPOINTS[endpoint]):
        return {"sign in" if kind in OUTSIDE else "closed"}
    if not cell.is_reached and cell.method != "OPTIONS":
        return {"absent"}
    deed = DEEDS.get(endpoint) if cell.method == "POST" else None
    is_for_another = deed and deed.names_others and (kind, cell.where) != (deed.by, deed.where)
    return {"reached", "absent"} if is_for_another else {"reached"}


EVERYBODY = ("anonymous", *KINDS)
