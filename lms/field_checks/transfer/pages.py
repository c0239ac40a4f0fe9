"""What the page of what training adds up to shows: asked once, and laid out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.queries_counting import Reach
from lms.completion.queries_labels import Label, course_labels, role_labels
from lms.completion.queries_places import Unit, Units
from lms.completion.rules import RateFilter
from lms.completion.rules_bases import Period
from lms.completion.rules_suppression import LEAST_PEOPLE, find_hidden, hides_small_groups
from lms.courses.rules import add_months
from lms.field_checks.transfer.queries import Asked, count_steps
from lms.field_checks.transfer.queries_answers import Answered, count_pairs, list_answered
from lms.field_checks.transfer.rules import By, Counts, Pairs, added, together
from lms.field_checks.transfer.rules_decay import Bin, HalfLife, binned, half_life
from lms.observations.practice.pages import Row, sort_rows
from lms.observations.practice.queries import list_behaviors
from lms.observations.practice.rules import By as Topic
from lms.people.rules import Scope, UnitKind


@dataclass(frozen=True, slots=True)
class Line:
    """A group with how far its trainings got; `is_hidden`: too few people for a viewer who sees no names."""

    label: Label
    counts: Counts
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A behavior, or what behaviors are sorted by: what checks found, whether it lasted, and its half-life."""

    row: Row
    pairs: Pairs
    answers: int
    half_life: HalfLife | None


@dataclass(frozen=True, slots=True)
class Curve:
    """How shares met go by days since training: of one row, or of everything."""

    row: Row | None
    bins: Sequence[Bin]
    half_life: HalfLife | None


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What trainings of a unit in a period added up to. `is_hidden`: all is empty, of too few people."""

    unit: Unit
    by: By
    counts: Counts
    lines: Sequence[Line]
    months: Sequence[tuple[date, Line]]
    topics: Sequence[TopicLine]
    curve: Curve
    is_hidden: bool = False


def asked_for(
    scope: Scope, as_of: date, unit: Unit, *, months: int, roles: tuple[str, ...] = (), courses: tuple[str, ...] = ()
) -> Asked:
    """Return the trainings of a unit that fell due in the last months."""
    period = Period(add_months(as_of, -months) + timedelta(days=1), as_of)
    return Asked(scope, as_of, period, RateFilter(unit_id=unit.id, role_codes=roles, course_codes=courses))


def transfer_page(
    session: Session, asked: Asked, *, units: Units, unit: Unit, by: By, topic: Topic, key: str
) -> TransferPage:
    """Read the page. The unit was found within the viewer's figures."""
    by = By.COURSE if by is By.UNIT and unit.kind is UnitKind.CENTER else by
    reach = asked.reach(session)
    counts = count_steps(session, asked, reach).get(0, Counts())
    hides = hides_small_groups(asked.scope, units.centers.get(unit.id, frozenset()))
    if hides and (0 < counts.people < LEAST_PEOPLE or _is_hidden_above(session, asked, units, unit)):
        return TransferPage(unit, by, Counts(), [], [], [], Curve(None, [], None), is_hidden=True)
    months = count_steps(session, asked, reach, split="month")
    by_month = _laid_out({month: Label(month, month, month, None) for month in sorted(months)}, months, hides=hides)
    pairs, answered = count_pairs(session, asked, reach), list_answered(session, asked, reach)
    rows, keys = sort_rows(session, list_behaviors(session, set(pairs)), topic)
    chosen = next((row for row in rows if row.key == key), None)
    return TransferPage(
        unit,
        by,
        counts,
        lines=_lines(session, asked, reach, units, unit, by, hides=hides),
        months=[(date.fromisoformat(f"{line.label.code}-01"), line) for line in by_month],
        topics=[_topic(row, pairs, answered, keys) for row in rows],
        curve=_curve(chosen, answered, keys),
    )


def _lines(
    session: Session, asked: Asked, reach: Reach, units: Units, unit: Unit, by: By, *, hides: bool
) -> list[Line]:
    if by is By.UNIT:
        below = [units.by_id[one] for one, parent in units.parents.items() if parent == unit.id and one in units.by_id]
        labels: Mapping[Any, Label] = {
            one.id: Label(one.code, one.name_ko, one.name_en, one.public_id)
            for one in sorted(below, key=lambda one: one.code)
        }
        return _laid_out(labels, _of_units(session, asked, reach, units, unit), hides=hides)
    labels = role_labels(session) if by is By.ROLE else course_labels(session)
    return _laid_out(labels, count_steps(session, asked, reach, split=by.lower()), hides=hides)


def _of_units(session: Session, asked: Asked, reach: Reach, units: Units, unit: Unit) -> dict[Any, Counts]:
    """Count what stands right below a unit; regions are the sums of their areas, as nobody works in two."""
    if unit.kind is UnitKind.AREA:
        return count_steps(session, asked, reach, split="center")
    found = count_steps(session, asked, reach, split="area")
    if unit.kind is not UnitKind.NETWORK:
        return found
    of_regions: dict[Any, list[Counts]] = {}
    for area_id, counts in found.items():
        of_regions.setdefault(units.parents.get(area_id), []).append(counts)
    return {region_id: added(counts) for region_id, counts in of_regions.items()}


def _laid_out(labels: Mapping[Any, Label], found: Mapping[Any, Counts], *, hides: bool) -> list[Line]:
    """Return the groups with something due in the order of their labels, without those too small to show."""
    shown = [(label, found[key]) for key, label in labels.items() if key in found]
    hidden = find_hidden([counts.people for _, counts in shown]) if hides else frozenset()
    return [
        Line(label, Counts() if place in hidden else counts, place in hidden)
        for place, (label, counts) in enumerate(shown)
    ]


def _is_hidden_above(session: Session, asked: Asked, units: Units, unit: Unit) -> bool:
    """Tell whether the page above hides this unit, so that another one cannot be found by subtraction."""
    above = units.path(unit)[-1:]
    if not above:
        return False
    wider = Asked(asked.scope, asked.as_of, asked.period, RateFilter(
        unit_id=above[0].id, role_codes=asked.where.role_codes, course_codes=asked.where.course_codes
    ))  # fmt: skip
    lines = _lines(session, wider, wider.reach(session), units, above[0], By.UNIT, hides=True)
    return any(line.is_hidden and line.label.public_id == unit.public_id for line in lines)


def _topic(
    row: Row, pairs: Mapping[int, Pairs], answered: Iterable[Answered], keys: Mapping[int, Collection[str]]
) -> TopicLine:
    curve = _curve(row, answered, keys)
    found = together(of_item for item_id, of_item in pairs.items() if row.key in keys.get(item_id, ()))
    return TopicLine(row, found, sum(one.tally.due for one in curve.bins), curve.half_life)


def _curve(row: Row | None, answered: Iterable[Answered], keys: Mapping[int, Collection[str]]) -> Curve:
    days = [(one.day, one.number, one.met) for one in answered if row is None or row.key in keys.get(one.item_id, ())]
    return Curve(row, binned(days), half_life(days))
