"""Random histories of people as they became known bit by bit, and bringing them into a database, thousands at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.enrollments.dues.actions import keep_former_versions, refresh_due_dates
from lms.enrollments.exceptions import models as exceptions
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Cause
from lms.people import models as people
from lms.shared.db import refresh_statistics
from lms.shared.ids import new_public_id
from tests.completion import worlds
from tests.completion.oracle import Center, Cycle, Exemption, Interval, Leave, Posting, World
from tests.completion.oracle_histories import Belief, History, Key, Past

FIRST, LAST = date(2019, 1, 7), date(2020, 2, 1)
INSTANTS = [datetime(2019, month, 1, 3, tzinfo=UTC) for month in (6, 8, 10, 12)]
CENTERS = tuple(f"C{number:02}" for number in range(1, 25))
ROLES = ("SA", "RC", "CM", "PT", "BP")
COURSES = {"K1": 0, "K2": 1, "K3": 1, "K4": 9}
RETAKE_ON = date(2019, 7, 1)
NOT_RECENTLY = date(2010, 1, 1)


def draw_past(chance: Random, number: int) -> Past:
    """Draw centers, some of which close, outages that become known late, and people with what became known of them."""
    centers = {}
    for code in CENTERS:
        closed = _day(chance) if chance.random() < 0.1 else None
        area = chance.choice(worlds.AREAS)
        centers[code] = Center(code, None, closed, [(area, Interval(worlds.LONG_AGO))])
    regions = {area: [(chance.choice(worlds.REGIONS), Interval(worlds.LONG_AGO))] for area in worlds.AREAS}
    outages: list[list[Interval]] = [[]]
    for _ in INSTANTS[1:]:
        kept = [one for one in outages[-1] if chance.random() < 0.7]
        outages.append([*kept, _span(chance, 4)])
    drawn = [_history(chance, f"{place:06}") for place in range(number)]
    return Past(INSTANTS, drawn, outages, centers, regions, dict(COURSES))


def _day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))


def _span(chance: Random, most: int) -> Interval:
    start = _day(chance)
    return Interval(start, start + timedelta(days=chance.randint(1, most)))


def _history(chance: Random, staff_no: str) -> History:
    belief = _first_belief(chance)
    beliefs = [belief]
    for _ in INSTANTS[1:]:
        belief = another(belief)
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            chance.choice(EVENTS)(chance, belief)
        beliefs.append(belief)
    return History(staff_no, beliefs)


def another(belief: Belief) -> Belief:
    """Return a copy that can be changed."""
    return Belief(
        list(map(copy, belief.postings)),
        list(map(copy, belief.leaves)),
        list(belief.exemptions),
        {key: copy(cycle) for key, cycle in belief.cycles.items()},
        dict(belief.granted),
    )


def _first_belief(chance: Random) -> Belief:
    belief = Belief()
    hired = NOT_RECENTLY if chance.random() < 0.6 else _day(chance)
    belief.postings.append(Posting(chance.choice(CENTERS), chance.choice(ROLES), Interval(hired)))
    for event, likely in ((_transfer, 0.3), (_change_role, 0.2), (_second_job, 0.1), (_go_on_leave, 0.2)):
        if chance.random() < likely:
            event(chance, belief)
    if chance.random() < 0.1:
        _leave_job(chance, belief)
        _rehire(chance, belief)
    for course in COURSES:
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            _enroll(chance, belief, course)
    if chance.random() < 0.1:
        _exempt(chance, belief)
    return belief


def _last(belief: Belief) -> Posting:
    return belief.primary()[-1]


def _enroll(chance: Random, belief: Belief, course: str, assigned: date | None = None) -> None:
    before = [cycle for (code, _), cycle in belief.cycles.items() if code == course]
    assigned = assigned or _day(chance) - timedelta(days=60)
    if before:
        assigned = max(assigned, before[-1].assigned + timedelta(days=chance.randint(1, 90)))
    due = assigned + timedelta(days=chance.choice((0, 7, 30, 30, 60)))
    belief.cycles[course, len(before) + 1] = Cycle(
        course,
        len(before) + 1,
        assigned=assigned,
        due=None if chance.random() < 0.05 else due,
        done=due + timedelta(days=chance.randint(-20, 10)) if chance.random() < 0.5 else None,
        required=chance.random() > 0.07,
    )


def _transfer(chance: Random, belief: Belief) -> None:
    _change(chance, belief, center=chance.choice(CENTERS))


def _change_role(chance: Random, belief: Belief) -> None:
    _change(chance, belief, role=chance.choice(ROLES))


def _change(chance: Random, belief: Belief, **new: str) -> None:
    last, day = _last(belief), _day(chance)
    if last.when.start < day and last.when.end is None:
        belief.postings.append(replace(last, when=Interval(day), **new))
        last.when = Interval(last.when.start, day)


def _leave_job(chance: Random, belief: Belief) -> None:
    last, day = _last(belief), _day(chance)
    if last.when.start < day:
        last.when = Interval(last.when.start, day)


def _rehire(chance: Random, belief: Belief) -> None:
    last = _last(belief)
    if last.when.end is not None:
        again = last.when.end + timedelta(days=chance.randint(0, 40))
        belief.postings.append(Posting(chance.choice(CENTERS), chance.choice(ROLES), Interval(again)))


def _second_job(chance: Random, belief: Belief) -> None:
    belief.postings.append(Posting("C01", "BP", Interval(_day(chance)), primary=False))


def _correct_center(chance: Random, belief: Belief) -> None:
    chance.choice(belief.primary()).center = chance.choice(CENTERS)


def _correct_day(chance: Random, belief: Belief) -> None:
    """Somebody came to their last job another day than was believed."""
    jobs = belief.primary()
    if len(jobs) > 1 and jobs[-2].when.end == jobs[-1].when.start:
        before, last = jobs[-2:]
        day = last.when.start + timedelta(days=chance.randint(-9, 9))
        if before.when.start < day and (last.when.end is None or day < last.when.end):
            before.when, last.when = Interval(before.when.start, day), Interval(day, last.when.end)


def _go_on_leave(chance: Random, belief: Belief) -> None:
    start = _day(chance)
    days = chance.choice((1, 3, 20, 60, 200))
    belief.leaves.append(Leave(Interval(start, start + timedelta(days=days) if chance.random() < 0.7 else None)))


def _return(chance: Random, belief: Belief) -> None:
    """A leave turns out to end, or to have ended, on another day."""
    if belief.leaves:
        leave = chance.choice(belief.leaves)
        leave.when = Interval(leave.when.start, leave.when.start + timedelta(days=chance.randint(1, 90)))


def _no_leave(chance: Random, belief: Belief) -> None:
    belief.leaves = belief.leaves[1:]


def _exempt(chance: Random, belief: Belief) -> None:
    belief.exemptions.append(Exemption(chance.choice(list(COURSES)), _span(chance, 120)))


def _no_exemption(chance: Random, belief: Belief) -> None:
    belief.exemptions = belief.exemptions[1:]


def _some_cycle(chance: Random, belief: Belief) -> tuple[Key, Cycle] | None:
    living = [pair for pair in belief.cycles.items() if pair[1].voided is None]
    return chance.choice(living) if living else None


def _complete(chance: Random, belief: Belief) -> None:
    """A completion becomes known, another day for it, or that there was none."""
    if found := _some_cycle(chance, belief):
        cycle = found[1]
        day = (cycle.due or cycle.assigned) + timedelta(days=chance.choice((-9, -1, 0, 0, 1, 1, 14, 15)))
        cycle.done = None if cycle.done and chance.random() < 0.5 else day


def _void(chance: Random, belief: Belief) -> None:
    if found := _some_cycle(chance, belief):
        found[1].voided = _day(chance)


def _extend(chance: Random, belief: Belief) -> None:
    if (found := _some_cycle(chance, belief)) and found[1].due:
        belief.granted[found[0]] = found[1].due + timedelta(days=chance.randint(1, 40))


def _retake(chance: Random, belief: Belief) -> None:
    """A version of a course asks for it once more."""
    course = chance.choice(list(COURSES))
    if (course, 1) in belief.cycles:
        _enroll(chance, belief, course, RETAKE_ON)


EVENTS: tuple[Callable[[Random, Belief], None], ...] = (
    _transfer, _transfer, _change_role, _leave_job, _rehire, _correct_center, _correct_day, _go_on_leave, _return,
    _no_leave, _exempt, _no_exemption, _complete, _complete, _complete, _void, _extend, _retake,
)  # fmt: skip

# What stands in a table, in plain values; the key of a cycle stands for its enrollment.
Fact = tuple[Any, ...]


class Loader:
    """Writes what became known at each instant: new rows, old ones superseded, due dates moved by the product."""

    def __init__(self, session: Session, past: Past) -> None:
        self.session, self.past = session, past
        organization = World(past.centers, past.regions_of_areas, past.courses, [])
        self.units = worlds.load(session, organization)
        self.roles = dict(session.execute(select(people.JobRole.code, people.JobRole.id)).all())
        self.courses = dict(session.execute(select(Course.code, Course.id)).all())
        self.versions = dict(session.execute(select(CourseVersion.course_id, CourseVersion.id)).all())
        self.standing: dict[type, dict[Fact, int]] = {model: {} for model in self._readers()}
        self.enrollments: dict[tuple[int, Key], int] = {}
        self.numbers = Counter[type]()

    def load(self) -> dict[str, int]:
        """Write everything, instant by instant; return the ids of units by code."""
        rows = [
            {"id": key, "staff_no": one.staff_no, "name": f"사람 {one.staff_no}", "search_text": "",
             "is_synthetic": True, "recorded_at": worlds.RECORDED, "public_id": new_public_id()}
            for key, one in self._people()
        ]  # fmt: skip
        self._insert(people.Person, rows)
        for now, at in enumerate(self.past.instants):
            self._begin_cycles(now, at)
            for model, facts in self._readers().items():
                self._write_facts(model, Counter(facts(now)), at)
            if now == 0:
                refresh_statistics(self.session)
            refresh_due_dates(self.session, None, actor=Actor(person_id=None, label="test", origin="test", at=at))
            self._change_cycles(now, at)
            self.session.commit()
        refresh_statistics(self.session)
        self.session.commit()
        return self.units

    def _people(self) -> Iterator[tuple[int, History]]:
        return enumerate(self.past.people, 1)

    def _readers(self) -> dict[type, Callable[[int], Iterator[Fact]]]:
        return {
            people.Posting: self._postings, people.Leave: self._leaves, exceptions.Exemption: self._exemptions,
            exceptions.Extension: self._extensions, exceptions.Outage: self._outages,
        }  # fmt: skip

    def _postings(self, now: int) -> Iterator[Fact]:
        for key, one in self._people():
            for job in one.beliefs[now].postings:
                where = self.units[job.center], self.roles[job.role]
                yield key, *where, job.when.start, job.when.end, job.primary

    def _leaves(self, now: int) -> Iterator[Fact]:
        for key, one in self._people():
            yield from ((key, leave.when.start, leave.when.end) for leave in one.beliefs[now].leaves)

    def _exemptions(self, now: int) -> Iterator[Fact]:
        for key, one in self._people():
            for spared in one.beliefs[now].exemptions:
                yield key, self.courses[spared.course], spared.when.start, spared.when.end

    def _extensions(self, now: int) -> Iterator[Fact]:
        for key, one in self._people():
            yield from ((self.enrollments[key, of], due) for of, due in one.beliefs[now].granted.items())

    def _outages(self, now: int) -> Iterator[Fact]:
        yield from ((outage.start, outage.end) for outage in self.past.outages[now])

    def _write_facts(self, model: type, facts: Counter[Fact], at: datetime) -> None:
        """Supersede what is no longer believed and add what is new; the rest stays as it was recorded."""
        standing = self.standing[model]
        gone = [fact for fact in standing if fact not in facts]
        table = model.__table__  # type: ignore[attr-defined]
        if gone:
            over = update(table).where(table.c.id == bindparam("of")).values(superseded_at=at)
            self.session.connection().execute(over, [{"of": standing.pop(fact)} for fact in gone])
        rows = []
        for fact in facts:
            if fact not in standing:
                self.numbers[model] += 1
                standing[fact] = self.numbers[model]
                known = {"id": standing[fact], "recorded_at": at, "superseded_at": None}
                rows.append(dict(zip(COLUMNS[model], fact, strict=True)) | known | _more(model))
        self._insert(model, rows)

    def _begin_cycles(self, now: int, at: datetime) -> None:
        rows, earlier = [], []
        for key, one in self._people():
            for of, cycle in one.beliefs[now].cycles.items():
                if (key, of) in self.enrollments:
                    continue
                self.enrollments[key, of] = len(self.enrollments) + 1
                if cycle.number > 1:
                    earlier.append({"of": self.enrollments[key, (cycle.course, cycle.number - 1)]})
                rows.append(self._row(key, of, cycle, at))
        self._insert(Enrollment, rows)
        if earlier:
            table = Enrollment.__table__
            later = update(table).where(table.c.id == bindparam("of")).values(has_later_cycle=True)
            self.session.connection().execute(later, earlier)

    def _row(self, person_id: int, of: Key, cycle: Cycle, at: datetime) -> dict[str, Any]:
        course_id = self.courses[cycle.course]
        return {
            "id": self.enrollments[person_id, of], "person_id": person_id, "course_id": course_id,
            "cycle": cycle.number, "has_later_cycle": False, "source": "ASSIGNMENT", "required": cycle.required,
            "assigned_on": cycle.assigned, "nominal_due_on": cycle.due, "due_on": cycle.due,
            "completed_on": cycle.done, "voided_on": None, "course_version_id": self.versions[course_id],
            "recorded_at": at,
        }  # fmt: skip

    def _change_cycles(self, now: int, at: datetime) -> None:
        """Record completions, corrections of them and voids, each former version kept."""
        changed: dict[Cause, list[dict[str, Any]]] = {Cause.CORRECTED: [], Cause.VOIDED: []}
        for key, one in self._people() if now else ():
            before = one.beliefs[now - 1].cycles
            for of, cycle in one.beliefs[now].cycles.items():
                former = before.get(of) or replace(cycle, voided=None)
                values = {"of": self.enrollments[key, of], "done": cycle.done, "gone": cycle.voided}
                if cycle.voided != former.voided:
                    changed[Cause.VOIDED].append(values)
                elif cycle.done != former.done:
                    changed[Cause.CORRECTED].append(values)
        table = Enrollment.__table__
        row = update(table).where(table.c.id == bindparam("of"))
        row = row.values(completed_on=bindparam("done"), voided_on=bindparam("gone"), recorded_at=at)
        for cause, values_of in changed.items():
            if values_of:
                keep_former_versions(self.session, [values["of"] for values in values_of], cause, at)
                self.session.connection().execute(row, values_of)

    def _insert(self, model: type, rows: Iterable[dict[str, Any]]) -> None:
        if rows := list(rows):
            self.session.connection().execute(insert(model.__table__), rows)  # type: ignore[attr-defined]


COLUMNS: dict[type, tuple[str, ...]] = {
    people.Posting: ("person_id", "center_id", "role_id", "starts_on", "ends_on", "is_primary"),
    people.Leave: ("person_id", "starts_on", "ends_on"),
    exceptions.Exemption: ("person_id", "course_id", "starts_on", "ends_on"),
    exceptions.Extension: ("enrollment_id", "due_on"),
    exceptions.Outage: ("starts_on", "ends_on"),
}


def _more(model: type) -> dict[str, Any]:
    if model is exceptions.Exemption:
        return {"reason_code": "OTHER", "evidence_note": ""}
    if model is exceptions.Outage:
        return {"public_id": new_public_id(), "request_key": new_public_id(), "reason": "power"}
    return {}
