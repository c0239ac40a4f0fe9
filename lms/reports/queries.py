"""Rows of downloads: what the pages show, as plain tuples in the order of their columns, read as they are sent."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from lms.completion.explain.queries import RosterLine
from lms.completion.explain.rules import Why
from lms.completion.queries import iter_person_rates
from lms.completion.queries_counting import reach_of
from lms.completion.queries_enrollments import Pick, count_enrollments, iter_enrollments, select_enrollments
from lms.completion.queries_labels import Label
from lms.completion.queries_shortfalls import iter_shortfalls, select_shortfalls
from lms.completion.rules import MissingCourse, RateFilter, RateLine, ShortfallFilter, ShortfallSort
from lms.people.rules import Scope

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What turns codes into words once nobody can be asked for the reader's language any more."""

    language: str
    severities: Mapping[str, str]
    states: Mapping[str, str]
    yes: str
    no: str

    def of(self, korean: str, english: str) -> str:
        """Return the text in the reader's language; the other one where it is empty."""
        return (english or korean) if self.language == "en" else (korean or english)

    def label(self, label: Label) -> str:
        """Return the name of a unit, role or course."""
        return self.of(label.name_ko, label.name_en)


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom a file names: how many, and their database ids when they are few enough to list."""

    count: int
    ids: tuple[int, ...]


def iter_shortfall_rows(
    session: Session,
    *,
    scope: Scope,
    as_of: date,
    where: ShortfallFilter,
    sort: ShortfallSort,
    descending: bool,
    words: Words,
) -> Iterator[Row]:
    """Yield the people of the shortfall list, in the order of the page."""
    lines = iter_shortfalls(session, scope=scope, as_of=as_of, where=where, sort=sort, descending=descending)
    reasons = _Reasons(words)
    for line in lines:
        yield (
            line.staff_no,
            line.name,
            words.of(line.region_name_ko, line.region_name_en),
            words.of(line.area_name_ko, line.area_name_en),
            line.center_code,
            words.of(line.center_name_ko, line.center_name_en),
            words.of(line.role_title_ko, line.role_title_en),
            line.tally.due,
            line.tally.done,
            line.tally.missing,
            line.tally.percent_text,
            line.overdue,
            line.oldest_due_on,
            line.days_overdue or None,
            words.severities[line.severity] if line.severity else None,
            reasons.text(line.missing_courses),
        )


class _Reasons:
    """Words what people miss; a course and day that many share is worded once."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.known: dict[tuple[str, date], str] = {}

    def text(self, courses: Iterable[MissingCourse]) -> str:
        """Return the missing courses in one cell."""
        known = self.known
        return "; ".join([known.get((one.course_code, one.due_on)) or self._learn(one) for one in courses])

    def _learn(self, course: MissingCourse) -> str:
        days = f" D+{course.days_overdue}" if course.days_overdue else ""
        title = self.words.of(course.title_ko, course.title_en)
        text = f"{course.course_code} {title} ({course.due_on}{days})"
        self.known[course.course_code, course.due_on] = text
        return text


def iter_person_rate_rows(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter, words: Words
) -> Iterator[Row]:
    """Yield people's rates, by staff number."""
    return (_rate_row(line, words) for line in iter_person_rates(session, scope=scope, as_of=as_of, where=where))


def rate_rows(lines: Iterable[RateLine], hidden: Collection[str], words: Words) -> Iterator[Row]:
    """Yield the rates of a page, by code; of those with a code in `hidden` only the name."""
    for line in lines:
        row = _rate_row(line, words)
        yield row[:2] + (None,) * len(row[2:]) if line.code in hidden else row


def _rate_row(line: RateLine, words: Words) -> Row:
    tally = line.tally
    on_time = tally._replace(done=tally.on_time)
    return (
        line.code,
        words.of(line.name_ko, line.name_en),
        tally.due,
        tally.done,
        tally.missing,
        tally.percent_text,
        tally.on_time,
        on_time.percent_text,
        line.people_judged,
        line.people_short,
    )


def iter_enrollment_rows(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter, pick: Pick, words: Words
) -> Iterator[Row]:
    """Yield enrollments, by staff number and course."""
    for row in iter_enrollments(session, scope=scope, as_of=as_of, where=where, pick=pick):
        center, area, region = row.place
        judgment = row.judgment
        yield (
            row.staff_no,
            row.name,
            words.label(region),
            words.label(area),
            center.code,
            words.label(center),
            words.label(row.role),
            row.course.code,
            words.label(row.course),
            row.cycle,
            words.yes if row.required else words.no,
            row.assigned_on,
            row.due_on,
            row.completed_on if judgment.done else None,
            words.states[judgment.state],
            judgment.days if judgment.state == "OVERDUE" else None,
            words.yes if judgment.counted else words.no,
        )


def roster_rows(lines: Iterable[RosterLine], reasons: Mapping[Why, str], words: Words) -> Iterator[Row]:
    """Yield everyone on a roster, with whether they are in the rate and the reason in words."""
    for line in lines:
        center, area, region = line.place
        yield (
            line.staff_no,
            line.name,
            words.label(region),
            words.label(area),
            center.code,
            words.label(center),
            words.label(line.role),
            words.yes if line.why is Why.INCLUDED else words.no,
            reasons[line.why],
            line.on,
        )


def count_enrollment_rows(session: Session, *, scope: Scope, as_of: date, where: RateFilter, pick: Pick) -> int:
    """Count the rows of `iter_enrollment_rows`."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    return count_enrollments(session, scope, as_of, reach, pick)


def find_shortfall_subjects(
    session: Session, *, scope: Scope, as_of: date, where: ShortfallFilter, most: int
) -> Subjects:
    """Return whom the shortfall list names; ids when there are at most `most`."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    people = select_shortfalls(scope, as_of, where, reach).subquery("people")
    return _subjects(session, people.c.id, most)


def find_enrollment_subjects(
    session: Session, *, scope: Scope, as_of: date, where: RateFilter, pick: Pick, most: int
) -> Subjects:
    """Return whom a file of enrollments names; ids when there are at most `most`."""
    reach = reach_of(session, scope=scope, as_of=as_of, where=where, named=True)
    people = select_enrollments(scope, as_of, reach, pick).subquery("people")
    return _subjects(session, people.c.id, most)


def _subjects(session: Session, person_id: Any, most: int) -> Subjects:
    count = session.scalar(select(func.count(distinct(person_id)))) or 0
    if count > most:
        return Subjects(count, ())
    return Subjects(count, tuple(session.scalars(select(person_id).distinct().order_by(person_id))))
