"""How the people of the demo got on with their courses: who completed what, when, and who did not."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lms.demo.assigning import COORDINATING, COORDINATOR, Assigned, Curriculum
from lms.demo.people import Worker
from lms.demo.planted import TENDENCIES
from lms.demo.reference import CourseRule, Parameters
from lms.demo.rules import DemoCalendar, dice, systematic

# A center's rate is made by how many of its people lag behind, not by everyone missing a little: so most people are
# complete, some miss much, and the list of shortfalls is one to act on.
STEADY_CHANCE = 0.997
LAGGING_CHANCE = (0.02, 0.38)
LAGGARDS_SHARE = 0.16
# Others let due dates pass and make up for it within weeks: what they miss is young, so that of those who fall short
# some are only days late. Nearly all who complete late are of them.
TARDY_SHARE = 0.42
TARDY_ON_TIME = 0.58
TARDY_DAYS_LATE = 22
# What they have not made up for yet.
TARDY_COST = 0.008
# Share of what people have on record from before the year shown, which is complete.
OLD_SHARE = 0.04
# Roles lower the rate of most centers a little; this lifts it back to the parameter's median.
ROLES_LIFT = 0.05
STEADY_ON_TIME = 0.99
OPTIONAL_FACTOR = 0.6
LAGGING_ON_TIME = 0.6
MEAN_DAYS_LATE = 18
RUSH_DAYS = 7


@dataclass(frozen=True, slots=True)
class Learner:
    """How someone goes about their courses: the chance to complete one at all, and to do so in time."""

    lagging: bool
    chance: float
    on_time: float
    days_late: int


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
        effects = parameters.season_effect
        # By the month of the demo, which plays one of the reference year.
        self.season_effect = {
            month: effects.get(str(calendar.reference_month(date(calendar.today.year, month, 1))), 0.0)
            for month in range(1, 13)
        }
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
            share = self._laggards_share(stream, TENDENCIES.get(center))
            stream.shuffle(staff)
            chances = [self._lags(share, worker) for worker in staff]
            for worker, lagging in zip(staff, systematic(chances, stream.random()), strict=True):
                yield worker, self._learner(stream, lagging=lagging)

    def _laggards_share(self, stream: random.Random, tendency: float | None) -> float:
        drawn = _logistic(
            _logit(self.parameters.completion_median) + stream.gauss(0, self.parameters.completion_spread)
        )
        rate = drawn if tendency is None else tendency
        rate = (rate + TARDY_COST - OLD_SHARE) / (1 - OLD_SHARE)
        lagging = sum(LAGGING_CHANCE) / 2 * (1 - self.no_exam_share)
        return min(0.98, max(0.04, (STEADY_CHANCE - rate) / (STEADY_CHANCE - lagging)))

    def _lags(self, share: float, worker: Worker) -> float:
        effects = self.parameters.role_effect
        effect = effects.get(worker.last.role, 0.0)
        if any(charge.kind in COORDINATING for charge in worker.charges):
            effect = effects[COORDINATOR]
        return _logistic(_logit(share) - effect - ROLES_LIFT)

    def _learner(self, stream: random.Random, *, lagging: bool) -> Learner:
        chance = stream.uniform(*LAGGING_CHANCE)
        tardy = stream.random() < TARDY_SHARE
        if lagging:
            return Learner(lagging, chance, LAGGING_ON_TIME, MEAN_DAYS_LATE)
        if tardy:
            return Learner(lagging, STEADY_CHANCE, TARDY_ON_TIME, TARDY_DAYS_LATE)
        return Learner(lagging, STEADY_CHANCE, STEADY_ON_TIME, MEAN_DAYS_LATE)

    def outcome(
        self, stream: random.Random, worker: Worker, learner: Learner, assigned: Assigned, due_on: date
    ) -> Outcome:
        """Throw the dice for one assignment with its effective due date."""
        course = assigned.course
        # The dice are thrown in the same number whatever comes of them, so that one rule changed leaves the rest alone.
        throw = stream.random
        done, in_time, rush, spread, late, exam = throw(), throw(), throw(), throw(), throw(), throw()
        if done >= self._chance(learner, course, due_on) or (
            learner.lagging and course.pass_score and exam < self.no_exam_share and due_on >= self.begins_on
        ):
            return Outcome(None, None)
        if in_time < learner.on_time:
            day = self._in_time(assigned.on, due_on, spread, rush=rush < self.rush_share)
        else:
            day = due_on + timedelta(days=1 + int(-math.log(1 - late) * learner.days_late))
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
        return _in_season(learner.chance, self.season_effect[due_on.month])

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


@lru_cache(maxsize=1024)
def _in_season(chance: float, effect: float) -> float:
    return _logistic(_logit(chance) + effect)


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
