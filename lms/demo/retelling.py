"""How the learning of the planted people went: told as chance has it, then set right where their story needs it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from lms.courses.rules import Trigger, add_months
from lms.demo.assigning import RETAKEN
from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.planted import MOVED_DAYS_AGO, SPARED, Planted
from lms.demo.reference import CourseRule

Told = tuple[Worker, list[Line]]
FEW = 3
SCORE = 90
DAYS_IN_TIME = 3
# Months differ in length by so many days at most.
MARGIN = 5
# Courses that come again by the calendar, not by when they were completed (ruling 14).
CALENDAR = frozenset({Trigger.ANNUAL, Trigger.MONTHLY})


class Retelling:
    """Sets right the lines of the planted people."""

    def __init__(self, planted: Planted, courses: Iterable[CourseRule], today: date, retaken_from: date) -> None:
        courses = list(courses)
        self._today = today
        self._retaken_from = retaken_from
        self._scored = frozenset(course.code for course in courses if course.pass_score)
        self._critical = frozenset(course.code for course in courses if course.is_critical)
        # What was completed before this day would have to be renewed by now.
        self._holds_since = {
            course.code: add_months(
                today + timedelta(days=course.renewal_window_days + MARGIN), -course.validity_months
            )
            for course in courses
            if course.validity_months and course.trigger not in CALENDAR
        }
        self._five = list(planted.five)
        self._twenty_four = list(planted.twenty_four)
        self._together: dict[int, list[Told]] = {}
        self._alone: dict[Worker, Callable[[list[Line]], None]] = {
            planted.transferee: self._leave_something_behind,
            planted.returned: self._keep_what_waited,
            planted.short_namesake: self._miss_a_few,
            planted.complete_namesake: self._finish,
        }

    def of(self, told: Iterable[Told]) -> Iterator[Told]:
        """Give everyone with their lines; the five stand together, as their rate does, and so do the twenty-four."""
        for worker, lines in told:
            if worker in self._five:
                yield from self._when_all_are_told(self._five, (worker, lines), self._to_four_fifths)
                continue
            if worker in self._twenty_four:
                yield from self._when_all_are_told(self._twenty_four, (worker, lines), self._to_three_quarters)
                continue
            if worker in self._alone:
                self._alone[worker](lines)
            yield worker, lines

    def _when_all_are_told(
        self, group: Sequence[Worker], one: Told, retell: Callable[[Sequence[Told]], Iterator[Told]]
    ) -> Iterator[Told]:
        told = self._together.setdefault(id(group), [])
        told.append(one)
        if len(told) == len(group):
            yield from retell(told)

    def _to_three_quarters(self, told: Sequence[Told]) -> Iterator[Told]:
        """Complete all that is due but the quarter that fell due last: 75 %, give or take half an enrollment.

        Critical courses are all completed: it is the rate that raises the flag.
        """
        for _, lines in told:
            self._finish(lines)
        due = [line for _, lines in told for line in self._counted(lines)]
        last = [line for line in due if not line.has_later_cycle and line.course not in self._critical]
        for line in sorted(last, key=lambda line: line.due_on, reverse=True)[: round(len(due) / 4)]:
            _reopen(line)
        yield from told

    def _to_four_fifths(self, told: Sequence[Told]) -> Iterator[Told]:
        """Complete all that is due but the fifth that fell due last: exactly 80 %."""
        for _, lines in told:
            self._finish(lines)
        spared = sum(len(self._counted(lines)) for _, lines in told) % len(told)
        for _, lines in told[:spared]:
            for line in lines:
                line.required = line.required and line.course != SPARED
        due = [line for _, lines in told for line in self._counted(lines)]
        last = [line for line in due if line.course not in self._critical]
        for line in sorted(last, key=lambda line: line.due_on, reverse=True)[: len(due) // len(told)]:
            _reopen(line)
        yield from told

    def _leave_something_behind(self, lines: list[Line]) -> None:
        """Complete all that is due but what fell due last at the former center."""
        self._finish(lines)
        moved_on = self._today - timedelta(days=MOVED_DAYS_AGO)
        _reopen(max((line for line in self._counted(lines) if line.due_on < moved_on), key=lambda line: line.due_on))

    def _keep_what_waited(self, lines: list[Line]) -> None:
        """Complete all that is due; what a leave has moved ahead is still to be done."""
        self._finish(lines)
        for line in lines:
            if line.due_on != line.nominal_due_on and line.due_on >= self._today:
                _reopen(line)

    def _miss_a_few(self, lines: list[Line]) -> None:
        self._finish(lines)
        for line in sorted(self._counted(lines), key=lambda line: line.due_on)[-FEW:]:
            _reopen(line)

    def _finish(self, lines: list[Line]) -> None:
        """Complete in time what is due and was not completed; later where it would have to be renewed by now."""
        yesterday = self._today - timedelta(days=1)
        for line in lines:
            if line.completed_on is None and line.voided_on is None and line.due_on <= self._today:
                in_time = min(yesterday, line.due_on - timedelta(days=DAYS_IN_TIME))
                holds_since = self._holds_since.get(line.course, in_time)
                if line.course == RETAKEN and not line.has_later_cycle:
                    holds_since = self._retaken_from  # completed before, it would have been asked for anew
                line.completed_on = max(line.assigned_on, in_time, min(yesterday, holds_since))
                line.score = SCORE if line.course in self._scored else None

    def _counted(self, lines: Iterable[Line]) -> list[Line]:
        """Return what is in the rate: of each course the latest cycle that has fallen due (ruling 5)."""
        latest: dict[str, Line] = {}
        for line in sorted(lines, key=lambda line: line.cycle):
            if line.required and line.voided_on is None and line.due_on <= self._today:
                latest[line.course] = line
        return list(latest.values())


def _reopen(line: Line) -> None:
    line.completed_on, line.score = None, None
