"""Every route × method × kind of person × object of theirs, within reach, out of reach and missing.

What must come out is a small table here, apart from the product's own; what may not come out is searched for in every
answer: names and staff numbers of people whom the one who asks may not see.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts.access import ENDPOINTS, Policy
from lms.imports.models import ImportRun
from lms.people.rules import UnitKind
from lms.shared.clock import local_date, utcnow
from tests.accounts.everyone import KINDS, Everyone, end_posting
from tests.support.sign_in import sign_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MISSING = "zzzzzzzzzzz"

OUTSIDE = frozenset({"anonymous", "leaver"})
CENTER = frozenset({"coordinator", "representative", "center_manager"})
WIDE = frozenset({"area_manager", "region_manager"})
WHOLE = frozenset({"training_admin", "cs_admin"})
NAMING = CENTER | WIDE | WHOLE
COUNTING = NAMING | {"executive"}
MAY = {
    Policy.PUBLIC: frozenset({"anonymous", *KINDS}),
    Policy.SIGNED_IN: frozenset(KINDS) - OUTSIDE,
    Policy.COUNTS: COUNTING,
    Policy.NAMES: NAMING,
    Policy.TRAINING: frozenset({"training_admin"}),
    Policy.ASSIGN: CENTER | {"training_admin"},
}
# Addresses that are no page of the viewer's: what a reached one may answer besides a page.
REACHED = frozenset({200, 303, 400, 422})


@dataclass(frozen=True)
class Target:
    """One object that an address may name, and who reaches it once the endpoint is open to them."""

    values: dict[str, str]
    reached_by: frozenset[str]


Targets = dict[str, Target]
EVERYONE = frozenset({"anonymous", *KINDS})
NOBODY: frozenset[str] = frozenset()


def people_targets(world: Everyone, kind: str) -> Targets:
    own = world.person(kind).public_id if kind in KINDS else MISSING
    return {
        "own": Target({"public_id": own}, EVERYONE),
        "in": Target({"public_id": world.cast.colleague.public_id}, NAMING),
        "out": Target({"public_id": world.stranger.public_id}, WHOLE),
        "moved away today": Target({"public_id": world.moved.public_id}, WHOLE),
        "missing": Target({"public_id": MISSING}, NOBODY),
    }


def unit_targets(world: Everyone, kind: str) -> Targets:
    return {
        "in": Target({"unit_id": world.cast.center.public_id}, COUNTING),
        "above": Target({"unit_id": world.cast.area.public_id}, COUNTING - CENTER),
        "above that": Target({"unit_id": world.cast.region.public_id}, COUNTING - CENTER - {"area_manager"}),
        "out": Target({"unit_id": world.cast.far_away.public_id}, WHOLE | {"executive"}),
        "missing": Target({"unit_id": MISSING}, NOBODY),
    }


def named_unit_targets(world: Everyone, kind: str) -> Targets:
    return {
        "in": Target({"unit_id": world.cast.center.public_id}, NAMING),
        "above": Target({"unit_id": world.cast.area.public_id}, NAMING),  # opens names of one's own centers below it
        "out": Target({"unit_id": world.cast.far_away.public_id}, WHOLE),
        "missing": Target({"unit_id": MISSING}, NOBODY),
    }


def course_targets(world: Everyone, kind: str) -> Targets:
    return {
        "in": Target({"public_id": world.cast.course.public_id}, EVERYONE),
        "missing": Target({"public_id": MISSING}, NOBODY),
    }


def import_targets(world: Everyone, kind: str) -> Targets:
    return {
        "in": Target({"public_id": world.run.public_id}, EVERYONE),
        "missing": Target({"public_id": MISSING}, NOBODY),
    }


def word_targets(**words: str) -> Callable[[Everyone, str], Targets]:
    """Return targets for an address whose words are the same for everyone."""
    return lambda _world, _kind: {
        "in": Target(words, EVERYONE),
        "missing": Target({**words, next(iter(words)): MISSING}, NOBODY),
    }


OBJECTS: dict[str, Callable[["World", str], Targets]] = {
    "static": word_targets(filename="favicon.svg"),
    "completion.person": people_targets,
    "completion.unit_rates": unit_targets,
    "people.purpose": named_unit_targets,
    "completion.course_enrollments": course_targets,
    "courses.course": course_targets,
    "reports.download": word_targets(kind="shortfalls"),
    "imports.new": word_targets(slug="roster"),
    "imports.template": word_targets(slug="roster", suffix="csv"),
    "imports.show": import_targets,
    "imports.progress": import_targets,
    "imports.apply": import_targets,
    "imports.undo": import_targets,
    "imports.download_refused": import_targets,
}


def today() -> date:
    return local_date(utcnow(), "Asia/Seoul")


class World(Everyone):
    """Everyone, two far away whom only the whole network's people may see, one since today; and a past import."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.stranger = self.net.person("00299", "천리밖", at=self.cast.far_away)
        self.moved = self.net.person("00298", "방금전근", at=self.cast.center, until=today())
        self.net.posting(self.moved, at=self.cast.far_away, since=today())
        for person in (self.stranger, self.moved, self.person("leaver")):
            self.net.enroll(person, self.cast.course, due_on=date(2019, 1, 31))
        other = self.net.unit(UnitKind.AREA, "A3", under=self.cast.region)
        self.net.unit(UnitKind.CENTER, "C301", under=other)
        self.run = ImportRun(
            kind="ROSTER", state="APPLIED", file_name="a.csv", sha256="0" * 64, requested_by="x", recorded_at=utcnow()
        )
        session.add(self.run)
        session.flush()

    def forbidden_to(self, kind: str) -> tuple[str, ...]:
        """Return texts that no answer to this kind of person may hold, as long as no purpose was stated."""
        own = "" if kind == "anonymous" else self.person(kind).name
        hidden = [] if kind in CENTER else [self.cast.colleague]
        return tuple(
            text for one in (self.stranger, self.moved, *hidden) if one.name != own for text in (one.name, one.staff_no)
        )


