"""The whole story of the demo: everyone, what they hold, and what they were to learn and did."""

from collections.abc import Iterator
from datetime import date

from lms.courses.rules import Trigger, expires_on
from lms.demo import reference
from lms.demo.appointments import appoint_coordinators, grant_leaves, head_office, number_staff
from lms.demo.assigning import RETAKEN, Assigned, Curriculum
from lms.demo.learning import Learner, Learning, Outcome
from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.planted import plant, send_on_leave, without_staff
from lms.demo.retelling import Retelling
from lms.demo.rules import DemoCalendar, dice
from lms.demo.staffing import Site, Staffing, sites_of
from lms.enrollments.rules import Away, Event, Stay, effective_due, events_of

# Of the day, from 8 in the morning until 9 in the evening.
MINUTES_OF_STUDY = (8 * 60, 21 * 60)


class Story:
    """People of the network and the head office, and how their learning went, told for one day."""

    def __init__(self, calendar: DemoCalendar) -> None:
        self.calendar = calendar
        parameters = reference.parameters()
        self.sites: list[Site] = sites_of(reference.centers(), reference.roles(), calendar)
        staffing = Staffing(calendar, parameters, without_staff(self.sites))
        self.staff: list[Worker] = staffing.run()
        self.planted = plant(self.staff, self.sites, calendar.today)
        appoint_coordinators(self.staff, self.sites, staffing.begins_on, calendar.today)
        grant_leaves(self.staff, parameters, staffing.begins_on, calendar.today)
        send_on_leave(self.planted, self.staff, calendar.today)
        self.people: list[Worker] = [*self.staff, *head_office(self.sites, staffing.begins_on)]
        number_staff(self.people)
        courses = reference.courses()
        self.curriculum = Curriculum(calendar, courses)
        self.prerequisites = {course.code: course.prerequisites for course in courses}
        self._courses = courses
        self._learning = Learning(calendar, parameters, self.curriculum)
        self._numbers = _Numbers()

    def lines(self) -> Iterator[tuple[Worker, list[Line]]]:
        """Give every worker with their enrollments, in order of day and course."""
        learners = self._learning.learners(self.staff)
        told = ((worker, self._lines_of(worker, learner)) for worker, learner in learners)
        retaken_from = self.curriculum.retaken_from
        yield from Retelling(self.planted, self._courses, self.calendar.today, retaken_from).of(told)

    def _lines_of(self, worker: Worker, learner: Learner) -> list[Line]:
        stream = dice("learning", worker.numbers[0][0])
        aways, events = self._what_moves_due_dates(worker)
        waiting = self.curriculum.assigned_to(worker)
        lines = []
        while waiting:
            assigned = waiting.pop(0)
            due_on = effective_due(assigned.due_on, assigned.on, aways, events) or assigned.due_on
            outcome = self._learning.outcome(stream, worker, learner, assigned, due_on)
            if outcome.completed_on and (renewal := self.curriculum.renewal_of(assigned, outcome.completed_on)):
                waiting.append(renewal)
            lines.append(_line(assigned, due_on, outcome, stream.randint(*MINUTES_OF_STUDY)))
        lines += self._asides_of(worker, learner, lines)
        return _in_cycles(lines)

    def _asides_of(self, worker: Worker, learner: Learner, lines: list[Line]) -> Iterator[Line]:
        """Give what came beside the usual: only where nothing that was asked or completed before answers it."""
        aways, events = self._what_moves_due_dates(worker)
        asides = self.curriculum.asides(worker)
        retake = self.curriculum.retake(worker)
        if retake and any(line.course == RETAKEN and line.assigned_on < retake.on for line in lines):
            asides.append(retake)
        for assigned in asides:
            if any(self._answers(line, assigned) for line in lines):
                continue
            stream = dice("aside", worker.numbers[0][0], assigned.course.code, assigned.on)
            due_on = effective_due(assigned.due_on, assigned.on, aways, events) or assigned.due_on
            outcome = self._learning.outcome(stream, worker, learner, assigned, due_on)
            yield _line(assigned, due_on, outcome, stream.randint(*MINUTES_OF_STUDY))

    def _answers(self, line: Line, assigned: Assigned) -> bool:
        """Tell whether an enrollment that was open, or a completion that held, answers what came beside the usual."""
        if line.course != assigned.course.code or assigned.course.trigger != Trigger.ROLE:
            return False
        if line.assigned_on > assigned.on or (line.voided_on and line.voided_on <= assigned.on):
            return False
        if line.completed_on is None or line.completed_on >= assigned.on:
            return True
        is_retake = assigned.on == self.curriculum.retaken_from and assigned.course.code == RETAKEN
        runs_out_on = expires_on(line.completed_on, assigned.course.validity_months)
        return not is_retake and (runs_out_on is None or runs_out_on > assigned.on)

    def _what_moves_due_dates(self, worker: Worker) -> tuple[list[Away], list[Event]]:
        stays = [
            Stay(self._numbers[stint.center], self._numbers[stint.role], stint.starts_on, stint.ends_on)
            for stint in worker.stints
        ]
        return [Away(leave.starts_on, leave.ends_on) for leave in worker.leaves], events_of(stays)


def _line(assigned: Assigned, due_on: date, outcome: Outcome, minute: int) -> Line:
    return Line(
        course=assigned.course.code,
        cycle=1,
        has_later_cycle=False,
        required=assigned.course.mandatory,
        assigned_on=assigned.on,
        nominal_due_on=assigned.due_on,
        due_on=due_on,
        completed_on=outcome.completed_on,
        completed_minute=minute,
        score=outcome.score,
        voided_on=None if outcome.completed_on else assigned.until,
    )


def _in_cycles(lines: list[Line]) -> list[Line]:
    """Return the lines with their cycles: they count up in the order of assignment (ruling 21)."""
    latest: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: (line.assigned_on, line.course)):
        if line.course in latest:
            latest[line.course].has_later_cycle = True
            line.cycle = latest[line.course].cycle + 1
        latest[line.course] = line
    return lines


class _Numbers(dict[str, int]):
    """A number for each code, given out in order: equal codes, equal numbers."""

    def __missing__(self, code: str) -> int:
        self[code] = number = len(self)
        return number
