"""What pages of rates show on a basis that is not the usual one: the rate, its groups, every basis beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.forms import MeasureForm
from lms.completion.pages import BELOW
from lms.completion.parameters import Asked
from lms.completion.queries_bases import MeasuredLine, list_measured, measured, total_measured
from lms.completion.queries_labels import NOWHERE
from lms.completion.queries_places import Unit
from lms.completion.rules import Dimension, Tally
from lms.completion.rules_bases import Basis, Measure, Sums
from lms.completion.rules_interval import Change, Interval, interval_of
from lms.completion.rules_suppression import LEAST_PEOPLE, find_hidden, hides_small_groups
from lms.completion.targets import rules as target_rules
from lms.completion.targets.queries import load_targets

NOBODY = measured(NOWHERE, Sums(), Basis.COMPLETION)
# What is held against a target, and which; the other bases have none.
MEASURED_AGAINST = {
    Basis.COMPLETION: target_rules.Measure.CENTER,
    Basis.COURSE: target_rules.Measure.CENTER,
    Basis.ON_TIME: target_rules.Measure.ON_TIME,
}
UNIT_LEVELS = frozenset({Dimension.REGION, Dimension.AREA, Dimension.CENTER})


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A group as its row shows it. `is_hidden`: too few people for a viewer who sees no names."""

    line: MeasuredLine
    basis: Basis
    before: MeasuredLine | None = None
    is_hidden: bool = False

    @property
    def interval(self) -> Interval | None:
        """Return where its true rate may well lie."""
        return interval_of(self.line.share, self.line.sums.trials(self.basis))

    @property
    def change(self) -> Change | None:
        """Return the difference to the other day, when one is asked for."""
        return None if self.before is None else Change(self.before.share, self.line.share)


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    """The rate of a unit on a basis and what it is made of.

    `beside` holds the unit's rate on every basis there is for the same people and time. `elsewhere` counts the people
    of the rate whom the viewer may not name any more: they have moved on.
    """

    measure: Measure
    total: MeasuredRow
    by: Dimension
    rows: Sequence[MeasuredRow]
    beside: Sequence[MeasuredRow]
    targets: Mapping[Basis, int]
    names_closed: bool = False
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class MeasuredReading:
    """The rates of one day; of the codes in `hidden` the viewer may learn nothing but the name."""

    whole: MeasuredLine
    lines: Sequence[MeasuredLine]
    hidden: frozenset[str]
    is_hidden: bool = False


def measured_page(session: Session, asked: Asked[MeasureForm], unit: Unit) -> MeasuredPage:
    """Read a unit's rate on the basis asked for, the groups below it, and the other bases of the same whole."""
    form = asked.form
    measure = form.measure(asked.as_of)
    by = Dimension(form.by.data.upper()) if form.by.data else BELOW[unit.kind]
    names_closed = by is Dimension.PERSON and not asked.names_are_open(session)
    now = read_measured(session, asked, unit, by, asked.as_of, names_closed=names_closed)
    other = form.compare.data
    before = read_measured(session, asked, unit, by, other, names_closed=names_closed) if other else None
    named = sum(line.sums.people for line in now.lines)
    is_person = by is Dimension.PERSON
    return MeasuredPage(
        measure=measure,
        total=MeasuredRow(now.whole, measure.basis, before.whole if before else None, now.is_hidden),
        by=by,
        rows=_in_order(_rows(now, before, measure.basis), form.sort.data or "code", is_unit=by in UNIT_LEVELS),
        beside=[] if now.is_hidden else _beside(session, asked, unit, now.whole),
        targets=_targets(session, asked),
        names_closed=names_closed,
        elsewhere=max(0, now.whole.sums.people - named) if is_person and not names_closed else 0,
    )


def _targets(session: Session, asked: Asked[MeasureForm]) -> dict[Basis, int]:
    where = asked.form.filter(None)
    about = target_rules.narrowed_to(where.tiers, where.role_codes)
    decided = load_targets(session)
    return {basis: decided.of(measure, asked.as_of, about) for basis, measure in MEASURED_AGAINST.items()}


