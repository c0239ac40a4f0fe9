"""The reference files as the imports take them, with their dates in the demo's calendar."""

import csv
from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.catalog.actions import import_catalog
from lms.demo.reference import DATA
from lms.demo.rules import DemoCalendar
from lms.imports.files import Table
from lms.observations.rules_standards import MYSTERY, SERVICE
from lms.observations.standards.actions import import_standard
from lms.people.centers.actions import import_centers
from lms.people.centers.rows import read_centers
from lms.shared.errors import DomainError

CENTER_DATES = frozenset({"opened_on", "closed_on"})
ITEM_DATES = frozenset({"effective_from", "effective_to"})


def reference_table(name: str, calendar: DemoCalendar, dates: Collection[str] = ()) -> Table:
    """Return a reference file as a table; columns named in `dates` are shifted."""
    return Table(_ReferenceFile(name, calendar, frozenset(dates)))


class _ReferenceFile:
    progress_pct = 100

    def __init__(self, name: str, calendar: DemoCalendar, dates: frozenset[str]) -> None:
        self._path = DATA / f"{name}.csv"
        self._calendar = calendar
        self._dates = dates

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells), the header first."""
        with self._path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader)
            yield 1, header
            places = [place for place, column in enumerate(header) if column in self._dates]
            for cells in reader:
                for place in places:
                    if cells[place]:
                        cells[place] = self._calendar.shifted(date.fromisoformat(cells[place])).isoformat()
                yield reader.line_num, cells


def import_reference(session: Session, actor: Actor, calendar: DemoCalendar, *, since: date) -> None:
    """Take in centers, catalog and standard as their imports do; the courses' first versions hold from `since`.

    Raises:
        DomainError: an import refuses a row of the reference ("reference_refused").
    """
    rows, refused = read_centers(reference_table("centers", calendar, CENTER_DATES))
    import_centers(session, actor, rows, on=since)
    refused += import_catalog(session, reference_table("courses", calendar), actor=actor, as_of=since).refusals
    for name, code in (("checklist_items", SERVICE), ("mystery_items", MYSTERY)):
        refused += import_standard(session, actor, reference_table(name, calendar, ITEM_DATES), code=code).refusals
    if refused:
        raise DomainError("reference_refused", first=refused[0])
