"""What pages show beside rows: chips, key figures, ways up and down. Built here so that templates only lay out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.completion.forms import EVERYONE, FRONTLINE, CourseForm, RateForm, ShortfallForm
from lms.completion.parameters import Asked
from lms.completion.queries_enrollments import EnrollmentRow, list_enrollments
from lms.completion.queries_overview import NOT_OVERDUE, UnitShortfall, list_shortfall_counts
from lms.completion.queries_places import MOST_TO_CHOOSE, Unit, load_units
from lms.completion.queries_shortfalls import list_shortfalls
from lms.completion.rules import (
    Dimension,
    PersonLine,
    ShortfallFilter,
    ShortfallLine,
    Tally,
    total,
)
from lms.completion.rules_bases import Attribution, Basis, code_of
from lms.completion.wording import SEVERITIES
from lms.completion.wording_bases import ATTRIBUTIONS, BASES
from lms.people.rules import UnitKind
from lms.shared.paging import Page
from lms.web.locale import localized

# Below this many people a rate says little (domain §3.3).
SMALL_SAMPLE = 5
# Into what a unit breaks down when nothing else is asked for.
BELOW = {
    UnitKind.NETWORK: Dimension.REGION,
    UnitKind.REGION: Dimension.AREA,
    UnitKind.AREA: Dimension.CENTER,
    UnitKind.CENTER: Dimension.PERSON,
}
# In these groups one person stands several times.
COUNTS_PEOPLE_AGAIN = frozenset({Dimension.TIER, Dimension.COURSE})

# Label, words, the parameter that removing it takes out; where that may stand several times, the one value too.
Chip = tuple[str, str, str] | tuple[str, str, str, str]


def chips(asked: Asked[Any], *, today: date) -> list[Chip]:
    """Return the filters in force: label, words, and the parameter that removing it takes out."""
    form = asked.form
    found: list[Chip] = []
    if asked.as_of != today:
        found.append((_("As-of date"), asked.as_of.isoformat(), "as_of"))
    if asked.known_at:
        found.append((_("As known on"), asked.known_text, "known_at"))
    if "compare" in form and form.compare.data:
        found.append((_("Compare with"), form.compare.data.isoformat(), "compare"))
    if form.unit.data and asked.unit:
        found.append((_("Unit"), localized(asked.unit), "unit"))
    for field, labels in ((form.role, asked.roles), (form.tier, asked.tiers), (form.course, asked.courses)):
        found += [(str(field.label.text), localized(labels[code]), field.name, code) for code in field.data]
    return found + _people_chip(form) + _measure_chips(form) + _shortfall_chips(form)


def _measure_chips(form: Any) -> list[Chip]:
    found: list[Chip] = []
    if "basis" in form and form.basis.data:
        found.append((str(form.basis.label.text), str(BASES[Basis(code_of(form.basis.data))]), "basis"))
    if "attribution" in form and form.attribution.data:
        words = ATTRIBUTIONS[Attribution(code_of(form.attribution.data))]
        found.append((str(form.attribution.label.text), str(words), "attribution"))
    for name in ("due_from", "due_to"):
        if name in form and form[name].data:
            found.append((str(form[name].label.text), form[name].data.isoformat(), name))
    return found


def _people_chip(form: RateForm) -> list[Chip]:
    words = {EVERYONE: _("Everyone"), FRONTLINE: _("Front line")}
    return [(_("People"), words[form.people.data], "people")] if form.people.data else []


def _shortfall_chips(form: Any) -> list[Chip]:
    found: list[Chip] = []
    if "q" in form and form.q.data:
        found.append((str(form.q.label.text), form.q.data, "q"))
    if "below" in form and form.below.data is not None:
        found.append((_("Rate"), _("below %(target)s%%", target=form.below.data), "below"))
    if "severity" in form and form.severity.data:
        found.append((_("Severity"), str(SEVERITIES[form.severity.data]), "severity"))
    return found


@dataclass(frozen=True, slots=True)
class ShortfallPage:
    """Who falls short: counts for everyone the filter leaves but the severity, and one page of people.

    `people` is None while names are closed; `below` then tells in which units under the one asked for they work.
    """

    by_severity: Mapping[str, int]
    below: Sequence[UnitShortfall]
    people: Page[ShortfallLine] | None
    total: int

    @property
    def all_severities(self) -> int:
        """Return how many fall short, whatever the severity."""
        return sum(self.by_severity.values())

    @property
    def not_overdue(self) -> int:
        """Return how many are below target with nothing overdue."""
        return self.by_severity.get(NOT_OVERDUE, 0)


def shortfall_page(session: Session, asked: Asked[ShortfallForm], number: int) -> ShortfallPage:
    """Read the shortfall list: people where names are open, counts by center where not."""
    where: ShortfallFilter = asked.where
    if not asked.names_are_open(session):
        return _closed_page(session, asked, where)
    sort, descending = asked.form.order
    people = list_shortfalls(
        session,
        scope=asked.scope,
        as_of=asked.as_of,
        where=where,
        sort=sort,
        descending=descending,
        page=number,
    )
    if where.severity or not people.rows:
        by_severity = _by_severity(_centers(session, asked, where))
    else:
        by_severity = Counter({NOT_OVERDUE: people.total - sum(people.by_severity.values())})
        by_severity.update(people.by_severity)
    return ShortfallPage(by_severity, (), people, people.total)


def _closed_page(session: Session, asked: Asked[ShortfallForm], where: ShortfallFilter) -> ShortfallPage:
    # How many of a name there are would tell who they are.
    where = replace(where, search=None)
    centers = _centers(session, asked, where)
    shown = [center.only(where.severity) for center in centers] if where.severity else centers
    there = [center for center in shown if center.people]
    below = _one_level_down(session, asked, there)
    return ShortfallPage(_by_severity(centers), below, None, sum(one.people for one in there))


def _one_level_down(
    session: Session, asked: Asked[ShortfallForm], centers: Iterable[UnitShortfall]
) -> list[UnitShortfall]:
    """Add centers up to the units right below the one asked for: 430 centers are no answer to where people work."""
    units, top = asked.units, asked.unit or asked.units.home
    if units.is_partial:
        units = load_units(session, scope=asked.scope)
    ids = {unit.public_id: unit.id for unit in units.by_id.values()}
    found: dict[int, Counter[str]] = {}
    alone: list[UnitShortfall] = []
    for center in centers:
        unit_id = ids.get(center.unit.public_id or "")
        while unit_id is not None and unit_id != top.id and units.parents.get(unit_id) != top.id:
            unit_id = units.parents.get(unit_id)
        if unit_id is not None and unit_id in units.by_id:
            found.setdefault(unit_id, Counter()).update(center.by_severity)
        else:
            alone.append(center)
    added_up = [UnitShortfall(units.by_id[unit_id], counts) for unit_id, counts in found.items()]
    return sorted(added_up + alone, key=lambda line: (-line.people, line.unit.code))


def _centers(session: Session, asked: Asked[ShortfallForm], where: ShortfallFilter) -> list[UnitShortfall]:
    """Count by center, whatever the severity: the tabs show all of them."""
    everyone = replace(where, severity=None)
    return list_shortfall_counts(session, scope=asked.scope, as_of=asked.as_of, where=everyone)


def _by_severity(centers: Iterable[UnitShortfall]) -> Counter[str]:
    found: Counter[str] = Counter()
    for center in centers:
        found.update(center.by_severity)
    return found


def tally_of(lines: Iterable[PersonLine]) -> Tally:
    """Return a person's rate from their enrollments."""
    return total(Tally(1, int(line.done), int(line.done and _in_time(line))) for line in lines if line.counted)


