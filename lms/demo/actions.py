"""Writing the demo into an empty database, in one transaction, many rows at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from lms.accounts.actions import set_password
from lms.accounts.passwords import hash_password
from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.completion.queries import list_rates
from lms.completion.rules import Dimension, Tally
from lms.courses.models import Course, CourseVersion
from lms.demo.assigning import RETAKEN
from lms.demo.attendance import Recorders, by_hand
from lms.demo.cast import choose, interest
from lms.demo.closing import close_months
from lms.demo.exempting import write_exceptions
from lms.demo.files import import_reference
from lms.demo.flagging import write_flags
from lms.demo.lines import Line
from lms.demo.looking import write_looks
from lms.demo.observing_year import write_year
from lms.demo.people import Worker
from lms.demo.places import Places
from lms.demo.queries import count_people
from lms.demo.rules import DemoCalendar, SignInKind, dice, public_id
from lms.demo.ruling import add_version, write_reasons, write_rules
from lms.demo.story import Story
from lms.demo.teaching import write_lessons
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.people.models import Duty, JobRole, Leave, OrgUnit, Person, Posting, StaffNumber
from lms.people.rules import whole_network
from lms.people.search.rules import search_text_of
from lms.shared.db import insert_rows, keep_in_memory, refresh_statistics
from lms.shared.errors import DomainError

BATCH = 10_000
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Loaded:
    """What was written, by kind."""

    counts: dict[str, int] = field(default_factory=dict)


def load_demo(
    session: Session,
    actor: Actor,
    *,
    today: date,
    timezone: str,
    content: Path,
    progress: Progress = lambda _what, _done: None,
) -> Loaded:
    """Write the demo network as it stands on `today`; the same day gives the same demo.

    The files of its lessons go to the folder `content`. `progress` is told what is being written and how many percent
    of everything are done.

    Raises:
        DomainError: the database already holds people ("people_exist").
    """
    if count_people(session).total:
        raise DomainError("people_exist")
    progress("story", 0)
    story = Story(DemoCalendar(today))
    progress("network", 12)
    import_reference(session, actor, story.calendar, since=story.curriculum.ledger_from)
    progress("people", 20)
    writer = _Writer(session, actor, story, ZoneInfo(timezone))
    loaded = Loaded(writer.write_people())
    progress("enrollments", 30)
    loaded.counts["enrollments"] = writer.write_enrollments(progress)
    loaded.counts["requests"] = write_exceptions(session, today=today, at=actor.at)
    refresh_statistics(session)
    loaded.counts["reasons"] = write_reasons(session, write_rules(session, story.curriculum, actor.at), actor.at)
    loaded.counts["modules"] = write_lessons(session, actor, content)
    progress("flags", 92)
    loaded.counts |= _look_back(session, actor, today)
    progress("sign-ins", 95)
    loaded.counts |= writer.let_in(session, actor, _center_rates(session, today))
    _note(session, actor, today, loaded)
    return loaded


def _look_back(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """Write what a year of weeks, months and looks made of it; return how many of each."""
    places = Places(session)
    counts = {"weeks of flags": write_flags(session, actor, places, today=today)}
    counts["closed months"] = close_months(session, actor, today=today)
    return counts | write_year(session, actor, places, today=today)


def _note(session: Session, actor: Actor, today: date, loaded: Loaded) -> None:
    detail: dict[str, object] = {"today": today.isoformat(), **loaded.counts}
    people = loaded.counts["people"]
    audit.record(session, actor, "demo.load", "network", "NETWORK", subject_count=people, detail=detail)
    session.flush()


def _center_rates(session: Session, today: date) -> dict[str, Tally]:
    lines = list_rates(session, scope=whole_network(today), as_of=today, by=Dimension.CENTER)
    return {line.code: line.tally for line in lines}


class _Writer:
    """Turns the story's words into rows with database ids."""

    def __init__(self, session: Session, actor: Actor, story: Story, zone: ZoneInfo) -> None:
        self.connection = session.connection()
        keep_in_memory(self.connection)
        self.recorded_at = actor.at
        self.story = story
        self.zone = zone
        units = session.execute(select(OrgUnit.kind, OrgUnit.code, OrgUnit.id))
        self.units = {(kind, code): unit_id for kind, code, unit_id in units}
        self.roles = dict(session.execute(select(JobRole.code, JobRole.id)).all())
        courses = session.execute(
            select(Course.code, Course.id, CourseVersion.id)
            .join(CourseVersion, CourseVersion.course_id == Course.id)
            .where(CourseVersion.number == 1)
        )
        self.courses = {code: (course_id, version_id) for code, course_id, version_id in courses}
        self.retake_version_id = add_version(session, story.curriculum, actor.at)
        self.person_ids: dict[str, int] = {}
        self.employee: Worker | None = None
        self._midnight = cache(lambda day: datetime.combine(day, time(), zone).astimezone(UTC))

    def write_people(self) -> dict[str, int]:
        """Write people and what they hold; return how many rows of each kind."""
        people = self.story.people
        stream = dice("public ids")
        written = {"people": self._insert(Person, (self._person(who, public_id(stream)) for who in people))}
        self.person_ids = dict(self.connection.execute(select(Person.staff_no, Person.id)).all())
        written["at work"] = sum(worker.works for worker in people)
        written["staff numbers"] = self._insert(StaffNumber, self._each(people, self._numbers))
        written["postings"] = self._insert(Posting, self._each(people, self._postings))
        written["duties"] = self._insert(Duty, self._each(people, self._duties))
        written["leaves"] = self._insert(Leave, self._each(people, self._leaves))
        return written

    def write_enrollments(self, progress: Progress) -> int:
        """Write everyone's enrollments; return how many."""
        total, written, most = len(self.story.staff), 0, 0
        recorders = Recorders(self.story.staff)
        rows: list[dict[str, Any]] = []
        for done, (worker, lines) in enumerate(self.story.lines(), start=1):
            person_id = self._id_of(worker)
            by = [recorders.of(worker, line) for line in lines]
            rows.extend(self._enrollment(person_id, line, one) for line, one in zip(lines, by, strict=True))
            shown = interest(worker, lines, self.story.calendar.today, self.story.prerequisites)
            if shown > most and any(by):
                self.employee, most = worker, shown
            if len(rows) >= BATCH or done == total:
                written += self._insert(Enrollment, rows)
                rows = []
                progress("enrollments", 30 + 65 * done // total)
        return written

    def let_in(self, session: Session, actor: Actor, rates: Mapping[str, Tally]) -> dict[str, int]:
        """Give one person of each kind the demo's password, and a month of looks; return how many of each."""
        story = self.story
        chosen = choose(story.people, story.sites, rates, story.calendar.today)
        if self.employee:
            chosen[SignInKind.EMPLOYEE] = self.employee
        ids = {kind: self._id_of(worker) for kind, worker in chosen.items()}
        for kind, person_id in ids.items():
            set_password(session, actor, person_id=person_id, password_hash=hash_password(kind.password))
        looks = write_looks(session, ids, today=story.calendar.today, zone=self.zone)
        return {"sign-ins": len(ids), "access records": looks}

    def _insert(self, model: type[Any], rows: Iterable[dict[str, Any]]) -> int:
        table: Table = model.__table__
        remaining, written = iter(rows), 0
        while batch := list(islice(remaining, BATCH)):
            insert_rows(self.connection, table, batch)
            written += len(batch)
        return written

    def _each(
        self, people: Sequence[Worker], rows_of: Callable[[Worker], Iterator[dict[str, Any]]]
    ) -> Iterator[dict[str, Any]]:
        for worker in people:
            person_id = self._id_of(worker)
            for row in rows_of(worker):
                yield {"person_id": person_id, **row}

    def _id_of(self, worker: Worker) -> int:
        return self.person_ids[worker.numbers[-1][0]]

    def _person(self, worker: Worker, public_id: str) -> dict[str, Any]:
        return {
            "public_id": public_id,
            "staff_no": worker.numbers[-1][0],
            "name": worker.name,
            "search_text": search_text_of(worker.name, [number for number, _ in worker.numbers]),
            "is_synthetic": True,
            "recorded_at": self.recorded_at,
        }

    def _numbers(self, worker: Worker) -> Iterator[dict[str, Any]]:
        for number, issued_on in worker.numbers:
            yield {"staff_no": number, "issued_on": issued_on}

    def _postings(self, worker: Worker) -> Iterator[dict[str, Any]]:
        for stint in worker.stints:
            yield self._dated(stint.starts_on, stint.ends_on) | {
                "center_id": self.units["CENTER", stint.center],
                "role_id": self.roles[stint.role],
                "is_primary": True,
            }

    def _duties(self, worker: Worker) -> Iterator[dict[str, Any]]:
        for charge in worker.charges:
            row = self._dated(charge.days.starts_on, charge.days.ends_on)
            yield row | {"unit_id": self.units[charge.unit], "kind": charge.kind}

    def _leaves(self, worker: Worker) -> Iterator[dict[str, Any]]:
        for leave in worker.leaves:
            yield self._dated(leave.starts_on, leave.ends_on)

    def _dated(self, starts_on: date, ends_on: date | None) -> dict[str, Any]:
        return {"starts_on": starts_on, "ends_on": ends_on, "recorded_at": self.recorded_at}

    def _enrollment(self, person_id: int, line: Line, recorder: Worker | None) -> dict[str, Any]:
        course_id, version_id = self.courses[line.course]
        if line.course == RETAKEN and line.assigned_on >= self.story.curriculum.retaken_from:
            version_id = self.retake_version_id
        return {
            **by_hand(self._id_of(recorder) if recorder else None),
            "person_id": person_id,
            "course_id": course_id,
            "course_version_id": version_id,
            "cycle": line.cycle,
            "has_later_cycle": line.has_later_cycle,
            "source": Source.RULE,
            "required": line.required,
            "assigned_on": line.assigned_on,
            "nominal_due_on": line.nominal_due_on,
            "due_on": line.due_on,
            "completed_on": line.completed_on,
            "completed_at": self._instant(line),
            "score": line.score,
            "voided_on": line.voided_on,
            # What someone recorded by hand was recorded on that day, not when the demo was loaded.
            "recorded_at": self._instant(line) if recorder else self.recorded_at,
        }

    def _instant(self, line: Line) -> datetime | None:
        if line.completed_on is None:
            return None
        return self._midnight(line.completed_on) + timedelta(minutes=line.completed_minute)
