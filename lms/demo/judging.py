"""What was seen of an item: how likely it is met (parameters.csv, fieldcheck), and the answer that is kept of it.

A check after training asks what one course taught. Of that, nothing said again, a half is left after every half-life.
A round asks of the whole job, which the sessions of every month keep up: its mean stays, and a course completed lifts
it by the transfer effect, of which a half is left after every half-life too. Those of the house see their own work as
better by a gap than those of another house would; a check after training is taken for the latter.
"""

import math
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple

from lms.demo.reference import Parameters
from lms.demo.rules import dice
from lms.field_checks.rules_form import RANGES
from lms.observations.rules import PASSING, Answer, ResponseType
from lms.observations.rules_standards import CheckItem

# How often an item could be seen at all.
SEEN = 0.96
# The day after a training that most checks are made.
USUAL_DAY = 21
# How far centers, and people of a center, lie apart.
CENTER_SPREAD, PERSON_SPREAD = 0.04, 0.05
LEAST, MOST = 0.02, 0.985
# In a round nearly everyone knows what must not fail; more of the rest is left undone. Both keep the mean.
CRITICAL_LIFT, OTHERS_LIFT = 1.1, -0.15
# The effect of a course is partly gone when it is looked at: so much of a round's mean is owed to it.
USUAL_EFFECT = 0.2
NOTES = ("바빠서 건너뜀", "말로만 안내함", "고객이 먼저 물어봄", "순서를 빠뜨림")


class Found(NamedTuple):
    """What was found of all items: what is kept, how many counted and were met, and which failed."""

    results: list[dict[str, Any]]
    applicable: int
    met: int
    failed: frozenset[int]
    is_critical: bool


class Chances:
    """How likely it is that items are met."""

    def __init__(self, parameters: Parameters) -> None:
        self._half_life = parameters.half_life_days
        self._effect = parameters.transfer_effect
        self._usual = parameters.round_pass - parameters.self_gap
        self._in_rounds = _logistic(_logit(parameters.round_pass) - USUAL_EFFECT)
        self._left = cache(self._left_after)
        self._leans = cache(self._leans_by)

    def after_training(self, center_id: int, person_id: int, days: int) -> float:
        """Return how likely an item is met so many days after its course was completed."""
        return _within((self._usual + _lean(center_id, person_id)) * self._left(days - USUAL_DAY))

    def in_round(self, center_id: int, person_id: int, days: int | None, *, is_critical: bool) -> float:
        """Return how likely an item is met in a round; `days` since a course that teaches it, None without one."""
        effect = 0.0 if days is None else self._effect * self._left(days)
        return _logistic(self._leans(center_id, person_id) + effect + (CRITICAL_LIFT if is_critical else OTHERS_LIFT))

    def _left_after(self, days: int) -> float:
        """Return which share is left of what was learned."""
        return float(2 ** (-days / self._half_life))

    def _leans_by(self, center_id: int, person_id: int) -> float:
        return _logit(_within(self._in_rounds + _lean(center_id, person_id)))


def judge(items: Sequence[CheckItem], chances: Sequence[float], stream: Random) -> Found:
    """Throw the dice for every item of a form; at least one of them could be seen, or nothing would be sent."""
    rows = [_result(item, chance, stream) for item, chance in zip(items, chances, strict=True)]
    kept = [row for row in rows if row]
    unseen = sum(row["met"] is None for row in kept)
    if unseen == len(items):
        rows[0] = _kept(items[0], stream.random() < chances[0], stream)
        kept, unseen = [row for row in rows if row], unseen - 1
    failed = frozenset(row["item_id"] for row in kept if row["met"] is False)
    is_critical = bool(failed) and any(item.is_critical and item.item_id in failed for item in items)
    return Found(kept, len(items) - unseen, len(items) - unseen - len(failed), failed, is_critical)


def _result(item: CheckItem, chance: float, stream: Random) -> dict[str, Any] | None:
    if stream.random() > SEEN:
        return {"item_id": item.item_id, "met": None, "value": None, "note": None, "answer": Answer.NOT_OBSERVED}
    return _kept(item, stream.random() < chance, stream)


def _kept(item: CheckItem, is_met: bool, stream: Random) -> dict[str, Any] | None:
    """Return what is kept of an item that was seen; None when it was simply met."""
    response = ResponseType(item.response_type)
    if is_met and response not in PASSING:
        return None
    kept: dict[str, Any] = {"item_id": item.item_id, "met": is_met, "value": None, "answer": Answer.NO}
    kept["note"] = None if is_met else stream.choice(NOTES)
    if response in PASSING:
        least, most = RANGES[response]
        kept["answer"] = Answer.VALUE
        passing = PASSING[response]
        kept["value"] = stream.randint(passing, most) if is_met else stream.randint(least, passing - 1)
    return kept


@cache
def _lean(center_id: int, person_id: int) -> float:
    """Return by how much someone does better or worse than most."""
    return _of_center(center_id) + dice("habits", person_id).gauss(0, PERSON_SPREAD)


@cache
def _of_center(center_id: int) -> float:
    return dice("habits of a center", center_id).gauss(0, CENTER_SPREAD)


def _within(chance: float) -> float:
    return min(MOST, max(LEAST, chance))


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
