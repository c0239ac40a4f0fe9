"""Pages about units: list, one unit with its history, changing it after a preview in numbers, undoing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.people.centers import actions_changes as actions
from lms.people.centers import queries
from lms.people.centers.forms import ChangeForm, NewCenterForm, UndoForm
from lms.people.centers.rules_changes import OFFERED, Change, ChangeKind
from lms.people.centers.wording import DEEDS, DONE, EFFECTS, NETWORK_TYPES, words
from lms.people.duties.wording import LEVELS
from lms.people.rules import DutyKind, UnitKind
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.locale import localized
from lms.web.numbers import page_number

blueprint = Blueprint("centers", __name__, url_prefix="/centers")
Answer = str | Response | tuple[str, int]
LONGEST_SEARCH = 60
STATES = {"open": True, "closed": False}


@blueprint.get("")
def units() -> str:
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    page = queries.list_units(
        db.session(),
        scope=current_scope(),
        search=search,
        kind=kind if kind in set(UnitKind) else "",
        is_open_=STATES.get(state),
        page=page_number(),
    )
    return render_template(
        "people/centers.html", page=page, search=search, kind=kind, state=state, levels=LEVELS, on=current_scope().on
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    session, scope = db.session(), current_scope()
    areas = {unit.public_id: unit for unit in queries.list_parents(session, level=UnitKind.CENTER)}
    form = NewCenterForm()
    form.offer(queries.list_network_types(), [(one, f"{localized(area)} ({area.code})") for one, area in areas.items()])
    if request.method == "GET":
        form.opened_on.data = scope.on
        return _new_page(form)
    if not form.validate():
        return _new_page(form), 422
    center = actions.NewCenter(
        code=form.code.data or "",
        name_ko=form.name_ko.data or "",
        name_en=form.name_en.data or "",
        network_type=form.network_type.data,
        area_id=areas[form.area.data].id,
        opened_on=form.opened_on.data,  # type: ignore[arg-type]  # it is required
    )
    try:
        actions.check_new(session, center)
        if not form.confirm.data:
            return _new_page(form, area=localized(areas[form.area.data]))
        unit = actions.open_center(session, actor(), center)
    except DomainError as error:
        return _new_page(form, words(error)), 422
    flash(_("The center is entered."), "success")
    return redirect(url_for("centers.show", unit_id=unit.public_id), 303)


def _new_page(form: NewCenterForm, refusal: str | None = None, *, area: str | None = None) -> str:
    return render_template("people/center_new.html", form=form, refusal=refusal, area=area, types=NETWORK_TYPES)


@blueprint.get("/<unit_id>")
def show(unit_id: str) -> str:
    return _page(unit_id)


def _page(unit_id: str, refusal: str | None = None) -> str:
    session, scope = db.session(), current_scope()
    unit = queries.get_unit(session, scope=scope, public_id=unit_id)
    state = queries.state_of(session, unit)
    changes = queries.list_changes(session, unit)
    makers = sorted({one.recorded_by_id for one in changes if one.recorded_by_id is not None})
    note_access("centers.view", "org_unit", unit.public_id, subject_ids=makers)
    return render_template(
        "people/center.html",
        unit=unit,
        state=state,
        is_open=state.is_open(scope.on),
        parents=queries.names_of(session, {span.at[0] for span in state.placements}),
        below=queries.list_units_below(session, unit, scope.on),
        changes=changes,
        undoable=next((one.public_id for one in changes if one.undone_at is None), None),
        deeds=[kind for kind in DEEDS if _fits(kind, unit.kind, is_closed=state.closed_on is not None)],
        on=scope.on,
        shows_duties=DutyKind.TRAINING_ADMIN in scope.duties or unit.kind == UnitKind.REGION,
        refusal=refusal,
        deed_words=DEEDS,
        done=DONE,
        levels=LEVELS,
        types=NETWORK_TYPES,
    )


def _fits(kind: str, level: str, *, is_closed: bool) -> bool:
    offered = kind in OFFERED[UnitKind(level)]
    return offered and (kind == ChangeKind.RENAME or (kind == ChangeKind.REOPEN) is is_closed)


@blueprint.route("/<unit_id>/close", methods=["GET", "POST"], defaults={"deed": "CLOSE"})
@blueprint.route("/<unit_id>/reopen", methods=["GET", "POST"], defaults={"deed": "REOPEN"})
@blueprint.route("/<unit_id>/move", methods=["GET", "POST"], defaults={"deed": "MOVE"})
@blueprint.route("/<unit_id>/rename", methods=["GET", "POST"], defaults={"deed": "RENAME"})
def change(unit_id: str, deed: str) -> Answer:
    session, scope, kind = db.session(), current_scope(), ChangeKind(deed)
    unit = queries.get_unit(session, scope=scope, public_id=unit_id)
    if kind not in OFFERED[UnitKind(unit.kind)]:
        return redirect(url_for("centers.show", unit_id=unit_id), 303)
    parents = {one.public_id: one for one in queries.list_parents(session, level=UnitKind(unit.kind))}
    form = ChangeForm()
    form.fit(kind, [(one, f"{localized(parent)} ({parent.code})") for one, parent in parents.items()])
    values = {"unit": unit, "kind": kind, "form": form, "deeds": DEEDS}
    if request.method == "GET":
        _fill(form, unit.name_ko, unit.name_en)
        return render_template("people/center_change.html", **values, refusal=None)
    if not form.validate():
        return render_template("people/center_change.html", **values, refusal=None), 422
    wish = Change(
        kind=kind,
        on=(form.on.data if form.on is not None else None) or scope.on,
        parent_id=parents[form.parent.data].id if form.parent else None,
        name_ko=(form.name_ko.data or "") if form.name_ko else "",
        name_en=(form.name_en.data or "") if form.name_en else "",
    )
    try:
        if form.confirm.data:
            actions.make(session, actor(), unit=unit, change=wish)
            flash(_("The change is entered."), "success")
            return redirect(url_for("centers.show", unit_id=unit_id), 303)
        before, after = actions.planned(session, unit, wish)
    except NotFoundError:
        raise
    except DomainError as error:
        return render_template("people/center_change.html", **values, refusal=words(error)), 422
    counts = queries.count_effects(session, scope=scope, unit=unit, kind=kind, on=wish.on)
    named = queries.names_of(session, {span.at[0] for span in (*before.placements, *after.placements)})
    places = {"old": named.get(before.parent(wish.on) or 0), "new": named.get(after.parent(wish.on) or 0)}
    return render_template(
        "people/center_preview.html", **values, **places, wish=wish, counts=counts, effects=EFFECTS, on=wish.on
    )


def _fill(form: ChangeForm, name_ko: str, name_en: str) -> None:
    if form.on is not None:
        form.on.data = current_scope().on
    if form.name_ko is not None:
        form.name_ko.data, form.name_en.data = name_ko, name_en


@blueprint.post("/<unit_id>/undo")
def undo(unit_id: str) -> Answer:
    session = db.session()
    unit = queries.get_unit(session, scope=current_scope(), public_id=unit_id)
    form = UndoForm()
    if not form.validate():
        return _page(unit_id), 422
    try:
        still_there = actions.undo(session, actor(), unit=unit, change_id=form.change.data or "")
    except NotFoundError:
        raise
    except DomainError as error:
        return _page(unit_id, words(error)), 422
    flash(_("The change is undone."), "success")
    return redirect(url_for("centers.show", unit_id=unit_id) if still_there else url_for("centers.units"), 303)
