"""What changed since: a report as known then beside what is known now, and whose part in it differs."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request

from lms.completion import pages, wording
from lms.completion.forms import RateForm
from lms.completion.known import wording as words
from lms.completion.known.queries_changes import read_changes
from lms.completion.parameters import Asked, read_parameters
from lms.completion.rules_suppression import LEAST_PEOPLE, hides_small_groups
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access
from lms.web.dates import clock_text, instant, today
from lms.web.numbers import page_number

Answer = str | tuple[str, int]
CARRIED = ("as_of", "known_at", "role", "tier", "course", "people")


def add_pages(blueprint: Blueprint) -> None:
    """Add these pages to the noun's."""
    blueprint.add_url_rule("/rates/<unit_id>/changes", view_func=changes)


def changes(unit_id: str) -> Answer:
    """Show what was recorded since an instant, yesterday's end unless told, that moves a unit's rate."""
    asked = read_parameters(db.session(), RateForm, request.args, scope=current_scope(), today=today(), unit=unit_id)
    unit = asked.unit or asked.units.home
    yesterday = (today() - timedelta(days=1)).isoformat()
    since = asked.known_at or instant(yesterday)
    page = _read(asked, unit_id, since) if asked.is_valid else None
    hides = hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset()))
    answer = render_template(
        "completion/changes.html",
        asked=asked,
        unit=unit,
        since_text=clock_text(since),
        since_address=asked.form.known_at.data or yesterday,
        page=page,
        is_hidden=hides and page is not None and 0 < page.changed < LEAST_PEOPLE,
        chips=[chip for chip in pages.chips(asked, today=today()) if chip[2] != "known_at"] if asked.is_valid else [],
        options=pages.options(asked),
        carried={name: text for name, text in asked.parameters.items() if name in CARRIED},
        may_name=asked.may_name,
        wording=wording,
        words=words,
    )
    return answer if asked.is_valid else (answer, 400)


def _read(asked: Asked[RateForm], unit_id: str, since: Any) -> Any:
    session, unit = db.session(), asked.unit or asked.units.home
    page = read_changes(
        session,
        scope=asked.scope,
        as_of=asked.as_of,
        known_at=since,
        where=asked.form.filter(unit.id),
        names=asked.names_are_open(session),
        page=page_number(),
    )
    if page.people and page.people.rows:
        ids = [line.person_id for line in page.people.rows]
        note_access(
            "view", "changes", unit_id, subject_ids=ids, detail={**asked.parameters, "since": since.isoformat()}
        )
    return page
