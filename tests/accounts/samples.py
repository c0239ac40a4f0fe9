"""What an address names, and who reaches it: one sampler for each kind of variable.

A new route of a known kind (`/people/<public_id>/…`, `/rates/<unit_id>/…`) is tried without a word here. A new kind of
variable needs a line in `VARIABLES`, a new form a line in `deeds.py`; the tests fail and say so as long as it lacks.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from werkzeug.routing import Rule

from lms.people.models import OrgUnit
from lms.reports.exports import EXPORTS
from tests.accounts.everyone import KINDS
from tests.accounts.reference import AT_A_CENTER, NAMING
from tests.accounts.world import World

MISSING = "zzzzzzzzzzz"
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
        "done": world.cast.colleague,
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


def works_at(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who sees the people of a center, as a center."""
    return kind != "anonymous" and unit.kind == "CENTER" and world.names_below(kind, unit)


def issues_at(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who hands out one-time codes at a center: those in charge there, and two administrators everywhere."""
    administers = kind in {"training_admin", "system_admin"}
    return unit.kind == "CENTER" and (
        administers or (kind != "anonymous" and world.holds_above(kind, unit, AT_A_CENTER))
    )


def inhabitants(world: World, kind: str) -> Things:
    """Return whom one may hand a code at the center "in": its people, once their names are open."""
    is_open = kind != "anonymous" and world.sees_name(kind, world.others["inside"])
    return {
        "in": Named(world.others["inside"].public_id, is_open),
        "out": Named(world.others["stranger"].public_id, False),
        "moved away today": Named(world.others["moved"].public_id, False),
        "missing": Named(MISSING, False),
    }


def browsers(world: World, kind: str) -> Things:
    """Return a browser of one's own, one of somebody else, and none."""
    others = world.browsers["employee" if kind != "employee" else "coordinator"]
    own = world.browsers.get(kind, MISSING)
    return {"in": Named(own, own != MISSING), "out": Named(others, False), "missing": Named(MISSING, False)}


def studies(world: World, kind: str) -> Things:
    """Return a study record of one's own, a neighbor's, and none: nobody reaches another's."""
    own = world.studies.get(kind, MISSING)
    others = world.studies["colleague" if kind != "colleague" else "inside"]
    return {"in": Named(own, own != MISSING), "out": Named(others, False), "missing": Named(MISSING, False)}


def own_courses(world: World, kind: str) -> Things:
    """Return a course that is learned here by everyone in it, one that nobody is enrolled in, and none."""
    return {
        "in": Named(world.cast.course.public_id, kind in world.studies),
        "not enrolled": Named(world.second.public_id, False),
        "missing": Named(MISSING, False),
    }


def pages_of_study(world: World, _kind: str) -> Things:
    """Return the one module of the course, and none."""
    return {"in": Named(world.page), "missing": Named(MISSING, False)}


def views(world: World, kind: str) -> Things:
    """Return a saved view, which is its owner's alone, and none."""
    return {"in": Named(world.view, kind == "coordinator"), "missing": Named(MISSING, False)}


def organization(world: World, kind: str) -> Things:
    """Return units, one of them closed: whoever changes the organization changes all of it."""
    there = {"in": world.hidden, "shut": world.shut, "above": world.elsewhere, "above that": world.cast.region}
    named = {where: Named(unit.public_id) for where, unit in there.items()}
    return named | {"missing": Named(MISSING, False)}


def counts_center(world: World, kind: str, unit: OrgUnit) -> bool:
    """Tell who sees the figures of a unit that is a center."""
    return unit.kind == "CENTER" and world.may_count(kind, unit)


def exceptions(world: World, kind: str) -> Things:
    """Return a request of the coordinator about an inhabitant, and a granted one: for who looks after them."""
    duties = AT_A_CENTER | {"TRAINING_ADMIN"}
    is_reached = kind != "anonymous" and world.holds_above(kind, world.cast.center, duties)
    there = {"in": Named(world.asked, is_reached), "granted": Named(world.granted, is_reached)}
    return there | {"missing": Named(MISSING, False)}


def months(world: World, kind: str) -> Things:
    """Return the month before this one, and what is none."""
    last = world.day.replace(day=1) - timedelta(days=1)
    return {"in": Named(f"{last:%Y-%m}"), "missing": Named("2019-13", False)}


def closable_months(world: World, kind: str) -> Things:
    """Return a month that can be closed, one that is, and what is none."""
    return months(world, kind) | {"closed": Named(f"{world.closed:%Y-%m}")}


def closed_months(world: World, kind: str) -> Things:
    """Return a closed month, one that is not, and what is none."""
    waiting = months(world, kind)
    return waiting | {"in": Named(f"{world.closed:%Y-%m}"), "waiting": Named(waiting["in"].value, False)}


def certificates(world: World, kind: str) -> Things:
    """Return a colleague's certificate, and none."""
    is_reached = world.may_name(kind, world.cast.colleague)
    return {"in": Named(world.certificate, is_reached), "missing": Named(MISSING, False)}


def own_studies(world: World, kind: str) -> Things:
    """Return the study record of the employee, which is nobody else's, and none."""
    return {"in": Named(world.studied, kind == "employee"), "missing": Named(MISSING, False)}


APPOINTS_AT = {
    "representative": {"CENTER"},
    "center_manager": {"CENTER"},
    "area_manager": {"CENTER"},
    "region_manager": {"CENTER", "AREA"},
    "training_admin": {"CENTER", "AREA", "REGION"},
    "system_admin": {"REGION", "NETWORK"},
}
counted_units = _units(World.may_count)
named_units = _units(World.names_below)


def lessons(named: str) -> Sampler:
    """Return something of what the employee studies, which is theirs alone, and nothing."""
    return lambda world, kind: {
        "in": Named(world.lessons[named], kind == "employee"),
        "missing": Named(MISSING, False),
    }


def quizzes(world: World, kind: str) -> Things:
    """Return a quiz that the employee takes, one not begun, and none."""
    return lessons("quiz")(world, kind) | {"fresh": Named(world.lessons["fresh"], kind == "employee")}


def authored(named: str) -> Sampler:
    """Return something that authors write, open to all of them, and nothing."""
    return lambda world, _kind: {"in": Named(world.lessons[named]), "missing": Named(MISSING, False)}


def courses(world: World, kind: str) -> Things:
    """Return a course and none: the catalog is open to everyone inside."""
    return {"in": Named(world.cast.course.public_id), "missing": Named(MISSING, False)}


def files(world: World, kind: str) -> Things:
    """Return a file of the course that everyone here is enrolled in, one of another course, and none."""
    own, other = (file.public_id for file in world.files)
    return {
        "in": Named(own, kind != "anonymous"),
        "out": Named(other, kind == "training_admin"),
        "missing": Named(MISSING, False),
    }


def drafts(course: Callable[[World], str]) -> Sampler:
    """Return a course to write for, and none."""
    return lambda world, _kind: {"in": Named(course(world)), "missing": Named(MISSING, False)}


def modules(world: World, kind: str) -> Things:
    """Return a page of the draft, and none."""
    return {"in": Named(world.module), "missing": Named(MISSING, False)}


def runs(world: World, kind: str) -> Things:
    """Return a past import, one that waits for a yes, and none."""
    return {
        "in": Named(world.run.public_id),
        "waiting": Named(world.waiting.public_id),
        "missing": Named(MISSING, False),
    }


def rules(world: World, kind: str) -> Things:
    """Return a rule that waits as a draft, one in force, and none."""
    return {"in": Named(world.rule), "in force": Named(world.rule_in_force), "missing": Named(MISSING, False)}


def rule_runs(world: World, kind: str) -> Things:
    """Return a rehearsal, a publication, and none."""
    return {"in": Named(world.rehearsal), "published": Named(world.published), "missing": Named(MISSING, False)}


def standard(what: str) -> Sampler:
    """Return a thing of the standard, which everyone may look at, and none."""
    return lambda world, _kind: {"in": Named(world.standard[what]), "missing": Named(MISSING, False)}


def checks(world: World, kind: str) -> Things:
    """Return a check of an inhabitant, what was observed of the employee, a check of one far away, and none."""
    there = {"in": world.inside, "own": world.person("employee"), "out": world.others["stranger"]}
    named = {where: Named(world.checks[where], world.may_name(kind, person)) for where, person in there.items()}
    return named | {"missing": Named(MISSING, False)}


def checks_to_observe(world: World, kind: str) -> Things:
    """Return the same for those who observe: none of their own, and nobody's whom they do not look after."""
    named = checks(world, kind)
    is_own = kind == "employee"
    return named | {"own": Named(world.checks["own"], named["own"].is_reached and not is_own)}


def checks_with_names(world: World, kind: str) -> Things:
    """Return the same for those who see the names now."""
    people_of = {"in": world.inside, "own": world.person("employee"), "out": world.others["stranger"]}
    seen = {where: world.sees_name(kind, one) for where, one in people_of.items()}
    named = checks_to_observe(world, kind)
    return named | {
        where: Named(named[where].value, named[where].is_reached and is_seen) for where, is_seen in seen.items()
    }


def one_check(where: str, reaches: Callable[[World, str], bool]) -> Sampler:
    """Return one of the checks, and none."""
    return lambda world, kind: {
        "in": Named(world.checks[where], reaches(world, kind)),
        "missing": Named(MISSING, False),
    }


def rounds(world: World, kind: str) -> Things:
    """Return a round of the center, one far away, and none: for who sees the people there."""
    there = {"in": world.cast.center, "out": world.cast.far_away}
    named = {where: Named(world.rounds[where], works_at(world, kind, unit)) for where, unit in there.items()}
    return named | {"missing": Named(MISSING, False)}


def campaigns(world: World, kind: str) -> Things:
    """Return a published campaign, a draft that its authors alone see, and none."""
    there = {"in": Named(world.campaign), "draft": Named(world.draft_campaign, kind == "training_admin")}
    return there | {"missing": Named(MISSING, False)}


def draft_campaigns(world: World, _kind: str) -> Things:
    """Return a draft, and none."""
    return {"in": Named(world.draft_campaign), "missing": Named(MISSING, False)}


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
    "certificates public_id": certificates,
    # What is no code looks like one that nobody has: it is answered, with the same words.
    "check code": lambda world, _kind: {"in": Named(world.code), "missing": Named(MISSING)},
    "surveys course_id": courses,
    "doubts public_id": lambda world, _kind: {"in": Named(world.doubt), "missing": Named(MISSING, False)},
    "rates unit_id": counted_units,
    "flags unit_id": _units(counts_center),
    "targets public_id": lambda world, _kind: {"in": Named(world.target), "missing": Named(MISSING, False)},
    "units unit_id": named_units,
    "duties unit_id": _units(appoints_at),
    "courses public_id": courses,
    "courses course_id": courses,
    "courses cycle": lambda _world, _kind: {"in": Named("1"), "missing": Named("77", False)},
    "center unit_id": _units(works_at),
    "centers unit_id": organization,
    "accounts unit_id": _units(issues_at),
    "exceptions public_id": exceptions,
    "outages public_id": lambda world, _kind: {"in": Named(world.outage), "missing": Named(MISSING, False)},
    "browsers public_id": browsers,
    "quiz attempt_id": lessons("attempt"),
    "quiz number": lambda _world, kind: {"in": Named("1", kind == "employee"), "missing": Named("77", False)},
    "questions question_id": authored("question"),
    "settings module_id": authored("draft_quiz"),
    "views public_id": views,
    "study record_id": studies,
    "study module_id": pages_of_study,
    "learn course_id": own_courses,
    # Two histories are compared after a purpose for the whole network, which nobody in the matrix stated.
    "merging merge_id": lambda world, _kind: {"in": Named(world.merge, False), "missing": Named(MISSING, False)},
    "events public_id": lambda world, _kind: {"in": Named(world.line), "missing": Named(MISSING, False)},
    "reviews month": months,
    "months month": closable_months,
    "imports public_id": runs,
    "files file_id": files,
    "authoring course_id": drafts(lambda world: world.cast.course.public_id),
    "modules module_id": modules,
    "preview module_id": modules,
    "new kind": words("page", "video", "document", "quiz", "link", "session"),
    "rules public_id": rules,
    "runs public_id": rule_runs,
    "new slug": words("roster"),
    "templates slug": words("roster"),
    "templates suffix": words("csv", "xlsx"),
    "reports kind": words(*EXPORTS),
    "versions version_id": standard("version"),
    "behaviors behavior_id": standard("behavior"),
    "field-checks check_id": checks,
    "photos photo_id": lambda world, _kind: {"in": Named(world.photo), "missing": Named(MISSING, False)},
    "rounds round_id": rounds,
    "campaigns campaign_id": campaigns,
}
QUIZ_PAGES = ("show", "begin", "question", "save", "review", "end", "result")
QUESTION_PAGES = ("list_questions", "new", "edit", "retire", "take_in", "template", "settings")
OF_ENDPOINT: dict[str, Sampler] = {
    "frozen.download month": closed_months,
    "months.correct month": lambda world, _kind: {"in": Named(f"{world.closed:%Y-%m}")},
    "duties.show unit_id": _units(looks_at_duties),
    "observations.center unit_id": _units(counts_center),
    "activation.reset public_id": inhabitants,
    "surveys.survey record_id": own_studies,
    **{f"quizzes.{name} record_id": lessons("record") for name in QUIZ_PAGES},
    **{f"quizzes.{name} module_id": lessons("quiz") for name in QUIZ_PAGES},
    "quizzes.show module_id": quizzes,
    "quizzes.begin module_id": quizzes,
    **{f"questions.{name} course_id": drafts(lambda world: world.quizzed.public_id) for name in QUESTION_PAGES},
    **{f"field_check_forms.{name} check_id": checks_to_observe for name in ("form", "answers", "submit")},
    "device.state check_id": checks_with_names,
    "check_photos.add check_id": checks_to_observe,
    "check_photos.show check_id": one_check("own", lambda world, kind: world.sees_name(kind, world.person("employee"))),
    **{
        f"field_checks.{name} check_id": one_check("own", lambda _world, kind: kind == "employee")
        for name in ("acknowledge", "dispute")
    },
    "field_checks.second check_id": one_check("own", lambda world, kind: world.may_name(kind, world.cast.employee)),
    "field_checks.resolve check_id": one_check(
        "disputed", lambda world, kind: world.may_name(kind, world.cast.colleague)
    ),
    "campaigns.edit campaign_id": lambda world, kind: (
        draft_campaigns(world, kind) | {"published": Named(world.campaign, False)}
    ),
    "campaigns.publish campaign_id": draft_campaigns,
    # There is a draft of the other one already.
    "content.start course_id": drafts(lambda world: world.second.public_id),
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
