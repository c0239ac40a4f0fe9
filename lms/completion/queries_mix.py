"""Rates by two things at once: units across job roles or tiers, for heat maps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.completion.queries import person_tallies
from lms.completion.queries_counting import Reach, enrollment, places_of_counted, reach_of
from lms.completion.queries_labels import Label, Labels, load_organization, role_labels, tier_labels
from lms.completion.rules import Dimension, RateFilter, Tally
from lms.courses.models import Course
from lms.people.rules import Scope

Sums = tuple[int | None, int | None, int, int, int, int]  # center, column, due, done, on time, people


@dataclass(frozen=True, slots=True)
class Cell:
    """The rate of one unit and role or tier. In a row of tiers one person stands several times."""

    tally: Tally
    people: int

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.tally + other.tally, self.people + other.people)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rates by unit and by role or tier; `cells` by the codes of row and column, only those with something due."""

    rows: Sequence[Label]
    columns: Sequence[Label]
    cells: Mapping[tuple[str, str], Cell]


def load_grid(
    session: Session, *, scope: Scope, as_of: date, rows: Dimension, columns: Dimension, where: RateFilter
) -> Grid:
    """Load the rates of units (`rows`: a level) across job roles or tiers, both ordered by code.

    The cells of a row or column of roles add up to what `list_rates` says of it.
    """
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=False)
    organization = load_organization(session, as_of=as_of, center_ids=reach.center_ids)
    labels = role_labels(session, reach.role_ids) if columns is Dimension.ROLE else tier_labels(session)
    found: dict[tuple[int | None, int | None], Cell] = defaultdict(lambda: Cell(Tally(), 0))
    for center_id, column_id, due, done, on_time, people in _sums(session, as_of, reach, columns):
        cell = Cell(Tally(int(due), int(done), int(on_time)), people)
        found[organization.group_of(center_id, rows), column_id] += cell
    return _grid(found, organization.labels, labels)


def _grid(found: Mapping[tuple[int | None, int | None], Cell], units: Labels, columns: Labels) -> Grid:
    rows_there, columns_there = ({key[place] for key in found} for place in (0, 1))
    return Grid(
        rows=sorted((units[unit_id] for unit_id in rows_there), key=lambda label: label.code),
        columns=[label for key, label in columns.items() if key in columns_there],
        cells={(units[row].code, columns[column].code): cell for (row, column), cell in found.items()},
    )


def _sums(session: Session, as_of: date, reach: Reach, columns: Dimension) -> list[Sums]:
    active = places_of_counted(as_of, reach).subquery("active")
    tallies = person_tallies(as_of, reach)
    if columns is Dimension.TIER:
        tallies = (
            tallies.add_columns(Course.tier_level.expression)
            .join(Course, Course.id == enrollment.c.course_id)
            .group_by(Course.tier_level)
        )
    of_person = tallies.subquery("tallies")
    column = of_person.c.tier_level if columns is Dimension.TIER else active.c.role_id
    counts = (func.sum(of_person.c.due), func.sum(of_person.c.done), func.sum(of_person.c.on_time), func.count())
    query = select(active.c.center_id, column, *counts).join(of_person, of_person.c.person_id == active.c.person_id)
    return [tuple(row) for row in session.execute(query.group_by(active.c.center_id, column))]
