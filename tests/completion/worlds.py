"""Random worlds for the oracle, and bringing them into a database, many people at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.enrollments.exceptions.models import Exemption as ExemptionRow
from lms.enrollments.models import Enrollment
from lms.people import models as people
from lms.shared.db import refresh_statistics
from lms.shared.ids import new_public_id
from tests.completion.oracle import (
    FRONTLINE_FROM_THE_START,
    Center,
    Cycle,
    Exemption,
    Interval,
    Leave,
    Person,
    Posting,
    World,
)

# All days lie close together, so that boundaries meet.
FIRST = date(2019, 5, 1)
WINDOW = 60
LONG_AGO = date(2000, 1, 1)
RECORDED = datetime(2019, 1, 1, tzinfo=UTC)
ROLES = ("SA", "RC", "CM", "PT", "BP")
COURSES = {"K1": 0, "K2": 1, "K3": 1, "K4": 9}
AREAS = ("A1", "A2", "A3")
REGIONS = ("R1", "R2")


class Drawn:
    """Draws from hypothesis or from seeded chance, by the same words."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def number(self, low: int, high: int) -> int:
        if isinstance(self.source, Random):
            return self.source.randint(low, high)
        return int(self.source.draw(st.integers(low, high)))

    def one(self, choices: Iterable[Any]) -> Any:
        options = list(choices)
        return options[self.number(0, len(options) - 1)]

    def chance(self, one_in: int) -> bool:
        return self.number(1, one_in) == 1

    def day(self) -> date:
        return FIRST + timedelta(days=self.number(0, WINDOW))

    def interval(self) -> Interval:
        start = self.day()
        return Interval(start, None if self.chance(2) else start + timedelta(days=self.number(1, 30)))


def draw_world(source: Any, people_most: int) -> World:
    """Draw centers, areas that move, roles that stop being front line, and people with their histories."""
    drawn = Drawn(source)
    centers = {code: _center(drawn, code) for code in ("C1", "C2", "C3", "C4", "C5")}
    regions = {area: _chain(drawn, REGIONS) for area in AREAS}
    turns = {role: drawn.day() for role in ROLES if drawn.chance(3)}
    persons = [_person(drawn, f"{number:06}") for number in range(drawn.number(1, people_most))]
    return World(centers, regions, dict(COURSES), persons, turns)


def _center(drawn: Drawn, code: str) -> Center:
    opened = drawn.day() if drawn.chance(8) else None
    closed = (opened or FIRST) + timedelta(days=drawn.number(1, WINDOW)) if drawn.chance(5) else None
    return Center(code, opened, closed, _chain(drawn, AREAS) if not drawn.chance(8) else [])


def _chain(drawn: Drawn, parents: tuple[str, ...]) -> list[tuple[str, Interval]]:
    """Return one parent for good, or two with a move between them."""
    first = drawn.one(parents)
    if not drawn.chance(3):
        return [(first, Interval(LONG_AGO))]
    moved = drawn.day()
    return [(first, Interval(LONG_AGO, moved)), (drawn.one(parents), Interval(moved))]


def _person(drawn: Drawn, staff_no: str) -> Person:
    """Hired, maybe moved, promoted, gone and hired again; away now and then; enrolled in cycles."""
    person = Person(staff_no)
    day = LONG_AGO if not drawn.chance(3) else drawn.day()
    for _ in range(drawn.number(1, 3)):
        end = None if drawn.chance(2) else max(day, FIRST) + timedelta(days=drawn.number(1, 30))
        posting = Posting(drawn.one(f"C{n}" for n in range(1, 6)), drawn.one(ROLES), Interval(day, end))
        person.postings.append(posting)
        if drawn.chance(6):  # a second job beside it, and a correction since superseded: neither may count
            person.postings.append(Posting("C1", "BP", Interval(day, end), primary=False))
            person.postings.append(Posting("C2", "SA", Interval(LONG_AGO), superseded=True))
        if end is None:
            break
        day = end + timedelta(days=drawn.number(0, 10))
    if drawn.chance(4):
        person.leaves.append(Leave(drawn.interval(), superseded=drawn.chance(4)))
    for course in COURSES:
        for number in range(1, drawn.number(0, 3) + 1):
            person.cycles.append(_cycle(drawn, course, number))
        if drawn.chance(10):
            start = drawn.day()
            when = Interval(start, start + timedelta(days=drawn.number(1, 30)))
            person.exemptions.append(Exemption(course, when, withdrawn=drawn.chance(4)))
    return person


def _cycle(drawn: Drawn, course: str, number: int) -> Cycle:
    return Cycle(
        course,
        number,
        assigned=drawn.day() - timedelta(days=drawn.number(0, 30)),
        due=None if drawn.chance(10) else drawn.day(),
        done=drawn.day() if drawn.chance(2) else None,
        voided=drawn.day() if drawn.chance(6) else None,
        required=not drawn.chance(8),
    )


