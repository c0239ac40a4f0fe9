"""A center's page and its board of people and courses."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.completion import wording
from lms.completion.center import queries
from lms.completion.center import wording as words
from lms.completion.center.drawing import Cells
from lms.completion.center.forms import CARDS, GRID, BoardForm
from lms.completion.center.rules import Board, Center, Show
from lms.completion.flags import wording as flag_words
from lms.completion.flags.queries import find_flag
from lms.completion.pages_rates import center_trend
from lms.completion.queries_exempt import exempt_share
from lms.completion.rules import DEFAULT_TARGET, RateFilter, RateLine, Tally, total
from lms.completion.rules_interval import certainty_of
from lms.completion.targets.queries import load_held_against
from lms.enrollments.assignments.queries import list_writable_centers
from lms.enrollments.exceptions.rules import ExemptShare
from lms.people.duties.queries_vacancies import list_vacancies
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import NotFoundError
from lms.web.access_log import note_access
from lms.web.locale import localized

Answer = str | tuple[str, int]
# A list on the center's page is cut here; the board and the shortfall list have everyone.
MOST_LISTED = 20


def add_pages(blueprint: Blueprint) -> None:
    """Add these pages to the noun's."""
    blueprint.add_url_rule("/center", view_func=center)
    blueprint.add_url_rule("/center/<unit_id>", view_func=center_of)
    blueprint.add_url_rule("/center/<unit_id>/board", view_func=board)


def center() -> Answer:
    """Show the first center of the viewer's duty."""
    own = queries.list_own_centers(db.session(), scope=current_scope())
    if not own:
        raise NotFoundError
    return _center_page(own[0], own)


def center_of(unit_id: str) -> Answer:
    """Show a center within the viewer's scope."""
    session, scope = db.session(), current_scope()
    return _center_page(
        queries.get_center(session, scope=scope, public_id=unit_id), queries.list_own_centers(session, scope=scope)
    )


def _center_page(found: Center, own: Sequence[Center]) -> Answer:
    session, scope = db.session(), current_scope()
    board = queries.load_board(session, scope=scope, center=found, as_of=scope.on)
    short = [row for row in board.rows if row.is_short]
    tally = total(row.tally for row in board.rows)
    target = load_held_against(session, on=scope.on, where=RateFilter(unit_id=found.id)).whole()
    return render_template(
        "completion/center.html",
        center=found,
        own=own,
        as_of=scope.on,
        tally=tally,
        judged=sum(1 for row in board.rows if row.tally.due),
        complete=sum(1 for row in board.rows if row.tally.due and not row.tally.missing),
        trend=center_trend(session, scope=scope, as_of=scope.on, center_id=found.id, target=target),
        exempt=_exempt(found, board, tally),
        certainty=certainty_of(tally, sum(1 for row in board.rows if row.tally.due), target),
        frontline_short=sorted(
            (row for row in short if row.person.is_frontline), key=lambda row: (-row.days_overdue, row.person.staff_no)
        ),
        others_short=sum(1 for row in short if not row.person.is_frontline),
        overdue=sum(row.overdue for row in board.rows),
        soon=[(row.person, cell) for row in board.rows for cell in row.soon],
        courses={course.id: course for course in board.courses},
        vacancies=list_vacancies(session, scope=scope, as_of=scope.on, center_ids={found.id}),
        most=MOST_LISTED,
        unit_target=target,
        flag=find_flag(session, scope=scope, center_id=found.id, on=scope.on),
        flag_words=flag_words,
        person_target=DEFAULT_TARGET,
        words=words,
        wording=wording,
        **_named(found, board),
    )


def _named(found: Center, board: Board) -> dict[str, Any]:
    """Return what names people, once their names are open; who looks at whom is noted."""
    session, scope = db.session(), current_scope()
    if not names_open(scope, {found.id}):
        return {"names_are_open": False}
    people = {row.person.id: row.person for row in board.rows}
    in_charge = queries.list_in_charge(session, center=found, as_of=scope.on)
    subjects = {*people, *(one.person_id for one in in_charge)}
    note_access("view", "center", found.public_id, subject_ids=sorted(subjects))
    arrivals = queries.list_arrivals(session, board=board, as_of=scope.on)
    return {"names_are_open": True, "arrivals": arrivals, "in_charge": in_charge, "people": people}


def _exempt(found: Center, board: Board, tally: Tally) -> ExemptShare:
    """Return how many of the center's people are exempt, beside its rate."""
    judged = sum(1 for row in board.rows if row.tally.due)
    whole, scope = RateLine(found.code, "", "", None, tally, judged, 0), current_scope()
    where = RateFilter(unit_id=found.id)
    return exempt_share(db.session(), scope=scope, as_of=scope.on, where=where, whole=whole)


def board(unit_id: str) -> Answer:
    """Show the people and courses of a center, to pick from."""
    session, scope = db.session(), current_scope()
    found = queries.get_center(session, scope=scope, public_id=unit_id)
    if not names_open(scope, {found.id}):
        return render_template("completion/names_closed.html", unit=found)
    whole = queries.load_board(session, scope=scope, center=found, as_of=scope.on)
    roles = {row.person.role_code: localized(row.person, "role_title") for row in whole.rows}
    tiers = {str(course.tier): localized(course, "tier_name") for course in whole.courses}
    form = BoardForm(request.args, roles=list(roles), tiers=list(tiers))
    is_valid = form.validate()
    shown = whole
    if is_valid:
        shown = whole.narrowed(role=form.role.data or "", tier=form.chosen_tier, show=form.chosen_show)
    people = [row.person.id for row in shown.rows]
    note_access("view", "board", found.public_id, subject_ids=people, detail=dict(request.args.items()))
    said, titles = words.Words(), {course.id: localized(course, "title") for course in shown.courses}
    picked = set(request.args.getlist("pick"))
    page = render_template(
        "completion/board.html",
        center=found,
        board=shown,
        form=form,
        roles=roles,
        tiers=tiers,
        titles=titles,
        chips=_chips(form, roles, tiers) if is_valid else [],
        as_cards=_as_cards(form),
        may_record=found.id in list_writable_centers(session, scope=scope),
        viewer_id=scope.person_id,
        picked=picked,
        cells=Cells(shown, said, titles, picked),
        as_of=scope.on,
        words=said,
        shows=words.SHOWS,
        target=DEFAULT_TARGET,
        wording=wording,
    )
    return page if is_valid else (page, 400)


def _chips(form: BoardForm, roles: dict[str, str], tiers: dict[str, str]) -> list[tuple[str, str, str]]:
    found = []
    if form.role.data:
        found.append((_("Job role"), roles[form.role.data], "role"))
    if form.tier.data:
        found.append((_("Tier"), tiers[form.tier.data], "tier"))
    if form.show.data:
        found.append((_("State"), str(words.SHOWS[Show(form.show.data)]), "show"))
    return found


def _as_cards(form: BoardForm) -> bool:
    """Tell whether to show one card for each person: as asked, else on a phone, which says so of itself."""
    if form.view.data in {GRID, CARDS}:
        return form.view.data == CARDS
    return "Mobi" in (request.user_agent.string or "")
