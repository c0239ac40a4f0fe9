"""What a month is frozen from: every enrollment that counts at its end, and the figures by center, role and tier.

Asked of the facts as they are, or, through a session that reads them as known then, as they were: the same rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import Select, String, case, cast, select
from sqlalchemy.orm import Session

from lms.completion.months.rules import ALL_TIERS, last_day
from lms.completion.months.rules_snapshot import SEPARATOR, Packed, pack
from lms.completion.queries_counting import Reach, counted, enrollment, is_done, places_of_counted
from lms.completion.rules import DEFAULT_TARGET, Tally
from lms.courses.models import Course
from lms.people.models import JobRole, OrgUnit, Person
from lms.people.queries import frontline_roles, placement_on

ROWS_AT_ONCE = 2_000
Key = tuple[int, int, int]  # tier level, center, role


@dataclass(slots=True)
class Cell:
    """The figures of one center, job role and tier."""

    due: int = 0
    done: int = 0
    on_time: int = 0
    people: int = 0
    people_short: int = 0
    people_done: int = 0

    def add(self, tally: Tally) -> None:
        """Count a person's enrollments in."""
        self.due += tally.due
        self.done += tally.done
        self.on_time += tally.on_time
        self.people += 1
        self.people_short += tally.is_below(DEFAULT_TARGET)
        self.people_done += tally.done == tally.due


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A month as it is frozen."""

    packed: Packed
    cells: dict[Key, Cell] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        """Return the rate of the whole network."""
        whole = [cell for (tier, _center, _role), cell in self.cells.items() if tier == ALL_TIERS]
        return Tally(*(sum(getattr(cell, name) for cell in whole) for name in Tally._fields))


def read_month(session: Session, *, month: date) -> MonthFacts:
    """Read what counts at the end of a month, for the whole network.

    Set-based: one statement, whose rows are added up as they are read.
    """
    day = last_day(month)
    names = _Names(session)
    tally = _Tallying(dict(session.execute(select(Course.id, Course.tier_level)).all()))
    rows = session.connection().execute(_counted_rows(day))
    # Many at once: fetching each of some hundred thousand by itself takes longer than adding it up.
    packed = pack(names.line(row) for row in tally.over(chain.from_iterable(rows.partitions(ROWS_AT_ONCE))))
    return MonthFacts(packed, tally.cells())


def figures_of(session: Session, facts: MonthFacts, *, month: date) -> Iterator[dict[str, Any]]:
    """Yield the rows of `MonthFigure` but for their close: each center where it stood at the month's end."""
    day = last_day(month)
    places = {center: (area, region) for center, area, region in session.execute(select(placement_on(day)))}
    frontline = frozenset(session.scalars(frontline_roles(day)))
    for (tier, center_id, role_id), cell in facts.cells.items():
        area_id, region_id = places[center_id]
        yield {
            "tier_level": tier, "center_id": center_id, "role_id": role_id, "area_id": area_id,
            "region_id": region_id, "is_frontline": role_id in frontline, "due": cell.due, "done": cell.done,
            "on_time": cell.on_time, "people": cell.people, "people_short": cell.people_short,
            "people_done": cell.people_done,
        }  # fmt: skip


def _counted_rows(day: date) -> Select[Any]:
    active = places_of_counted(day, Reach()).subquery("active")
    # Days as texts: that is how they are kept, and reading 100,000 of them as dates takes as long as the question.
    query = counted(
        day, Reach(), active.c.person_id, active.c.center_id, active.c.role_id, enrollment.c.course_id,
        enrollment.c.cycle, cast(enrollment.c.assigned_on, String), cast(enrollment.c.due_on, String),
        case((is_done(day), cast(enrollment.c.completed_on, String)), else_=""), everyone=True,
    )  # fmt: skip
    return query.join(active, active.c.person_id == enrollment.c.person_id)


class _Names:
    """Turns rows of database ids into lines of the canonical text."""

    def __init__(self, session: Session) -> None:
        self.people, self.centers, self.roles, self.courses = (
            dict(session.execute(select(key, name)).all())
            for key, name in (
                (Person.id, Person.public_id),
                (OrgUnit.id, OrgUnit.public_id),
                (JobRole.id, JobRole.code),
                (Course.id, Course.public_id),
            )
        )

    def line(self, row: tuple[Any, ...]) -> str:
        person, center, role, course, cycle, assigned_on, due_on, completed_on = row
        return SEPARATOR.join(
            (self.people[person], self.centers[center], self.roles[role], self.courses[course], str(cycle),
             assigned_on, due_on, completed_on)
        )  # fmt: skip


class _Tallying:
    """Adds rows up by person and tier while they pass."""

    def __init__(self, tiers: dict[int, int]) -> None:
        self.tiers = tiers
        self.sums: dict[tuple[int, int, int, int], list[int]] = defaultdict(lambda: [0, 0, 0])

    def over(self, rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        tiers, sums = self.tiers, self.sums
        for row in rows:
            person, center, role, course, _cycle, _assigned_on, due_on, completed_on = row
            counts = sums[tiers[course], center, role, person]
            counts[0] += 1
            if completed_on:
                counts[1] += 1
                counts[2] += completed_on <= due_on
            yield row

    def cells(self) -> dict[Key, Cell]:
        """Return the figures by tier, center and role, and those over all tiers."""
        found: dict[Key, Cell] = defaultdict(Cell)
        whole: dict[tuple[int, int, int], Tally] = defaultdict(Tally)
        for (tier, center, role, person), counts in self.sums.items():
            tally = Tally(*counts)
            found[tier, center, role].add(tally)
            whole[center, role, person] += tally
        for (center, role, _person), tally in whole.items():
            found[ALL_TIERS, center, role].add(tally)
        return dict(found)