def _in_time(line: PersonLine) -> bool:
    return bool(line.completed_on and line.due_on and line.completed_on <= line.due_on)


def course_page(session: Session, asked: Asked[CourseForm], code: str, number: int) -> Page[EnrollmentRow]:
    """Read one page of a course's people."""
    sort, descending = asked.form.order
    return list_enrollments(
        session,
        scope=asked.scope,
        as_of=asked.as_of,
        where=replace(asked.where, course_codes=(code,)),
        pick=asked.form.pick,
        sort=sort,
        descending=descending,
        page=number,
    )


def options(asked: Asked[Any]) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers, as values with their words."""
    offered = {"role": asked.roles, "tier": asked.tiers, "course": asked.courses}
    words = {name: [(code, localized(label)) for code, label in labels.items()] for name, labels in offered.items()}
    return words | {"unit": [(unit.public_id, localized(unit)) for unit in _units_to_choose(asked)]}


def _units_to_choose(asked: Asked[Any]) -> list[Unit]:
    """Return regions, and areas and centers where they are few enough to look through.

    Where areas are too many, those of the chosen region.
    """
    units = list(asked.units.of_kind(UnitKind.REGION))
    areas, centers = asked.units.of_kind(UnitKind.AREA), asked.units.of_kind(UnitKind.CENTER)
    if len(areas) <= MOST_TO_CHOOSE:
        units += areas
    elif asked.unit:
        near = {asked.unit.id, *(unit.id for unit in asked.units.path(asked.unit) if unit.kind is UnitKind.REGION)}
        units += [area for area in areas if asked.units.parents.get(area.id) in near]
    if len(centers) <= MOST_TO_CHOOSE and not asked.units.is_partial:
        units += centers
    return units if asked.unit is None or asked.unit in units else [asked.unit, *units]
