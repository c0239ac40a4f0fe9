"""What the page of what is practiced shows: asked once, and laid out."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.queries_labels import role_labels
from lms.completion.queries_places import Unit, Units
from lms.courses.models import Competency
from lms.courses.queries import list_competencies
from lms.courses.rules import add_months
from lms.observations.models import Behavior
from lms.observations.practice.queries import Asked, count_seen, list_behaviors
from lms.observations.practice.rules import Across, By, Seen, add_up, together
from lms.observations.rules import Occasion
from lms.observations.rules_reports import Where
from lms.people.rules import Scope, UnitKind


@dataclass(frozen=True, slots=True)
class Row:
    """What a row stands for: its address key, its code, and the behavior or competency where it is one."""

    key: str
    code: str
    named: Behavior | Competency | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what was seen of it by people of the center, and by people from without."""

    row: Row
    within: Seen
    without: Seen


@dataclass(frozen=True, slots=True)
class Column:
    """A unit or job role; units lead on."""

    id: int
    name_ko: str
    name_en: str
    public_id: str | None


Laid = tuple[Sequence[Column], Mapping[tuple[str, int], Seen]]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Shares by row and column, as seen by one kind of observers: from without, or by the centers themselves."""

    is_independent: bool
    columns: Sequence[Column]
    cells: Mapping[tuple[str, int], Seen]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of the chosen row; named by its first day."""

    month: date
    within: Seen
    without: Seen


@dataclass(frozen=True, slots=True)
class PracticePage:
    """What was seen in a unit in a period."""

    unit: Unit
    since: date
    lines: Sequence[Line]
    map: HeatMap
    chosen: Line | None
    months: Sequence[MonthLine]


def practice_page(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    units: Units,
    unit: Unit,
    by: By,
    across: Across,
    occasion: Occasion | None,
    months: int,
    key: str,
    is_independent: bool | None = None,
    campaign: str = "",
) -> PracticePage:
    """Read the page. The unit was found within the viewer's figures.

    The map shows what one kind of observers saw, never both: those asked for, else those from without where there are
    any (domain §0, 6).
    """
    since = add_months(as_of, -months)
    asked = Asked(scope, as_of, since, _where(units, unit), occasion, campaign)
    seen = count_seen(session, asked)
    rows, keys = sort_rows(session, list_behaviors(session, {item_id for _, item_id in seen}), by)
    found = add_up(seen, keys)
    lines = [Line(row, *_both(found, 0, row.key)) for row in rows]
    if is_independent is None:
        is_independent = any(line.without.number for line in lines)
    chosen = next((line for line in lines if line.row.key == key), None)
    return PracticePage(
        unit=unit,
        since=since,
        lines=lines,
        map=HeatMap(is_independent, *_map(session, asked, units, unit, across, keys, is_independent)),
        chosen=chosen,
        months=_months(session, asked, keys, chosen.row.key) if chosen else [],
    )


def _where(units: Units, unit: Unit) -> Where:
    if unit.kind is UnitKind.CENTER:
        return Where(center_id=unit.id)
    if unit.kind is UnitKind.NETWORK:
        return Where()
    return Where(area_ids=frozenset({unit.id} if unit.kind is UnitKind.AREA else _below(units, unit)))


def _below(units: Units, unit: Unit) -> set[int]:
    return {unit_id for unit_id, parent_id in units.parents.items() if parent_id == unit.id}


def sort_rows(
    session: Session, behaviors: Sequence[tuple[int, str, Behavior]], by: By
) -> tuple[list[Row], dict[int, Collection[str]]]:
    """Return the rows in their order, and for which of them each item counts."""
    keys: dict[int, Collection[str]] = {item_id: _keys(behavior, by) for item_id, _, behavior in behaviors}
    if by is By.I_CARE:
        asked = {letter for of_item in keys.values() for letter in of_item}
        return [Row(one.code, one.code, one) for one in list_competencies(session) if one.code in asked], keys
    if by is not By.BEHAVIOR:
        return [Row(key, key) for key in sorted({key for of_item in keys.values() for key in of_item})], keys
    rows: dict[str, Row] = {}
    for _, code, behavior in behaviors:
        rows.setdefault(behavior.public_id, Row(behavior.public_id, code, behavior))
    return list(rows.values()), keys


def _keys(behavior: Behavior, by: By) -> Collection[str]:
    if by is By.BEHAVIOR:
        return (behavior.public_id,)
    if by is By.I_CARE:
        return tuple(behavior.i_care)
    key = behavior.dimension_code if by is By.DIMENSION else behavior.stage
    return (key,) if key else ()


def _both(found: Mapping[tuple[Any, str], Seen], group: Hashable, key: str) -> tuple[Seen, Seen]:
    return found.get(((False, group), key), Seen()), found.get(((True, group), key), Seen())


def _map(
    session: Session,
    asked: Asked,
    units: Units,
    unit: Unit,
    across: Across,
    keys: Mapping[int, Collection[str]],
    is_independent: bool,
) -> Laid:
    def found(split: str) -> dict[tuple[Any, str], Seen]:
        seen = add_up(count_seen(session, asked, split=split), keys)
        return {(group, key): one for ((independent, group), key), one in seen.items() if independent is is_independent}

    if unit.kind is UnitKind.CENTER:
        return [], {}  # it has no parts, and a job role there may be one person, whom these figures do not name
    if across is Across.ROLE:
        roles = role_labels(session).items()
        columns = [Column(one, label.name_ko, label.name_en, None) for one, label in roles if one is not None]
        return _laid_out(columns, found("role"), {column.id: column.id for column in columns})
    below = [units.by_id[one] for one in _below(units, unit) if one in units.by_id]
    below.sort(key=lambda one: one.code)
    columns = [Column(one.id, one.name_ko, one.name_en, one.public_id) for one in below]
    if unit.kind is UnitKind.AREA:
        return _laid_out(columns, found("center"), {column.id: column.id for column in columns})
    if not below:
        return [], {}
    # Regions are the sums of their areas.
    by_area = unit.kind is UnitKind.REGION
    stands_for = {area_id: area_id if by_area else region_id for area_id, region_id in units.parents.items()}
    return _laid_out(columns, found("area"), stands_for)


def _laid_out(columns: Sequence[Column], found: Mapping[tuple[Any, str], Seen], stands_for: Mapping[int, int]) -> Laid:
    cells: dict[tuple[str, int], list[Seen]] = {}
    for (group, key), seen in found.items():
        if group in stands_for:
            cells.setdefault((key, stands_for[group]), []).append(seen)
    shown = [column for column in columns if any(column.id == column_id for _, column_id in cells)]
    return shown, {place: together(rows) for place, rows in cells.items()}


def _months(session: Session, asked: Asked, keys: Mapping[int, Collection[str]], key: str) -> list[MonthLine]:
    found = add_up(count_seen(session, asked, split="month"), keys)
    months = sorted({group for ((_, group), of), _ in found.items() if of == key}, reverse=True)
    return [MonthLine(date.fromisoformat(f"{month}-01"), *_both(found, month, key)) for month in months]
