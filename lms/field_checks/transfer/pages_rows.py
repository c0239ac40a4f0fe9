"""Rows of what training adds up to: screen, files and command line all read these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.queries_counting import Reach
from lms.completion.queries_labels import Label, course_labels, role_labels
from lms.completion.queries_places import Unit, Units
from lms.completion.rules_suppression import LEAST_PEOPLE, find_hidden, hides_small_groups
from lms.field_checks.transfer.queries import Asked, count_steps
from lms.field_checks.transfer.queries_answers import Answered, count_pairs, list_answered
from lms.field_checks.transfer.rules import By, Counts, Pairs, added, together
from lms.field_checks.transfer.rules_decay import Bin, HalfLife, binned, half_life
from lms.observations.practice.pages import Row, sort_rows
from lms.observations.practice.queries import list_behaviors
from lms.observations.practice.rules import By as Topic
from lms.people.rules import UnitKind


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
class Lasting:
    """What checks found, answer by answer, and the rows it is sorted into."""

    rows: Sequence[Row]
    keys: Mapping[int, Collection[str]]
    pairs: Mapping[int, Pairs]
    answered: Sequence[Answered]

    def line(self, row: Row) -> TopicLine:
        """Return what was found of a row."""
        curve = self.curve(row)
        found = together(of_item for item_id, of_item in self.pairs.items() if row.key in self.keys.get(item_id, ()))
        return TopicLine(row, found, sum(one.tally.due for one in curve.bins), curve.half_life)

    def curve(self, row: Row | None) -> Curve:
        """Return how shares met of a row, or of everything, go by days since training."""
        days = [
            (one.day, one.number, one.met)
            for one in self.answered
            if row is None or row.key in self.keys.get(one.item_id, ())
        ]
        return Curve(row, binned(days), half_life(days))


@dataclass(frozen=True, slots=True)
class Found:
    """Trainings asked for and the unit they are of, with the ids that scope and filter leave."""

    asked: Asked
    units: Units
    unit: Unit
    reach: Reach

    @property
    def hides(self) -> bool:
        """Tell whether the viewer sees no names here, so that small groups are hidden."""
        return hides_small_groups(self.asked.scope, self.units.centers.get(self.unit.id, frozenset()))

    def rows_by(self, by: By) -> By:
        """Return what rows can stand for: a center has no units."""
        return By.COURSE if by is By.UNIT and self.unit.kind is UnitKind.CENTER else by


def find_rows(session: Session, asked: Asked, *, units: Units, unit: Unit) -> Found:
    """Return what the rows of a unit are read from. The unit was found within the viewer's figures."""
    return Found(asked, units, unit, asked.reach(session))


def read_counts(session: Session, found: Found) -> Counts | None:
    """Count how far all trainings got; None when they are of too few people to show."""
    counts = count_steps(session, found.asked, found.reach).get(0, Counts())
    is_hidden = found.hides and (0 < counts.people < LEAST_PEOPLE or _is_hidden_above(session, found))
    return None if is_hidden else counts


def list_lines(session: Session, found: Found, by: By) -> list[Line]:
    """List the groups with something due, in the order of their codes."""
    if by is By.UNIT:
        return _laid_out(_labels_below(found), _of_units(session, found), hides=found.hides)
    counts = count_steps(session, found.asked, found.reach, split=by.lower())
    if by is By.MONTH:
        return _laid_out({one: Label(one, one, one, None) for one in sorted(counts)}, counts, hides=found.hides)
    labels = role_labels(session) if by is By.ROLE else course_labels(session)
    return _laid_out(labels, counts, hides=found.hides)


def read_lasting(session: Session, found: Found, topic: Topic) -> Lasting:
    """Read what checks of the trainings found, sorted by a topic."""
    pairs = count_pairs(session, found.asked, found.reach)
    rows, keys = sort_rows(session, list_behaviors(session, set(pairs)), topic)
    return Lasting(rows, keys, pairs, list_answered(session, found.asked, found.reach))


def _labels_below(found: Found) -> Mapping[Any, Label]:
    units = found.units
    below = [units.by_id[one] for one, above in units.parents.items() if above == found.unit.id and one in units.by_id]
    below.sort(key=lambda one: one.code)
    return {one.id: Label(one.code, one.name_ko, one.name_en, one.public_id) for one in below}


def _of_units(session: Session, found: Found) -> dict[Any, Counts]:
    """Count what stands right below a unit; regions are the sums of their areas, as nobody works in two."""
    if found.unit.kind is UnitKind.AREA:
        return count_steps(session, found.asked, found.reach, split="center")
    counted = count_steps(session, found.asked, found.reach, split="area")
    if found.unit.kind is not UnitKind.NETWORK:
        return counted
    of_regions: dict[Any, list[Counts]] = {}
    for area_id, counts in counted.items():
        of_regions.setdefault(found.units.parents.get(area_id), []).append(counts)
    return {region_id: added(counts) for region_id, counts in of_regions.items()}


def _laid_out(labels: Mapping[Any, Label], found: Mapping[Any, Counts], *, hides: bool) -> list[Line]:
    """Return the groups with something due in the order of their labels, without those too small to show."""
    shown = [(label, found[key]) for key, label in labels.items() if key in found]
    hidden = find_hidden([counts.people for _, counts in shown]) if hides else frozenset()
    return [
        Line(label, Counts() if place in hidden else counts, place in hidden)
        for place, (label, counts) in enumerate(shown)
    ]


def _is_hidden_above(session: Session, found: Found) -> bool:
    """Tell whether the page above hides this unit, so that another one cannot be found by subtraction."""
    above = found.units.path(found.unit)[-1:]
    if not above:
        return False
    wider = replace(found.asked, where=replace(found.asked.where, unit_id=above[0].id))
    lines = list_lines(session, find_rows(session, wider, units=found.units, unit=above[0]), By.UNIT)
    return any(line.is_hidden and line.label.public_id == found.unit.public_id for line in lines)
