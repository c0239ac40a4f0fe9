"""What those who sign in looked at and took away last month, so that its review has something to sign.

Nobody did any of it: each line says so, by its origin and in what it keeps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.completion.months.queries_calendar import public_holidays
from lms.completion.months.rules import first_day, is_business_day
from lms.courses.rules import add_months
from lms.demo.rules import SignInKind, dice
from lms.people.models import Person
from lms.people.queries import scope_of, visible_people

ORIGIN = "demo"
# More than the 500 of one download that a reviewer looks at twice.
MOST_SEEN = 620


@dataclass(frozen=True, slots=True)
class Taken:
    """A download: on which working day of the month (from 0), when by the clock, of how many people, and why."""

    day: int
    at: time
    kind: str
    people: int
    reason: str


# Every working day a look at one person, or so many days apart.
LOOKS_EVERY = {SignInKind.COORDINATOR: 1, SignInKind.REPRESENTATIVE: 2, SignInKind.AREA_MANAGER: 3}
TAKEN: dict[SignInKind, tuple[Taken, ...]] = {
    SignInKind.COORDINATOR: (
        Taken(1, time(9, 20), "shortfalls", 9, "월초 미이수자 면담 준비"),
        Taken(11, time(16, 40), "shortfalls", 6, "기한 임박자에게 개별 안내"),
    ),
    SignInKind.AREA_MANAGER: (
        Taken(4, time(10, 0), "shortfalls", 40, "지역 회의 자료"),
        *(Taken(13, time(14, minute), "shortfalls", 15, "센터별 점검 자료") for minute in (2, 4, 6, 8)),
    ),
    SignInKind.TRAINING_ADMIN: (
        Taken(3, time(11, 15), "rates", 0, "월간 이수율 보고"),
        Taken(8, time(15, 30), "shortfalls", MOST_SEEN, "전국 미이수자에게 보충 과정 배정"),
    ),
    SignInKind.CS_ADMIN: (
        Taken(6, time(22, 10), "shortfalls", 30, "본사 경영진 보고 자료 작성"),
        Taken(15, time(13, 5), "shortfalls", 25, "ㅇㅇㅇㅇ"),
    ),
}  # fmt: skip


class Seen(NamedTuple):
    """Someone whose data was looked at."""

    id: int
    public_id: str


def write_looks(session: Session, people: Mapping[SignInKind, int], *, today: date, zone: ZoneInfo) -> int:
    """Write a month of looks and downloads of those who sign in, within what each could see; return how many."""
    month = add_months(first_day(today), -1)
    free = public_holidays(month)
    first_weeks = [month + timedelta(days=number) for number in range(28)]
    days = [day for day in first_weeks if is_business_day(day, free)]
    entries = [
        entry
        for kind in (*LOOKS_EVERY, SignInKind.TRAINING_ADMIN, SignInKind.CS_ADMIN)
        if kind in people
        for entry in _of(session, kind, people[kind], days, zone)
    ]
    # In the order of the clock, as a trail grows.
    for at, who, which, seen, reason in sorted(entries, key=lambda entry: entry[0]):
        actor = Actor(person_id=who.id, label=f"{who.name} ({who.staff_no})", origin=ORIGIN, at=at)
        detail: dict[str, object] = {"synthetic": True}
        if reason is None:
            audit.record(session, actor, "view", "person", which, subject_ids=seen, detail=detail)
        else:
            audit.record(session, actor, "download", "export", which, subject_ids=seen, reason=reason, detail=detail)
    session.flush()
    return len(entries)


Entry = tuple[datetime, Person, str, list[int], str | None]


def _of(session: Session, kind: SignInKind, person_id: int, days: list[date], zone: ZoneInfo) -> Iterator[Entry]:
    """Yield what one of them did; nothing where they had nobody to look at when the month began."""
    who = session.get_one(Person, person_id)
    scope = scope_of(session, person_id=person_id, on=days[0], names="open")
    wanted = select(Person.id, Person.public_id).where(visible_people(scope), Person.id != person_id)
    seen = [Seen._make(row) for row in session.execute(wanted.order_by(Person.id).limit(MOST_SEEN))]
    if not seen:
        return
    stream = dice("looks", kind)
    for day in days[:: LOOKS_EVERY[kind]] if kind in LOOKS_EVERY else ():
        one = stream.choice(seen)
        at = time(stream.randint(9, 17), stream.randint(0, 59))
        yield _instant(day, at, zone), who, one.public_id, [one.id], None
    for taken in TAKEN.get(kind, ()):
        whose = [one.id for one in seen[: taken.people]]
        yield _instant(days[taken.day], taken.at, zone), who, taken.kind, whose, taken.reason


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
