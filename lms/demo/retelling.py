"""How the learning of the planted people went: told as chance has it, then set right where their story needs it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.planted import MOVED_DAYS_AGO, SPARED, Planted

Told = tuple[Worker, list[Line]]
FEW = 3
SCORE = 90
DAYS_IN_TIME = 3


class Retelling:
    """Sets right the lines of the planted people."""

    def __init__(self, planted: Planted, scored: frozenset[str], today: date) -> None:
        self._today = today
        self._scored = scored
        self._five = list(planted.five)
        self._told_of_five: list[Told] = []
        self._alone: dict[Worker, Callable[[list[Line]], None]] = {
            planted.transferee: self._leave_something_behind,
            planted.returned: self._keep_what_waited,
            planted.short_namesake: self._miss_a_few,
            planted.complete_namesake: self._finish,
        }

    def of(self, told: Iterable[Told]) -> Iterator[Told]:
        """Give everyone with their lines; the five of the small center stand together, as their rate does."""
        for worker, lines in told:
            if worker in self._five:
                self._told_of_five.append((worker, lines))
                if len(self._told_of_five) == len(self._five):
                    yield from self._to_four_fifths(self._told_of_five)
                continue
            if worker in self._alone:
                self._alone[worker](lines)
            yield worker, lines

    def _to_four_fifths(self, told: Sequence[Told]) -> Iterator[Told]:
        """Complete all that is due but the fifth that fell due last: exactly 80 %."""
        for _, lines in told:
            self._finish(lines)
        spared = sum(len(self._counted(lines)) for _, lines in told) % len(told)
        told = [
            (worker, [line for line in lines if line.course != SPARED] if place < spared else lines)
            for place, (worker, lines) in enumerate(told)
        ]
        due = [line for _, lines in told for line in self._counted(lines)]
        for line in sorted(due, key=lambda line: line.due_on)[len(due) - len(due) // len(told) :]:
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
        """Complete in time what is due and was not completed."""
        yesterday = self._today - timedelta(days=1)
        for line in lines:
            if line.completed_on is None and line.voided_on is None and line.due_on <= self._today:
                line.completed_on = max(line.assigned_on, min(yesterday, line.due_on - timedelta(days=DAYS_IN_TIME)))
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
