"""Who is counted: the roster behind a rate, reason by reason, and the people of each."""

from typing import Any

from flask import Blueprint, render_template, request

from lms.completion import pages, wording
from lms.completion.explain import wording as words
from lms.completion.explain.queries import count_roster, list_roster
from lms.completion.explain.rules import GONE, Roster, Why
from lms.completion.forms import RosterForm
from lms.completion.parameters import Asked, read_parameters
from lms.completion.rules_suppression import find_hidden, hides_small_groups
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access
from lms.web.dates import today
from lms.web.numbers import page_number

Answer = str | tuple[str, int]
CARRIED = ("as_of", "known_at", "role", "tier", "course", "people")


def add_pages(blueprint: Blueprint) -> None:
    """Add these pages to the noun's."""
    blueprint.add_url_rule("/rates/<unit_id>/roster", view_func=roster)


def roster(unit_id: str) -> Answer:
    """Show who of a unit is in its rate and who is not, and the people of one reason where names are open."""
    session = db.session()
    asked = read_parameters(session, RosterForm, request.args, scope=current_scope(), today=today(), unit=unit_id)
    unit = asked.unit or asked.units.home
    values: dict[str, Any] = {"found": None, "lines": None, "closed": False, "hidden": frozenset(), "why": None}
    if asked.is_valid:
        values |= _read(asked, unit_id)
    page = render_template(
        "completion/roster.html",
        asked=asked,
        unit=unit,
        chips=pages.chips(asked, today=today()) if asked.is_valid else [],
        options=pages.options(asked),
        carried={name: text for name, text in asked.parameters.items() if name in CARRIED},
        may_name=asked.may_name,
        wording=wording,
        words=words,
        reasons=[why for why in Why if why not in GONE],
        gone=[why for why in Why if why in GONE],
        **values,
    )
    return page if asked.is_valid else (page, 400)


def _read(asked: Asked[RosterForm], unit_id: str) -> dict[str, Any]:
    unit = asked.unit or asked.units.home
    limits: dict[str, Any] = {"scope": asked.scope, "as_of": asked.as_of, "where": asked.form.filter(unit.id)}
    why = Why(asked.form.why.data) if asked.form.why.data else None
    is_open = bool(why) and asked.names_are_open(db.session())
    with asked.reading(db.session()) as session:
        found = count_roster(session, **limits)
        lines = list_roster(session, why=why, page=page_number(), **limits) if why and is_open else None
    if lines is not None:
        ids = [line.person_id for line in lines.rows]
        note_access("view", "roster", unit_id, subject_ids=ids, detail={**asked.parameters, "why": why})
    hides = hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset()))
    hidden = _hidden(found) if hides else frozenset[Why]()
    return {"found": found, "lines": lines, "closed": bool(why) and not is_open, "hidden": hidden, "why": why}


def _hidden(found: Roster) -> frozenset[Why]:
    """Return the reasons of too few people to show to whoever sees no names."""
    reasons = list(Why)
    return frozenset(reasons[place] for place in find_hidden([found.people.get(why, 0) for why in reasons]))