def read_measured(
    session: Session, asked: Asked[MeasureForm], unit: Unit, by: Dimension, day: date, *, names_closed: bool = False
) -> MeasuredReading:
    """Read the rates of a unit on a day, without what the viewer may not learn. Page and download share it."""
    measure, where = asked.form.measure(day), asked.form.filter(unit.id)
    question: dict[str, Any] = {"scope": asked.scope, "as_of": day, "measure": measure, "where": where}
    whole = total_measured(session, **question)
    lines = [] if names_closed else list_measured(session, by=by, **question)
    if not hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset())):
        return MeasuredReading(whole, lines, frozenset())
    if 0 < whole.sums.people < LEAST_PEOPLE or _is_hidden_above(session, asked, unit, question):
        return MeasuredReading(NOBODY, [], frozenset(), is_hidden=True)
    hidden = _hidden_codes(lines)
    return MeasuredReading(whole, [_emptied(line) if line.code in hidden else line for line in lines], hidden)


def _hidden_codes(lines: Sequence[MeasuredLine]) -> frozenset[str]:
    return frozenset(lines[place].code for place in find_hidden([line.sums.people for line in lines]))


def _emptied(line: MeasuredLine) -> MeasuredLine:
    return line._replace(share=Tally(), sums=Sums())


def _is_hidden_above(session: Session, asked: Asked[MeasureForm], unit: Unit, question: dict[str, Any]) -> bool:
    """Tell whether the page above hides this unit, so that another one cannot be found by subtraction."""
    above = asked.units.path(unit)[-1:]
    if not above:
        return False
    question = question | {"where": asked.form.filter(above[0].id)}
    return unit.code in _hidden_codes(list_measured(session, by=BELOW[above[0].kind], **question))


def _beside(session: Session, asked: Asked[MeasureForm], unit: Unit, whole: MeasuredLine) -> list[MeasuredRow]:
    """Return the whole on every basis: what is due once more by all of them, what is assigned if that has a center."""
    asked_for = asked.form.measure(asked.as_of)
    wholes = {asked_for.basis is Basis.ASSIGNED: whole.sums}
    question: dict[str, Any] = {"scope": asked.scope, "as_of": asked.as_of, "where": asked.form.filter(unit.id)}
    for is_assigned in (False, True):
        basis = Basis.ASSIGNED if is_assigned else Basis.COMPLETION
        measure = Measure(basis=basis, attribution=asked_for.attribution, period=asked_for.period)
        if is_assigned not in wholes and measure.is_possible:
            wholes[is_assigned] = total_measured(session, measure=measure, **question).sums
    found = []
    hides = hides_small_groups(asked.scope, asked.units.centers.get(unit.id, frozenset()))
    for basis in Basis:
        sums = wholes.get(basis is Basis.ASSIGNED)
        if sums is not None:
            is_hidden = hides and 0 < sums.people < LEAST_PEOPLE
            found.append(MeasuredRow(measured(NOWHERE, Sums() if is_hidden else sums, basis), basis, None, is_hidden))
    return found


def _rows(now: MeasuredReading, before: MeasuredReading | None, basis: Basis) -> list[MeasuredRow]:
    """Return a row for each group of either day."""
    then = {line.code: line for line in before.lines} if before else {}
    codes = {line.code for line in now.lines}
    hidden = now.hidden | (before.hidden if before else frozenset())
    lines = [*now.lines, *(_emptied(line) for code, line in then.items() if code not in codes)]
    return [
        MeasuredRow(line, basis, then.get(line.code, NOBODY) if before else None, line.code in hidden) for line in lines
    ]


def _in_order(rows: Sequence[MeasuredRow], sort: str, *, is_unit: bool) -> list[MeasuredRow]:
    """Order rows; units by the upper end of their interval, never by the rate alone; ties by code."""
    keys: dict[str, Callable[[MeasuredRow], Any]] = {
        "rate": lambda row: (
            (row.interval.high if row.interval else 0.0) if is_unit else row.line.share.percent_tenths or 0
        ),
        "missing": lambda row: row.line.share.missing,
        "change": lambda row: (row.change.tenths if row.change else None) or 0,
    }
    by_code = sorted(rows, key=lambda row: row.line.code)
    key = keys.get(sort.removeprefix("-"), lambda row: row.line.code)
    ordered = sorted(by_code, key=key, reverse=sort.startswith("-"))
    return sorted(ordered, key=lambda row: row.is_hidden)
