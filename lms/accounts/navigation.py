"""Where a viewer may go, and as whom: what the frame around every page shows."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms.accounts.access import ENDPOINTS, is_open
from lms.accounts.rules import Office
from lms.completion.queries_places import load_units
from lms.enrollments.exceptions.queries_requests import count_waiting
from lms.people.duties.wording import TITLES
from lms.people.rules import DutyKind, Scope
from lms.people.viewer import viewer_tag
from lms.reports.saved.addresses import page_at
from lms.reports.saved.queries import find_start
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.locale import localized


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in the navigation; `endpoints` are those of its pages, the first of them its own."""

    label: Any
    icon: str
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A destination as one page shows it; `count` is how much waits there for the viewer."""

    label: str
    href: str
    icon: str
    active: bool
    count: int = 0


CENTER = Destination(
    _l("My center"),
    "center",
    (
        "completion.center",
        "completion.center_of",
        "completion.board",
        "recording.new",
        "recording.preview",
        "recording.record",
        "recording.history",
        "recording.correct",
        "attendance.new",
        "attendance.record",
    ),
)
RATES = Destination(_l("Rates"), "chart", ("completion.rates", "completion.unit_rates", "completion.spread"))
SHORTFALLS = Destination(_l("Shortfall list"), "list", ("completion.shortfalls", "completion.person"))
FLAGS = Destination(
    _l("Center flags"),
    "alert",
    ("flags.list_flags", "flags.show", "flags.hold", "targets.list_targets", "targets.set_target"),
)
OBSERVATIONS = Destination(
    _l("Observations"),
    "check",
    ("observations.network", "observations.center", "practice.practice", "transfer.funnel", "transfer.people"),
)
CHECKS = Destination(
    _l("Checks after training"),
    "check",
    ("field_checks.list_all", "field_checks.show", "field_checks.observers", "field_check_forms.form"),
)
MONITORING = Destination(
    _l("Self-monitoring"),
    "renew",
    ("monitoring.rounds", "monitoring.show", "campaigns.list_all", "campaigns.show", "campaigns.new", "campaigns.edit"),
)
STANDARD = Destination(
    _l("Service standard"),
    "star",
    ("standards.browse", "standards.readers", "standards.gaps", "standards.thread", "standards.new", "standards.edit"),
)
MY_LEARNING = Destination(_l("My learning"), "home", ("completion.own", "learner.course", "player.module"))
DOUBTS = Destination(_l("To be checked"), "search", ("signals.doubts", "signals.show", "signals.check"))
MY_RECORDS = Destination(_l("My records"), "file", ("completion.own_records",))
COURSES = Destination(
    _l("Courses"), "book", ("courses.catalog", "courses.course", "completion.course_enrollments", "surveys.results")
)
ASSIGNMENTS = Destination(
    _l("Assignments"),
    "board",
    (
        "enrollments.assignments",
        "enrollments.new_assignment",
        "enrollments.new_for_people",
        "enrollments.preview",
        "enrollments.assign",
    ),
)
RULES = Destination(
    _l("Assignment rules"),
    "settings",
    (
        "rules.list_rules",
        "rules.show",
        "rules.new",
        "rules.edit",
        "equivalence.list_pairs",
        "equivalence.add",
        "equivalence.end",
        "rule_runs.end",
        "rule_runs.show",
        "rule_runs.people",
        "rule_runs.undo",
        "why.uncovered",
    ),
)
EXCEPTIONS = Destination(
    _l("Exceptions"),
    "shield",
    (
        "exceptions.inbox",
        "exceptions.show",
        "exceptions.decide",
        "exceptions.end",
        "exceptions.outages",
        "exceptions.preview_outage",
        "exceptions.record_outage",
        "exceptions.withdraw_outage",
    ),
)
ORGANIZATION = Destination(
    _l("Organization"),
    "center",
    (
        "duties.units",
        "duties.vacancies",
        "duties.show",
        "duties.new",
        "duties.appoint",
        "duties.ask_end",
        "duties.end",
        "centers.units",
        "centers.new",
        "centers.show",
        "centers.change",
        "centers.undo",
        "merging.search",
        "merging.merge",
        "merging.undo",
    ),
)
ACCOUNTS = Destination(_l("Accounts"), "key", ("activation.centers", "activation.center", "activation.reset"))
IMPORTS = Destination(_l("Imports"), "upload", ("imports.list_runs", "imports.new", "imports.show"))
TRAIL = Destination(_l("Access record"), "shield", ("trail.search", "trail.event", "trail.extract"))
VIEWS = Destination(_l("Saved views"), "star", ("saved.list_views", "saved.save", "saved.show"))
DOWNLOADS = Destination(_l("Downloads and reasons"), "download", ("trail.downloads",))
REVIEWS = Destination(_l("Monthly review"), "check", ("trail.reviews", "trail.review"))
MONTHS = Destination(
    _l("Month close"), "lock", ("months.list_months", "months.show", "months.close", "months.correct", "months.add_day")
)
# What someone with a duty needs most stands first; for everyone else that is their own learning.
OF_DUTIES = (
    CENTER,
    RATES,
    SHORTFALLS,
    FLAGS,
    OBSERVATIONS,
    CHECKS,
    MONITORING,
    IMPORTS,
    EXCEPTIONS,
    DOUBTS,
    ASSIGNMENTS,
    RULES,
    ORGANIZATION,
    ACCOUNTS,
    TRAIL,
    DOWNLOADS,
    REVIEWS,
    MONTHS,
)


def init_app(app: Flask) -> None:
    """Give every page of a signed-in viewer its frame: destinations, their name, and the scope in use."""

    app.jinja_env.globals["may_open"] = may_open

    @app.context_processor
    def frame() -> dict[str, Any]:
        if "scope" not in g:
            return {}
        return {
            "navigation": _items(g.scope),
            "viewer_name": current_user.name,
            "viewer_tag": viewer_tag(),
            "viewer_scope": " / ".join(_office(office) for office in g.viewer_offices),
            "printed_at": utcnow(),
            "session_left": g.session_clock.seconds_left(utcnow()),
            "session_ends_at": g.session_clock.ends_at,
        }


def destinations(duties: frozenset[DutyKind]) -> list[Destination]:
    """Return where a viewer with these duties may go, what they need most first."""
    charged = [place for place in OF_DUTIES if _is_open(place, duties)]
    own = (
        [VIEWS, COURSES, STANDARD, MY_LEARNING, MY_RECORDS] if charged else [MY_LEARNING, MY_RECORDS, COURSES, STANDARD]
    )
    return charged + [place for place in own if _is_open(place, duties)]


def may_open(endpoint: str) -> bool:
    """Tell whether the viewer of this request may open an endpoint; templates ask before they lead there."""
    known = "scope" in g and endpoint in current_app.view_functions
    return known and is_open(ENDPOINTS[endpoint], signed_in=True, duties=g.scope.duties)


def _is_open(place: Destination, duties: frozenset[DutyKind]) -> bool:
    endpoint = place.endpoints[0]
    return endpoint in current_app.view_functions and is_open(ENDPOINTS[endpoint], signed_in=True, duties=duties)


def _items(scope: Scope) -> list[Item]:
    waiting = count_waiting(db.session(), scope=scope) if _is_open(EXCEPTIONS, scope.duties) else 0
    return [
        Item(label, href, place.icon, request.endpoint in place.endpoints, waiting if place is EXCEPTIONS else 0)
        for place, label, href in _linked(scope.duties, str(get_locale()), request.script_root)
    ]


@lru_cache(maxsize=256)
def _linked(duties: frozenset[DutyKind], _language: str, _root: str) -> list[tuple[Destination, str, str]]:
    return [(place, str(place.label), url_for(place.endpoints[0])) for place in destinations(duties)]


def _office(office: Office) -> str:
    title = TITLES[office.duty] if office.duty else localized(office, "title")
    return f"{title} · {localized(office, 'unit')}"


def chosen_page(scope: Scope) -> str | None:
    """Return the address that a viewer chose to start on; None when they chose none, or may no longer open it."""
    session = db.session()
    address = find_start(session, person_id=scope.person_id or 0)
    page = page_at(address)
    if page is None:
        return None
    endpoint, values = page
    is_reached = "unit_id" not in values or load_units(session, scope=scope).find(values["unit_id"]) is not None
    return address if is_reached and is_open(ENDPOINTS[endpoint], signed_in=True, duties=scope.duties) else None


def first_page(scope: Scope) -> str:
    """Return the address of the page a viewer starts on."""
    places = destinations(scope.duties)
    return url_for(places[0].endpoints[0]) if places else url_for("browsers.account")
