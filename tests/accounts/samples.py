"""What an address names, and what a person sends there: one sample for each kind of variable and each form.

A new route of a known kind (`/people/<public_id>/…`, `/rates/<unit_id>/…`) is tried without a word here. A new kind of
variable needs a line in `VARIABLES`, a new form a line in `DEEDS`; the tests fail and say so as long as there is none.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule

from lms.people.models import OrgUnit
from lms.reports.exports import EXPORTS
from tests.accounts.everyone import KINDS
from tests.accounts.reference import NAMING
from tests.accounts.world import World
from tests.support.network import LONG_AGO
from tests.support.sign_in import PASSWORD

MISSING = "zzzzzzzzzzz"
REASON = "preparing the meeting of the month"
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


class NoSampleError(LookupError):
    """A route came that nobody said yet how to try."""


@dataclass(frozen=True)
class Named:
    """One thing that a variable of an address may name, and whether the one who asks reaches it."""

    value: str
    is_reached: bool = True


Things = dict[str, Named]
Sampler = Callable[[World, str], Things]


def people(world: World, kind: str) -> Things:
    """Return oneself, a colleague, people far away, gone today, gone for good, and nobody."""
    own = world.person(kind).public_id if kind in KINDS else MISSING
    there = {
        "in": world.others["inside"],
        "out": world.others["stranger"],
        "next area": world.others["neighbor"],
        "moved away today": world.others["moved"],
        "left": world.others["left"],
    }
    reached = {where: Named(one.public_id, world.may_name(kind, one)) for where, one in there.items()}
    return reached | {"own": Named(own, kind != "anonymous"), "missing": Named(MISSING, False)}


def _units(reaches: Callable[[World, str, OrgUnit], bool]) -> Sampler:
    def sample(world: World, kind: str) -> Things:
        cast = world.cast
        there = {"in": cast.center, "above": cast.area, "above that": cast.region, "out": cast.far_away}
        reached = {where: Named(unit.public_id, reaches(world, kind, unit)) for where, unit in there.items()}
        return reached | {
            "next area": Named(world.hidden.public_id, reaches(world, kind, world.hidden)),
            "missing": Named(MISSING, False),
        }

    return sample


def looks_at_duties(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who sees who holds which duty: those at or above a unit; system administrators where they appoint."""
    if kind == "system_admin":
        return unit.kind in {"REGION", "NETWORK"}
    return kind != "anonymous" and world.holds_above(kind, unit, NAMING - {"CS_ADMIN"})


