"""How the people of the demo got on with their courses: who completed what, when, and who did not."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lms.demo.assigning import COORDINATING, COORDINATOR, Assigned, Curriculum
from lms.demo.people import Worker
from lms.demo.reference import CourseRule, Parameters
from lms.demo.rules import DemoCalendar, dice, systematic

# A center's rate is made by how many of its people lag behind, not by everyone missing a little: so most people are
# complete, some miss much, and the list of shortfalls is one to act on.
STEADY_CHANCE = 0.986
LAGGING_CHANCE = (0.30, 0.85)
LAGGARDS_SHARE = 0.24
# Share of what people have on record from before the year shown, which is complete.
OLD_SHARE = 0.04
# Roles lower the rate of most centers a little; this lifts it back to the parameter's median.
ROLES_LIFT = 0.05
STEADY_ON_TIME = 0.87
OPTIONAL_FACTOR = 0.6
MEAN_DAYS_LATE = 18
RUSH_DAYS = 7


@dataclass(frozen=True, slots=True)
class Learner:
    """How someone goes about their courses: the chance to complete one at all, and to do so in time."""

    lagging: bool
    chance: float
    on_time: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an assignment."""

    completed_on: date | None
    score: int | None


class Learning:
    """Chances of people and centers, and what came of them."""

    def __init__(self, calendar: DemoCalendar, parameters: Parameters, curriculum: Curriculum) -> None:
        self.calendar = calendar
        self.parameters = parameters
        self.begins_on = curriculum.begins_on
        self.lagging_on_time = _other_share(parameters.on_time, STEADY_ON_TIME, LAGGARDS_SHARE * 0.55)
        self.rush_share = parameters.last_week / parameters.on_time
        # The 4 % who watch everything and sit no test are found among those who lag.
        self.no_exam_share = parameters.without_exam / LAGGARDS_SHARE

    def learners(self, people: list[Worker]) -> Iterator[tuple[Worker, Learner]]:
        """Give everyone with how they learn, decided center by center."""
        by_center: dict[str, list[Worker]] = defaultdict(list)
        for worker in people:
            by_center[_home(worker)].append(worker)
        for center, staff in sorted(by_center.items()):
            stream = dice("learners", center)
            share = self._laggards_share(stream)
            stream.shuffle(staff)
            chances = [self._lags(share, worker) for worker in staff]
            for worker, lagging in zip(staff, systematic(chances, stream.random()), strict=True):
                yield worker, self._learner(stream, lagging=lagging)

    def _laggards_share(self, stream: random.Random) -> float:
        rate = _logistic(_logit(self.parameters.completion_median) + stream.gauss(0, self.parameters.completion_spread))
        rate = (rate - OLD_SHARE) / (1 - OLD_SHARE)
        lagging = sum(LAGGING_CHANCE) / 2 * (1 - self.no_exam_share)
        return min(0.98, max(0.01, (STEADY_CHANCE - rate) / (STEADY_CHANCE - lagging)))

    def _lags(self, share: float, worker: Worker) -> float:
        effects = self.parameters.role_effect
        effect = effects.get(worker.last.role, 0.0)
        if any(charge.kind in COORDINATING for charge in worker.charges):
            effect = effects[COORDINATOR]
        return _logistic(_logit(share) - effect - ROLES_LIFT)

    def _learner(self, stream: random.Random, *, lagging: bool) -> Learner:
        chance = stream.uniform(*LAGGING_CHANCE)
        if lagging:
            return Learner(lagging, chance, self.lagging_on_time)
        return Learner(lagging, STEADY_CHANCE, STEADY_ON_TIME)

    def outcome(
        self, stream: random.Random, worker: Worker, learner: Learner, assigned: Assigned, due_on: date
    ) -> Outcome:
        """Throw the dice for one assignment with its effective due date."""
        course = assigned.course
        # The dice are thrown in the same number whatever comes of them, so that one rule changed leaves the rest alone.
        done, in_time, rush, spread, late, exam = (stream.random() for _ in range(6))
        if done >= self._chance(learner, course, due_on) or (
            learner.lagging and course.pass_score and exam < self.no_exam_share and due_on >= self.begins_on
        ):
            return Outcome(None, None)
        if in_time < learner.on_time:
            day = self._in_time(assigned.on, due_on, spread, rush=rush < self.rush_share)
        else:
            day = due_on + timedelta(days=1 + int(-math.log(1 - late) * MEAN_DAYS_LATE))
        day = next((leave.ends_on for leave in worker.leaves if leave.covers(day) and leave.ends_on), day)
        if day >= self.calendar.today or (assigned.until is not None and day >= assigned.until):
            return Outcome(None, None)
        score = course.pass_score + int(spread * (101 - course.pass_score)) if course.pass_score else None
        return Outcome(day, score)

    def _chance(self, learner: Learner, course: CourseRule, due_on: date) -> float:
        if due_on < self.begins_on:
            return 1.0  # nobody is overdue for years
        if not course.mandatory:
            return learner.chance * OPTIONAL_FACTOR
        season = self.parameters.season_effect.get(str(self.calendar.reference_month(due_on)), 0.0)
        return _logistic(_logit(learner.chance) + season)

    def _in_time(self, assigned_on: date, due_on: date, spread: float, *, rush: bool) -> date:
        whole = max(0, (due_on - assigned_on).days)
        last = min(whole, RUSH_DAYS - 1)
        if rush:
            return due_on - timedelta(days=int(spread * (last + 1)))
        return assigned_on + timedelta(days=int(spread * max(1, whole - last)))


def _home(worker: Worker) -> str:
    """Return the center whose habits the person has: where they worked longest."""
    longest = max(worker.stints, key=lambda stint: (stint.ends_on or date.max) - stint.starts_on)
    return longest.center


def _other_share(whole: float, one: float, weight: float) -> float:
    """Return the share of the rest so that both together make `whole`; `weight` is the weight of the rest."""
    return (whole - one * (1 - weight)) / weight


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
