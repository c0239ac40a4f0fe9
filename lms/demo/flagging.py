"""A year of flags: what every weekly cut finds, told of all cuts at once.

Measuring a cut reads everyone's enrollments; fifty-two of them would read them fifty-two times. Here they are read
once, and each is counted in the weeks in which it counts. A test holds it against `measure_centers`.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import String, and_, cast, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.flags.actions import evaluate_flags
from lms.completion.flags.queries_measuring import Measured, seen_at
from lms.completion.flags.rules import CriticalCourse, Seen, cuts_to_evaluate
from lms.completion.rules import Tally
from lms.completion.targets.rules import Targets
from lms.courses.models import Course
from lms.demo.places import Places
from lms.enrollments.exceptions.models import Exemption
from lms.enrollments.models import Enrollment
from lms.people.queries import frontline_roles

YEAR = timedelta(weeks=52)
NEVER = f"{date.max}"


# The first week in which an enrollment counts, the first in which it is done, and the first in which it counts no more.
Span = tuple[int, int, int]
# Person, course, whether it has no other cycle; due, assigned, voided, completed.
Row = tuple[int, int, bool, str, str, str | None, str | None]


def write_flags(session: Session, actor: Actor, places: Places, *, today: date) -> int:
    """Evaluate the cuts of the last year; return how many."""
    since = today - YEAR
    weeks = Weeks(session, places, cuts_to_evaluate(None, today, since))
    return len(evaluate_flags(session, actor, today=today, since=since, measure=weeks.measure))


class Weeks:
    """The rate of every center's front line, and its critical courses, at each of some cuts."""

    def __init__(self, session: Session, places: Places, cuts: Sequence[date]) -> None:
        self.cuts, self._places = cuts, places
        self._frontline = [frozenset(session.scalars(frontline_roles(cut))) for cut in cuts]
        self._critical = frozenset(session.scalars(select(Course.id).where(Course.is_critical)))
        # By week and center: due, done, people; and by week, center and course: due, done.
        self._sums = [defaultdict[int, list[int]](lambda: [0, 0, 0]) for _ in cuts]
        self._courses = [defaultdict[tuple[int, int], list[int]](lambda: [0, 0]) for _ in cuts]
        exempt = select(Exemption.person_id, Exemption.course_id, Exemption.starts_on, Exemption.ends_on)
        self._exempt: dict[int, dict[int, list[tuple[int, int]]]] = {}
        for person, course, since, until in session.execute(exempt.where(Exemption.superseded_at.is_(None))):
            weeks = bisect_left(cuts, since), bisect_left(cuts, until)
            self._exempt.setdefault(person, {}).setdefault(course, []).append(weeks)
        days = [f"{cut}" for cut in cuts]
        self._week = cache(lambda day: bisect_left(days, day))
        for person, rows in groupby(_enrollments(session, cuts[-1]), key=itemgetter(0)):
            self._count(person, rows)

    def measure(self, session: Session, *, as_of: date, targets: Targets) -> dict[int, Seen]:
        """Measure every center at a cut: what `measure_centers` finds."""
        week = self.cuts.index(as_of)
        measured = {
            center: Measured(Tally(due, done), people) for center, (due, done, people) in self._sums[week].items()
        }
        critical: dict[int, list[CriticalCourse]] = {}
        for (center, course), counts in sorted(self._courses[week].items()):
            critical.setdefault(center, []).append(CriticalCourse(course, *counts))
        return seen_at(session, as_of=as_of, targets=targets, measured=measured, critical=critical)

    def _count(self, person: int, rows: Iterable[Row]) -> None:
        """Count someone's enrollments in, in every week in which they are on the front line somewhere."""
        due, done = [0] * (len(self.cuts) + 1), [0] * (len(self.cuts) + 1)
        critical: list[tuple[int, Span]] = []
        for course, (first, done_in, last) in self._spans(person, rows):
            due[first] += 1
            due[last] -= 1
            done[done_in] += 1
            done[last] -= 1
            if course in self._critical:
                critical.append((course, (first, done_in, last)))
        centers = self._centers(person)
        for center, sums, due_then, done_then in zip(
            centers, self._sums, accumulate(due), accumulate(done), strict=False
        ):
            if center and due_then:
                counts = sums[center]
                counts[0] += due_then
                counts[1] += done_then
                counts[2] += 1
        for course, (first, done_in, last) in critical:
            for week in range(first, last):
                if center := centers[week]:
                    of_course = self._courses[week][center, course]
                    of_course[0] += 1
                    of_course[1] += week >= done_in

    def _spans(self, person: int, rows: Iterable[Row]) -> Iterator[tuple[int, Span]]:
        """Give when each enrollment counts: not while a later cycle does, nor while the person is exempt."""
        week, several = self._week, dict[int, list[Span]]()
        for _person, course, is_only, due_on, assigned_on, voided_on, completed_on in rows:
            first, last = week(max(due_on, assigned_on)), week(voided_on or NEVER)
            if first < last:
                span = first, min(max(first, week(completed_on or NEVER)), last), last
                if is_only and person not in self._exempt:
                    yield course, span
                else:
                    several.setdefault(course, []).append(span)
        for course, spans in several.items():
            for span in _in_turn(spans, self._exempt.get(person, {}).get(course, ())):
                yield course, span

    def _centers(self, person: int) -> Sequence[int | None]:
        """Return the center of someone in each week; None where they are not on the front line of any."""
        if place := self._places.always(person, self.cuts[0], self.cuts[-1]):
            return [place.center_id if place.role_id in frontline else None for frontline in self._frontline]
        places = [self._places.of(person, cut) for cut in self.cuts]
        return [
            place.center_id if place and place.role_id in frontline else None
            for place, frontline in zip(places, self._frontline, strict=True)
        ]


def _in_turn(cycles: Sequence[Span], exempt: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Give the weeks of cycles one by one, each without those of a later cycle and of an exemption."""
    for place, (first, done, last) in enumerate(cycles):
        at = first
        for since, until in sorted([*((one[0], one[2]) for one in cycles[place + 1 :]), *exempt]):
            if since >= last:
                break
            if since > at:
                yield at, min(max(at, done), since), since
            at = max(at, until)
        if at < last:
            yield at, min(max(at, done), last), last


def _enrollments(session: Session, last: date) -> Iterator[Row]:
    rows: Any = session.connection().execute(
        select(
            Enrollment.person_id, Enrollment.course_id,
            and_(Enrollment.cycle == 1, Enrollment.has_later_cycle.is_(False)),
            # Days as texts, in which they order as well: to read 600,000 of them as days takes longer than to count.
            *(cast(day, String) for day in (Enrollment.due_on, Enrollment.assigned_on)),
            *(cast(day, String) for day in (Enrollment.voided_on, Enrollment.completed_on)),
        )
        .where(Enrollment.required, Enrollment.due_on <= last)
        .order_by(Enrollment.person_id, Enrollment.course_id, Enrollment.cycle)
    )  # fmt: skip
    return map(tuple, rows)
