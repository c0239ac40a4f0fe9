"""Changing one unit, and undoing that exactly. Where it stands and when it was closed are kept as new rows."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people import changes
from lms.people.centers.queries import (
    find_unit_by_code,
    has_people_since,
    is_used,
    list_changes,
    state_of,
)
from lms.people.centers.rules_changes import (
    OFFERED,
    Change,
    ChangeKind,
    RefusedError,
    UnitState,
    changed,
    restored,
    stored,
)
from lms.people.models import OrgChange, OrgClosure, OrgPlacement, OrgUnit, Posting
from lms.people.rules import UnitKind
from lms.people.timeline.rules import Span, difference
from lms.shared.errors import DomainError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCenter:
    """A center to open: from `opened_on` under an area (database id)."""

    code: str
    name_ko: str
    name_en: str
    network_type: str | None
    area_id: int
    opened_on: date


def planned(session: Session, unit: OrgUnit, change: Change) -> tuple[UnitState, UnitState]:
    """Return what a unit is and what a change would make of it; nothing is changed.

    Raises:
        DomainError: the change makes no sense for it, or is none for units of its level.
    """
    if change.kind not in OFFERED[UnitKind(unit.kind)]:
        raise NotFoundError
    before = state_of(session, unit)
    try:
        return before, changed(before, change)
    except RefusedError as refused:
        raise DomainError(refused.code, day=refused.day.isoformat() if refused.day else "") from refused


def make(session: Session, actor: Actor, *, unit: OrgUnit, change: Change) -> OrgChange:
    """Change a unit from a day on.

    Raises:
        DomainError: see `planned`.
    """
    before, after = planned(session, unit, change)
    _write(session, actor, unit, before, after)
    kept = _keep(session, actor, unit, change.kind, change.on, before, after)
    _tell(session, actor, unit)
    return kept


def check_new(session: Session, center: NewCenter) -> None:
    """Check that a center can be opened.

    Raises:
        DomainError: the code is taken ("unit_code_taken").
    """
    if find_unit_by_code(session, kind=UnitKind.CENTER, code=center.code) is not None:
        raise DomainError("unit_code_taken", day="")


def open_center(session: Session, actor: Actor, center: NewCenter) -> OrgUnit:
    """Open a new center.

    Raises:
        DomainError: see `check_new`.
    """
    check_new(session, center)
    unit = OrgUnit(
        kind=UnitKind.CENTER,
        code=center.code,
        name_ko=center.name_ko,
        name_en=center.name_en,
        network_type=center.network_type,
        opened_on=center.opened_on,
    )
    session.add(unit)
    session.flush()
    before = state_of(session, unit)
    after = replace(before, placements=(Span(center.opened_on, None, (center.area_id,)),))
    _write(session, actor, unit, before, after)
    _keep(session, actor, unit, ChangeKind.OPEN, center.opened_on, before, after)
    return unit


def undo(session: Session, actor: Actor, *, unit: OrgUnit, change_id: str) -> bool:
    """Undo the latest change of a unit (by its public id) exactly; tell whether the unit is still there.

    A center that was opened goes away again, with all that told of it but the audit trail.

    Raises:
        NotFoundError: there is no such change.
        DomainError: something rests on it ("undo_rests").
    """
    standing = [one for one in list_changes(session, unit) if one.undone_at is None]
    change = next((one for one in standing if one.public_id == change_id), None)
    if change is None:
        raise NotFoundError
    now = state_of(session, unit)
    if change is not standing[0] or now != restored(change.after):
        raise DomainError("undo_rests", day="")
    is_opening = change.kind == ChangeKind.OPEN
    if (is_opening and is_used(session, unit)) or (
        change.kind == ChangeKind.REOPEN and has_people_since(session, unit, change)
    ):
        raise DomainError("undo_rests", day="")
    detail: dict[str, object] = {"kind": change.kind, "change": change.public_id}
    audit.record(session, actor, "centers.undo", "org_unit", unit.code, detail=detail)
    if is_opening:
        _remove(session, unit)
        return False
    _write(session, actor, unit, now, restored(change.before))
    change.undone_at = actor.at
    _tell(session, actor, unit)
    return True


def _tell(session: Session, actor: Actor, unit: OrgUnit) -> None:
    """Tell that something changed for the people of a center; what a whole area's change brings, the night finds."""
    posted = select(Posting.person_id).where(Posting.center_id == unit.id, Posting.superseded_at.is_(None))
    changes.tell(session, actor, set(session.scalars(posted)))


def _remove(session: Session, unit: OrgUnit) -> None:
    for model in (OrgPlacement, OrgClosure, OrgChange):
        session.execute(delete(model).where(model.unit_id == unit.id))
    session.execute(delete(OrgUnit).where(OrgUnit.id == unit.id))


def _write(session: Session, actor: Actor, unit: OrgUnit, before: UnitState, after: UnitState) -> None:
    unit.name_ko, unit.name_en = after.name_ko, after.name_en
    unit.opened_on, unit.closed_on = after.opened_on, after.closed_on
    old, new = difference(before.placements, after.placements)
    _supersede(session, actor, OrgPlacement, old)
    for span in new:
        session.add(
            OrgPlacement(
                unit_id=unit.id,
                parent_id=span.at[0],
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                recorded_at=actor.at,
            )
        )
    old, new = difference(before.closures, after.closures)
    _supersede(session, actor, OrgClosure, old)
    for span in new:
        session.add(OrgClosure(unit_id=unit.id, starts_on=span.starts_on, ends_on=span.ends_on, recorded_at=actor.at))
    session.flush()


def _supersede(session: Session, actor: Actor, model: type[OrgPlacement] | type[OrgClosure], spans: list[Span]) -> None:
    ids = [span.id for span in spans]
    session.execute(update(model).where(model.id.in_(ids)).values(superseded_at=actor.at))


def _keep(
    session: Session,
    actor: Actor,
    unit: OrgUnit,
    kind: ChangeKind,
    on: date,
    before: UnitState,
    after: UnitState,
) -> OrgChange:
    change = OrgChange(
        unit_id=unit.id,
        kind=kind,
        effective_on=on,
        before=stored(before),
        after=stored(after),
        recorded_at=actor.at,
        recorded_by_id=actor.person_id,
    )
    session.add(change)
    session.flush()
    detail: dict[str, object] = {"on": on.isoformat(), "before": change.before, "after": change.after}
    audit.record(session, actor, f"centers.{kind.lower()}", "org_unit", unit.code, detail=detail)
    return change
