"""What a weekly cut finds at every center: the rate of its front line, and its critical courses."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.flags.rules import CriticalCourse, Seen
from lms.completion.queries import list_rates
from lms.completion.queries_counting import counted, enrollment, places_of_counted, reach_of, tally_columns
from lms.completion.rules import Dimension, RateFilter, Tally
from lms.completion.targets.rules import About, Measure, Targets
from lms.courses.models import Course
from lms.people.models import OrgUnit
from lms.people.rules import UnitKind, whole_network

# Flags speak of front-line people (ruling 29).
FRONTLINE = RateFilter(frontline=True)


class Measured(NamedTuple):
    """The rate of a center's front line, over so many people with something due."""

    tally: Tally
    people: int


def measure_centers(session: Session, *, as_of: date, targets: Targets) -> dict[int, Seen]:
    """Measure every open center whose front line has something due, by center id.

    The rate is that of every page; people are those with something due; only alarming critical courses are kept.
    """
    lines = list_rates(session, scope=whole_network(as_of), as_of=as_of, by=Dimension.CENTER, where=FRONTLINE)
    centers = {code: center_id for center_id, (code, _kind) in _centers(session).items()}
    measured = {centers[line.code]: Measured(line.tally, line.people_judged) for line in lines}
    critical = _critical_courses(session, as_of)
    return seen_at(session, as_of=as_of, targets=targets, measured=measured, critical=critical)


def seen_at(
    session: Session, *, as_of: date, targets: Targets, measured: Mapping[int, Measured],
    critical: Mapping[int, Iterable[CriticalCourse]],
) -> dict[int, Seen]:  # fmt: skip
    """Return what a cut sees of what was measured at each center, beside its target."""
    return {
        center_id: Seen(
            as_of=as_of,
            tally=measured[center_id].tally,
            people=measured[center_id].people,
            target=targets.of(Measure.CENTER, as_of, About(network_type=kind)),
            critical=[course for course in critical.get(center_id, ()) if course.is_alarming],
        )
        for center_id, (_code, kind) in _centers(session).items()
        if center_id in measured
    }


def _centers(session: Session) -> dict[int, tuple[str, str | None]]:
    wanted = select(OrgUnit.id, OrgUnit.code, OrgUnit.network_type).where(OrgUnit.kind == UnitKind.CENTER)
    return {center_id: (code, kind) for center_id, code, kind in session.execute(wanted)}


def _critical_courses(session: Session, as_of: date) -> dict[int, list[CriticalCourse]]:
    codes = tuple(session.scalars(select(Course.code).where(Course.is_critical).order_by(Course.code)))
    if not codes:
        return {}
    where = RateFilter(frontline=True, course_codes=codes)
    reach = reach_of(session, scope=whole_network(as_of), as_of=as_of, where=where, named=False)
    places = places_of_counted(as_of, reach).subquery("places")
    due, done, _on_time = tally_columns(as_of)
    query = (
        counted(as_of, reach, places.c.center_id, enrollment.c.course_id, due, done)
        .join(places, places.c.person_id == enrollment.c.person_id)
        .group_by(places.c.center_id, enrollment.c.course_id)
        .order_by(enrollment.c.course_id)
    )
    found: dict[int, list[CriticalCourse]] = {}
    for center_id, *counts in session.execute(query):
        found.setdefault(center_id, []).append(CriticalCourse(*counts))
    return found