def appoints_at(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who appoints to some duty at a unit."""
    return unit.kind in APPOINTS_AT.get(kind, ()) and looks_at_duties(world, kind, unit)


APPOINTS_AT = {
    "representative": {"CENTER"},
    "center_manager": {"CENTER"},
    "area_manager": {"CENTER"},
    "region_manager": {"CENTER", "AREA"},
    "training_admin": {"CENTER", "AREA", "REGION"},
    "system_admin": {"REGION", "NETWORK"},
}


def issues_at(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who issues one-time codes at a unit: a center's people there, administrators at every center."""
    at_center = (
        kind in {"coordinator", "deputy", "representative", "center_manager"} and unit.id == world.cast.center.id
    )
    return unit.kind == "CENTER" and (at_center or kind in {"training_admin", "system_admin"})


def account_holders(world: World, kind: str) -> Things:
    """Return for whom a center's people issue codes there; administrators state a purpose first, so nobody yet."""
    return {
        where: Named(thing.value, where == "in" and issues_at(world, kind, world.cast.center) and "admin" not in kind)
        for where, thing in people(world, kind).items()
    }


def browsers(world: World, kind: str) -> Things:
    """Return where one is signed in oneself, where another is, and nowhere."""
    own = world.browsers.get(kind, MISSING)
    return {
        "in": Named(own, kind != "anonymous"),
        "out": Named(world.browsers["boss"], False),
        "missing": Named(MISSING, False),
    }


counted_units = _units(World.may_count)
named_units = _units(World.names_below)


def courses(world: World, kind: str) -> Things:
    """Return a course and none: the catalog is open to everyone inside."""
    return {"in": Named(world.cast.course.public_id), "missing": Named(MISSING, False)}


def completions(world: World, kind: str) -> Things:
    """Return people with a first cycle of the course; oneself has one only as an employee."""
    found = people(world, kind)
    return found | {"own": Named(found["own"].value, kind in {"employee", "leaver"})}


def runs(world: World, kind: str) -> Things:
    """Return a past import and none."""
    return {"in": Named(world.run.public_id), "missing": Named(MISSING, False)}


def views(world: World, kind: str) -> Things:
    """Return the coordinator's saved view and none."""
    return {"in": Named(world.view.public_id, kind == "coordinator"), "missing": Named(MISSING, False)}


def lines(world: World, kind: str) -> Things:
    """Return a line of the trail and none."""
    return {"in": Named(world.line.public_id), "missing": Named(MISSING, False)}


def months(world: World, kind: str) -> Things:
    """Return the month that runs, one before the trail began, and none."""
    running = Named(f"{world.day:%Y-%m}")
    return {"in": running, "before": Named("1999-01", False), "missing": Named(MISSING, False)}


def words(*known: str) -> Sampler:
    """Return words of the product itself, and one that is none."""
    return lambda _world, _kind: {
        **{"in" if number == 0 else word: Named(word) for number, word in enumerate(known)},
        "missing": Named(MISSING, False),
    }


# By the word before the variable, and the variable; a line for one endpoint comes first.
VARIABLES: dict[str, Sampler] = {
    "static filename": words("favicon.svg"),
    "people public_id": people,
    "rates unit_id": counted_units,
    "units unit_id": named_units,
    "duties unit_id": _units(appoints_at),
    "centers unit_id": _units(lambda _world, kind, _unit: kind in {"training_admin", "system_admin"}),
    # Two histories open after a purpose for the whole network, which nobody here stated.
    "merging merge_id": lambda _world, _kind: {"in": Named(MISSING, False)},
    "center unit_id": _units(lambda world, kind, unit: unit.kind == "CENTER" and world.names_below(kind, unit)),
    "accounts unit_id": _units(issues_at),
    "browsers public_id": browsers,
    "courses public_id": courses,
    "courses course_id": courses,
    "courses cycle": lambda _world, _kind: {"in": Named("1"), "missing": Named("99", False)},
    "imports public_id": runs,
    "views public_id": views,
    "events public_id": lines,
    "reviews month": months,
    "new slug": words("roster"),
    "templates slug": words("roster"),
    "templates suffix": words("csv", "xlsx"),
    "reports kind": words(*EXPORTS),
}
OF_ENDPOINT: dict[str, Sampler] = {
    "duties.show unit_id": _units(looks_at_duties),
    "activation.reset public_id": account_holders,
    "recording.history public_id": completions,
    "recording.correct public_id": completions,
}


def things(rule: Rule, world: World, kind: str) -> dict[str, Things]:
    """Return what each variable of a rule may name."""
    return {name: _sampler(rule, name)(world, kind) for name in VARIABLE.findall(rule.rule)}


def _sampler(rule: Rule, variable: str) -> Sampler:
    before = rule.rule[: re.search(rf"<(?:\w+:)?{variable}>", rule.rule).start()]  # type: ignore[union-attr]
    word = re.findall(r"[\w-]+", re.sub(VARIABLE, "", before))[-1]
    found = OF_ENDPOINT.get(f"{rule.endpoint} {variable}") or VARIABLES.get(f"{word} {variable}")
    if found is None:
        raise NoSampleError(f"{rule.rule}: add a line for '{word} {variable}' to VARIABLES")
    return found


def addresses(rule: Rule, world: World, kind: str) -> Iterator[tuple[str, str, bool]]:
    """Yield where an address leads, the address, and whether it is reached: one variable at a time leads astray."""
    named = things(rule, world, kind)
    usual = {variable: found["in"] for variable, found in named.items()}
    tried = {"-": usual} if not named else {}
    for variable, found in named.items():
        for where, thing in found.items():
            tried.setdefault(where, usual | {variable: thing})
    for where, values in tried.items():
        built = rule.build({variable: thing.value for variable, thing in values.items()})
        assert built is not None, f"{values} do not fit {rule.rule}"
        yield where, built[1], all(thing.is_reached for thing in values.values())


def new_password(_world: World) -> dict[str, str]:
    """Return the form of a new password."""
    return {"current": PASSWORD, "new": "nine purple umbrellas", "again": "nine purple umbrellas"}


def activation(_world: World) -> dict[str, str]:
    """Return the form of a one-time code, a wrong one: it signs nobody in, and the trail says so."""
    new = {"new": "nine purple umbrellas", "again": "nine purple umbrellas"}
    return {"staff_no": "00101", "code": "0000-0000-0000"} | new


def roster(_world: World) -> dict[str, Any]:
    """Return a roster that adds one person, as a file."""
    line = "staff_no,name,center_code,role_code,hired_on,left_on\nN0001,새사람,C101,SA,2019-01-01,\n"
    return {"file": (io.BytesIO(line.encode()), "roster.csv"), "effective_on": "2019-07-01", "partial": "y"}


def assignment(world: World) -> dict[str, Any]:
    """Return the form that assigns a course to a center."""
    return {
        "course": world.second.public_id, "roles": [], "units": [world.cast.center.public_id], "due": "date",
        "due_on": (world.day + timedelta(days=30)).isoformat(), "reason": REASON, "request_key": "k1",
    }  # fmt: skip


def recording(world: World) -> dict[str, Any]:
    """Return the form that records a completion of an inhabitant of the center."""
    return {
        "cell": [f"{world.others['inside'].public_id}.{world.cast.course.public_id}"],
        "completed_on": world.day.isoformat(), "evidence": "ATTENDANCE", "note": "folder 7", "reason": REASON,
        "request_key": "k2", "next": "/center",
    }  # fmt: skip


def picked(world: World) -> dict[str, Any]:
    """Return the form that picks an inhabitant of the center to assign a course to."""
    return {"person": [world.others["inside"].public_id]}


def export(world: World) -> dict[str, str]:
    """Return the form of a download."""
    return {"format": "csv", "reason": REASON, "people": "everyone", "course": world.cast.course.code}


def appointment(world: World) -> dict[str, str]:
    """Return the form that makes an inhabitant of the center its deputy coordinator."""
    return {"person": world.others["inside"].public_id, "kind": "DEPUTY_COORDINATOR", "starts_on": str(world.day)}


def ended_duty(world: World) -> dict[str, str]:
    """Return the form that ends the coordinator's duty."""
    person = world.person("coordinator").public_id
    return {"duty": f"COORDINATOR.{person}.{LONG_AGO}", "last_on": str(world.day)}


def center(world: World) -> dict[str, str]:
    """Return the form that opens a center."""
    names = {"code": "N-77", "name_ko": "새 센터", "network_type": "GENERAL"}
    return {**names, "area": world.cast.area.public_id, "opened_on": world.day.isoformat(), "confirm": "1"}


def change_of_center(world: World) -> dict[str, str]:
    """Return the form that closes, moves or renames a center, whichever it is sent to."""
    where = {"on": world.day.isoformat(), "parent": world.hidden.public_id}
    return {**where, "name_ko": "다른 이름", "name_en": "", "confirm": "1"}


def plain(**values: str) -> Callable[[World], dict[str, Any]]:
    """Return a form that is the same in every world."""
    return lambda _world: dict(values)


@dataclass(frozen=True)
class Deed:
    """A form well filled in: what is sent, and by whom it is done.

    `names_others` tells that the form itself names people or things that not everyone reaches: it may end in a 404
    for others. `unwritten` says why no change is to be audited.
    """

    by: str
    form: Callable[[World], dict[str, Any]] = field(default=plain())
    where: str = "in"
    names_others: bool = False
    unwritten: str = ""


# Every endpoint that takes a form.
DEEDS: dict[str, Deed] = {
    "accounts.sign_in": Deed("employee", plain(staff_no="00101", password=PASSWORD)),
    "accounts.sign_out": Deed("employee"),
    "accounts.set_preferences": Deed("employee", plain(theme="dark"), unwritten="one's own colors are no fact"),
    "accounts.change_password": Deed("employee", new_password),
    "browsers.end": Deed("employee"),
    "browsers.end_others": Deed("employee"),
    "browsers.stay": Deed("employee", unwritten="when a session was last used is no fact"),
    "activation.activate": Deed("anonymous", activation),
    "activation.center": Deed("coordinator", plain(again="1")),
    "activation.open_names": Deed("training_admin", plain(reason=REASON)),
    "people.purpose": Deed("area_manager", plain(reason=REASON, next="/shortfalls")),
    "centers.new": Deed("training_admin", center),
    "centers.change": Deed("training_admin", change_of_center),
    "centers.undo": Deed("training_admin", unwritten="nothing was changed yet"),
    "merging.merge": Deed(
        "training_admin", plain(first="00101", second="00201", reason=REASON), unwritten="no purpose was stated"
    ),
    "merging.undo": Deed("training_admin", unwritten="no purpose was stated"),
    "duties.appoint": Deed("area_manager", appointment, names_others=True),
    "duties.end": Deed("representative", ended_duty, names_others=True),
    "enrollments.preview": Deed("coordinator", assignment),
    "enrollments.assign": Deed("coordinator", assignment),
    "enrollments.new_for_people": Deed("coordinator", picked, names_others=True, unwritten="a form that is filled in"),
    "recording.new": Deed("coordinator", recording, names_others=True, unwritten="a form that is filled in"),
    "recording.preview": Deed("coordinator", recording, names_others=True, unwritten="a preview"),
    "recording.record": Deed("coordinator", recording, names_others=True),
    "recording.correct": Deed("coordinator", plain(what="change", reason=REASON), unwritten="nothing is completed yet"),
    "imports.new": Deed("training_admin", roster),
    "imports.apply": Deed("training_admin"),
    "imports.undo": Deed("training_admin"),
    "imports.download_refused": Deed("training_admin", plain(format="csv", reason=REASON)),
    "saved.save": Deed("executive", plain(address="/rates?by=role", name="by role", as_of="2019-06-30", day="FIXED")),
    "saved.rename": Deed("coordinator", plain(name="another name")),
    "saved.start": Deed("coordinator", plain(start="yes")),
    "saved.delete": Deed("coordinator"),
    "reports.download": Deed("area_manager", export),
    "reports.download_rates": Deed("executive", export),
    "trail.extract": Deed("auditor", plain(format="csv", reason=REASON)),
    "trail.review": Deed("auditor", plain(findings=REASON), unwritten="the month is not over"),
}


def deed_at(endpoint: str) -> Deed:
    """Return the well-filled form of an endpoint.

    Raises:
        NoSampleError: there is none yet.
    """
    if endpoint not in DEEDS:
        raise NoSampleError(f"{endpoint} takes a form: add a line to DEEDS")
    return DEEDS[endpoint]


# Every endpoint that answers with a file, each with the forms that make it give all it can.
FILES: dict[str, tuple[dict[str, str], ...]] = {
    "static": (),
    "imports.template": (),
    "imports.download_refused": ({"format": "csv"}, {"format": "xlsx"}),
    "reports.download": ({"format": "csv"}, {"format": "xlsx"}),
    "trail.extract": ({"format": "csv"}, {"format": "xlsx"}),
    "reports.download_rates": tuple(
        {"format": suffix, "by": by} for suffix in ("csv", "xlsx") for by in ("center", "person")
    ),
}