def load(session: Session, world: World) -> dict[str, int]:
    """Bring a world into an empty migrated database; return the database ids of its units by code."""
    units = [("CENTER", code) for code in world.centers] + [("AREA", code) for code in AREAS]
    units += [("REGION", code) for code in REGIONS]
    _insert(session, people.OrgUnit, [_unit(world, kind, code) for kind, code in units])
    unit_ids = dict(session.execute(select(people.OrgUnit.code, people.OrgUnit.id)).all())
    links = [(center.code, link) for center in world.centers.values() for link in center.areas]
    links += [(area, link) for area, chain in world.regions_of_areas.items() for link in chain]
    placed = [{"unit_id": unit_ids[unit], "parent_id": unit_ids[to], **_dated(when)} for unit, (to, when) in links]
    _insert(session, people.OrgPlacement, placed)
    role_ids = dict(session.execute(select(people.JobRole.code, people.JobRole.id)).all())
    _load_turns(session, world, role_ids)
    _load_people(session, world, unit_ids, role_ids)
    refresh_statistics(session)
    return unit_ids


def _unit(world: World, kind: str, code: str) -> dict[str, object]:
    center = world.centers.get(code)
    opened, closed = (center.opened, center.closed) if center else (None, None)
    names = {"name_ko": f"{code} 센터", "name_en": code, "public_id": new_public_id()}
    return {"kind": kind, "code": code, "opened_on": opened, "closed_on": closed, **names}


def _load_turns(session: Session, world: World, role_ids: dict[str, int]) -> None:
    """Correct the terms of the first migration the product's way: old rows superseded, new ones recorded."""
    term = people.JobRoleTerm
    for role in ROLES:
        at_first = role in FRONTLINE_FROM_THE_START
        turn = world.frontline_turns.get(role)
        session.execute(update(term).where(term.role_id == role_ids[role]).values(superseded_at=RECORDED))
        common = {"role_id": role_ids[role]}
        rows = [common | {"is_frontline": at_first} | _dated(Interval(LONG_AGO, turn))]
        if turn is not None:
            rows.append(common | {"is_frontline": not at_first} | _dated(Interval(turn)))
        _insert(session, term, rows)


def _load_people(session: Session, world: World, unit_ids: dict[str, int], role_ids: dict[str, int]) -> None:
    _insert(session, Course, [_course(code, tier) for code, tier in world.tiers_of_courses.items()])
    course_ids = dict(session.execute(select(Course.code, Course.id)).all())
    _insert(session, CourseVersion, [_version(course_id) for course_id in course_ids.values()])
    versions = dict(session.execute(select(CourseVersion.course_id, CourseVersion.id)).all())
    rows = [{"staff_no": one.staff_no, "name": f"사람 {one.staff_no}", "search_text": "", "is_synthetic": True,
             "recorded_at": RECORDED, "public_id": new_public_id()} for one in world.people]  # fmt: skip
    _insert(session, people.Person, rows)
    ids = dict(session.execute(select(people.Person.staff_no, people.Person.id)).all())
    postings = [
        {"person_id": ids[one.staff_no], "center_id": unit_ids[posting.center], "role_id": role_ids[posting.role],
         "is_primary": posting.primary, **_dated(posting.when, posting.superseded)}
        for one in world.people for posting in one.postings
    ]  # fmt: skip
    _insert(session, people.Posting, postings)
    leaves = [
        {"person_id": ids[one.staff_no], **_dated(leave.when, leave.superseded)}
        for one in world.people
        for leave in one.leaves
    ]
    _insert(session, people.Leave, leaves)
    exemptions = [
        {"person_id": ids[one.staff_no], "course_id": course_ids[exemption.course], "reason_code": "OTHER",
         "evidence_note": "", **_dated(exemption.when, exemption.withdrawn)}
        for one in world.people for exemption in one.exemptions
    ]  # fmt: skip
    _insert(session, ExemptionRow, exemptions)
    _insert(session, Enrollment, [row for one in world.people for row in _enrollments(one, ids, course_ids, versions)])


def _enrollments(
    one: Person, ids: dict[str, int], course_ids: dict[str, int], versions: dict[int, int]
) -> list[dict[str, object]]:
    most = Counter(cycle.course for cycle in one.cycles)
    return [
        {
            "person_id": ids[one.staff_no], "course_id": course_ids[cycle.course], "cycle": cycle.number,
            "has_later_cycle": cycle.number < most[cycle.course], "source": "ASSIGNMENT", "required": cycle.required,
            "assigned_on": cycle.assigned, "nominal_due_on": cycle.due, "due_on": cycle.due,
            "completed_on": cycle.done, "voided_on": cycle.voided,
            "course_version_id": versions[course_ids[cycle.course]], "recorded_at": RECORDED,
        }
        for cycle in one.cycles
    ]  # fmt: skip


def _course(code: str, tier: int) -> dict[str, object]:
    return {
        "code": code, "title_ko": f"과정 {code}", "title_en": f"Course {code}", "tier_level": tier, "weight": 1,
        "delivery": "ONLINE", "mandatory": True, "is_critical": False, "field_check_required": False,
        "public_id": new_public_id(),
    }  # fmt: skip


def _version(course_id: int) -> dict[str, object]:
    return {
        "course_id": course_id, "number": 1, "pass_progress_pct": 80, "pass_score": 60, "validity_months": 0,
        "renewal_window_days": 0, "requires_retake": False, "recorded_at": RECORDED,
    }  # fmt: skip


def _dated(when: Interval, superseded: bool = False) -> dict[str, object]:
    known = {"recorded_at": RECORDED, "superseded_at": RECORDED if superseded else None}
    return {"starts_on": when.start, "ends_on": when.end, **known}


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__
    if rows:
        session.connection().execute(insert(table), rows)
