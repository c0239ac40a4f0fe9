"""Every request that a kind of person can make, by the address table of the application, and what must come of it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts.access import DUTIES, ENDPOINTS, Policy
from tests.accounts.deeds import DEEDS, Deed, key_of
from tests.accounts.everyone import KINDS
from tests.accounts.samples import NoSampleError, addresses
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
                key_of(rule)
        except NoSampleError as error:
            missing.append(str(error))
    return missing


def deed_of(rule: Rule) -> Deed:
    """Return the well-filled form of a route; an empty one as long as nobody said what it takes."""
    with suppress(NoSampleError):
        return DEEDS[key_of(rule)]
    return Deed("nobody", names_others=True)


def rule_of(app: Flask, cell: Cell) -> Rule | None:
    """Return the route that takes a request: two may share an address. None: no route takes the method."""
    table = app.url_map.bind("localhost")
    if cell.method not in table.allowed_methods(cell.address):
        return None
    return table.match(cell.address, method=cell.method, return_rule=True)[0]


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
    rule = rule_of(app, cell)
    if rule is None:
        return {"no such method"}
    if not may_open(world, kind, ENDPOINTS[rule.endpoint]):
        return {"sign in" if kind in OUTSIDE else "closed"}
    if not cell.is_reached and cell.method != "OPTIONS":
        return {"absent"}
    deed = deed_of(rule)
    is_for_another = cell.method == "POST" and deed.names_others and (kind, cell.where) != (deed.by, deed.where)
    reads_otherwise = rule is not cell.rule  # a word of one address is a variable of the other
    return {"reached", "absent"} if is_for_another or reads_otherwise else {"reached"}


EVERYBODY = ("anonymous", *KINDS)
