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

CENTER_DATES = frozenset({"opened_on", "closed_on"})


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
    """Take in the centers and the catalog as their imports do; the courses' first versions hold from `since`."""
    _TEMP_centers(session, actor, calendar)
    import_catalog(session, reference_table("courses", calendar), actor=actor, as_of=since)


def _TEMP_centers(session, actor, calendar):
    from lms.people.models import OrgUnit, OrgPlacement
    from sqlalchemy import select

    t = reference_table("centers", calendar, CENTER_DATES)
    units = {}
    net = session.scalar(select(OrgUnit).where(OrgUnit.kind == "NETWORK"))
    for _, cells in t.rows():
        r = dict(zip(t.header, cells))
        reg = units.get(("REGION", r["region_code"]))
        new = []
        for kind, code, ko, en, parent in (
            ("REGION", r["region_code"], r["region_ko"], r["region_en"], None),
            ("AREA", r["area_code"], r["area_ko"], r["area_en"], ("REGION", r["region_code"])),
            ("CENTER", r["center_code"], r["name_ko"], r["name_en"], ("AREA", r["area_code"])),
        ):
            if (kind, code) in units:
                continue
            u = OrgUnit(kind=kind, code=code, name_ko=ko, name_en=en)
            if kind == "CENTER":
                u.network_type = r["network_type"]
                u.opened_on = date.fromisoformat(r["opened_on"])
                u.closed_on = date.fromisoformat(r["closed_on"]) if r["closed_on"] else None
            session.add(u)
            units[kind, code] = u
            new.append((u, parent))
        session.flush()
        for u, parent in new:
            if parent:
                session.add(
                    OrgPlacement(
                        unit_id=u.id, parent_id=units[parent].id, starts_on=date(1990, 1, 1), recorded_at=actor.at
                    )
                )
    session.flush()
