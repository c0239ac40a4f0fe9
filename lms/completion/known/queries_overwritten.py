"""Rows that are overwritten in place, and where their former values are: what `reading_as_known` puts back.

Units, people and courses keep one row; each change of them leaves what it was before in a record of its own.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, Table, func, or_, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.known.rules import Overwritten, values_then
from lms.courses.models import Course
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind
from lms.people.models import OrgChange, OrgPlacement, OrgUnit, PersonMerge

UNIT_COLUMNS = ("name_ko", "name_en", "opened_on", "closed_on")


def units_then(session: Session, known_at: datetime) -> dict[int, dict[str, Any]]:
    """Return what units had at an instant where they have something else by now."""
    return values_then([*_changed_units(session, known_at), *_imported_units(session, known_at)], known_at)


def units_unknown_then(session: Session, known_at: datetime) -> set[int]:
    """Return the units of which nothing was known at an instant: where they stand, or what, was told later."""
    places = [select(column, OrgPlacement.recorded_at) for column in (OrgPlacement.unit_id, OrgPlacement.parent_id)]
    told = places[0].union_all(places[1]).subquery()
    first = select(told.c[0]).group_by(told.c[0]).having(func.min(told.c[1]) > known_at)
    return set(session.scalars(first))


def people_then(session: Session, known_at: datetime) -> dict[int, dict[str, Any]]:
    """Return the names and staff numbers people had at an instant where they have others by now."""
    return values_then([*_named_by_rosters(session, known_at), *_swapped(session, known_at)], known_at)


def courses_then(session: Session, known_at: datetime) -> dict[int, dict[str, Any]]:
    """Return what courses had at an instant where they have something else by now."""
    ids: dict[str, int] = {code: row_id for row_id, code in session.execute(select(Course.id, Course.code))}
    found = [
        Overwritten(at, ids[code], _read(Course.__table__, {name: pair[0] for name, pair in changed.items()}))
        for at, detail in _lines(session, "courses.import", known_at)
        for code, changed in detail.get("changed", {}).items()
        if code in ids
    ]
    return values_then(found, known_at)


def _changed_units(session: Session, known_at: datetime) -> Iterator[Overwritten]:
    since = or_(OrgChange.recorded_at > known_at, OrgChange.undone_at > known_at)
    for change in session.scalars(select(OrgChange).where(since)):
        yield Overwritten(change.recorded_at, change.unit_id, _unit(change.before))
        if change.undone_at is not None:
            yield Overwritten(change.undone_at, change.unit_id, _unit(change.after))


def _unit(kept: dict[str, Any]) -> dict[str, Any]:
    return _read(OrgUnit.__table__, {name: kept[name] for name in UNIT_COLUMNS})


def _imported_units(session: Session, known_at: datetime) -> Iterator[Overwritten]:
    lines = _lines(session, "centers.import", known_at)
    if not lines:
        return
    units = session.execute(select(OrgUnit.kind, OrgUnit.code, OrgUnit.id)).all()
    ids: dict[tuple[str, str], int] = {(kind, code): row_id for kind, code, row_id in units}
    for at, detail in lines:
        for changed in detail.get("changed", ()):
            row_id = ids.get((changed.get("kind", "CENTER"), changed["code"]))
            if row_id is not None:
                yield Overwritten(at, row_id, _read(OrgUnit.__table__, changed["before"]))


def _named_by_rosters(session: Session, known_at: datetime) -> Iterator[Overwritten]:
    since = or_(ImportRun.applied_at > known_at, ImportRun.undone_at > known_at)
    runs = select(ImportRun.applied_at, ImportRun.undone_at, ImportRun.restore)
    for applied_at, undone_at, restore in session.execute(runs.where(ImportRun.kind == ImportKind.ROSTER, since)):
        for column, kept in (("name", "names"), ("staff_no", "numbers")):
            for person_id, (before, after) in restore.get(kept, {}).items():
                yield Overwritten(applied_at, int(person_id), {column: before})
                if undone_at is not None:
                    yield Overwritten(undone_at, int(person_id), {column: after})


def _swapped(session: Session, known_at: datetime) -> Iterator[Overwritten]:
    """Yield the staff numbers that two rows exchanged when they became one person, and exchanged back."""
    since = or_(PersonMerge.recorded_at > known_at, PersonMerge.undone_at > known_at)
    for joined in session.scalars(select(PersonMerge).where(since)):
        restore = joined.restore["people"]
        if not restore["later"] or "in_force" not in restore:
            continue
        kept, merged = ({"staff_no": number} for number in restore["in_force"])
        yield Overwritten(joined.recorded_at, joined.kept_id, kept)
        yield Overwritten(joined.recorded_at, joined.merged_id, merged)
        if joined.undone_at is not None:
            yield Overwritten(joined.undone_at, joined.kept_id, merged)
            yield Overwritten(joined.undone_at, joined.merged_id, kept)


def _lines(session: Session, action: str, known_at: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """Return when lines of the trail were written since, and their details."""
    lines = select(AuditEvent.at, AuditEvent.detail).where(AuditEvent.action == action, AuditEvent.at > known_at)
    return [(at, detail) for at, detail in session.execute(lines)]


def _read(table: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """Return kept texts as values of the columns they are of; what is no column of the row is left out."""
    columns = table.columns if isinstance(table, Table) else {}
    return {name: _value(columns[name], text) for name, text in kept.items() if name in columns}


def _value(column: Column[Any], text: Any) -> Any:
    if text is None or (text in {"", "None"} and column.nullable):
        return None
    if isinstance(column.type, Boolean):
        return str(text) == "True"
    kinds: dict[type[Any], Any] = {Integer: int, Date: date.fromisoformat, Numeric: Decimal}
    read = next((how for kind, how in kinds.items() if isinstance(column.type, kind)), str)
    return read(str(text))