@pytest.fixture
def world(session: Session) -> World:
    """Give a committed world; whoever leaves has left."""
    built = World(session)
    end_posting(session, built.person("leaver"), date(2026, 1, 1))
    session.commit()
    return built


@dataclass(frozen=True)
class Cell:
    """One request, and whether it must reach its object."""

    rule: Rule
    method: str
    where: str
    address: str
    is_reachable: bool


def cells(app: Flask, world: World, kind: str) -> Iterator[Cell]:
    """Yield every request that this kind of person can make, by the address table of the application."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        assert rule.endpoint in ENDPOINTS, f"{rule.endpoint} is undeclared"
        if not rule.arguments:
            targets = {"-": Target({}, EVERYONE)}
        else:
            assert rule.endpoint in OBJECTS, f"say in OBJECTS what {rule.rule} names and who reaches it"
            targets = OBJECTS[rule.endpoint](world, kind)
        for where, target in targets.items():
            built = rule.build(target.values)
            assert built is not None
            for method in METHODS:
                yield Cell(rule, method, where, built[1], kind in target.reached_by)


def outcome(answer: TestResponse) -> str:
    """Return what an answer amounts to."""
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?"):
        return "sign in"
    named = {401: "sign in", 403: "closed", 404: "absent", 405: "no such method"}
    return named.get(answer.status_code, "reached" if answer.status_code in REACHED else f"{answer.status_code}!")


def expected(cell: Cell, kind: str, methods: frozenset[str]) -> str:
    """Return what must come out, by the table above."""
    if cell.method not in methods:
        return "no such method"
    policy = ENDPOINTS[cell.rule.endpoint]
    if kind not in MAY[policy]:
        return "sign in" if kind in OUTSIDE else "closed"
    if cell.method == "OPTIONS":
        return "reached"
    return "reached" if cell.is_reachable else "absent"


def methods_of(app: Flask, address: str) -> frozenset[str]:
    """Return the methods that some route takes at an address: two routes may share it."""
    return frozenset(app.url_map.bind("localhost").allowed_methods(address))


@pytest.mark.parametrize("kind", ["anonymous", *KINDS])
@pytest.mark.backend("sqlite")  # the scope itself is tested on both databases beside its query
def test_nobody_opens_more_or_less_than_they_may(
    app: Flask, world: World, kind: str, record_property: Callable[[str, object], None]
):
    app.config["WTF_CSRF_ENABLED"] = False  # tokens have tests of their own; here the view itself must refuse
    app.testing = False
    client = FlaskClient(app, app.response_class)
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    absent: dict[str, tuple[bytes, list[tuple[str, str]]]] = {}
    forbidden = world.forbidden_to(kind)
    people = {} if kind == "anonymous" else {kind: world.person(kind).id}
    fresh = False
    for cell in list(cells(app, world, kind)):
        if kind in people and not fresh:
            sign_in(client, people[kind])
        with client.open(cell.address, method=cell.method) as answer:
            found, body = outcome(answer), answer.get_data()
        fresh = cell.method != "POST"
        wanted = expected(cell, kind, methods_of(app, cell.address))
        seen[found] += 1
        if found != wanted:
            wrong.append(f"{cell.method} {cell.address} ({cell.where}): {found}, not {wanted}")
        wrong += [f"{cell.method} {cell.address} shows {text}" for text in forbidden if text.encode() in body]
        if found == "absent" and cell.method != "HEAD" and cell.rule.endpoint != "static":
            first = absent.setdefault("first", (body, list(answer.headers)))
            if first != (body, list(answer.headers)):
                wrong.append(f"{cell.method} {cell.address} ({cell.where}): another 404 than the first")
    record_property("access cells", seen.total())
    assert not wrong, f"{len(wrong)} of {seen.total()} cells:\n" + "\n".join(wrong)
    assert seen.total() > 100
