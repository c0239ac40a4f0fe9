"""How observers of the demo were calibrated: every half year, by most in time; some let it run out for some weeks."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from lms.demo.moments import at_work
from lms.demo.places import Places
from lms.demo.rules import dice
from lms.field_checks.rules_calibration import LEAST_AGREEMENT, Calibration, calibration_fault, valid_until

# One in twelve lets a calibration run out for weeks; of a hundred calibrations three show too little agreement, and
# are done again two weeks later.
LAPSES, DAYS_LAPSED, DAYS_EARLY = 1 / 12, (20, 60), (0, 20)
DISAGREES, AGAIN = 0.03, timedelta(days=14)
# Whoever was in charge before the year began was calibrated within these days; who came later, soon after.
DAYS_BEFORE, DAYS_AFTER = 150, 14


class Calibrations:
    """The observers of a year, and who of them may look on a day."""

    def __init__(self, places: Places, since: date, today: date) -> None:
        self.places, self.since, self.today = places, since, today
        self._known: dict[int, list[Calibration]] = {}
        self.may_look = cache(self._may_look)

    def observer(self, center_id: int, subject_id: int, day: date, first: int | None = None) -> int | None:
        """Return who looks at someone on a day: `first` if they may, else whom it falls to; None where nobody may."""
        in_charge = self.places.in_charge(center_id, day)
        order = sorted(in_charge, key=lambda one: one != first) if first in in_charge else in_charge
        return next((one for one in order if one != subject_id and self.may_look(one, day)), None)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of every calibration of whoever was asked to look."""
        for person_id, known in self._known.items():
            for one in known:
                yield {
                    "person_id": person_id, "calibrated_on": one.on, "agreement": one.agreement,
                    "valid_until": one.valid_until, "recorded_by_id": None, "recorded_at": at_work(one.on),
                }  # fmt: skip

    def _may_look(self, person_id: int, day: date) -> bool:
        if person_id not in self._known:
            self._known[person_id] = list(self._tell(person_id, day))
        return calibration_fault(self._known[person_id], day) is None

    def _tell(self, person_id: int, asked_on: date) -> Iterator[Calibration]:
        """Give someone's calibrations; `asked_on` is when they were first asked to look."""
        stream = dice("calibration", person_id)
        before = asked_on - self.since < timedelta(days=DAYS_BEFORE // 2)
        on = self.since - timedelta(days=stream.randint(0, DAYS_BEFORE))
        if not before:
            on = asked_on - timedelta(days=stream.randint(0, DAYS_AFTER))
        lapses = stream.random() < LAPSES
        while on < self.today:
            agrees = stream.random() >= DISAGREES
            least, most = (LEAST_AGREEMENT, 99) if agrees else (LEAST_AGREEMENT - 8, LEAST_AGREEMENT - 1)
            yield Calibration(on, stream.randint(least, most), valid_until(on))
            following = valid_until(on) - timedelta(days=stream.randint(*DAYS_EARLY))
            if lapses:
                following = valid_until(on) + timedelta(days=stream.randint(*DAYS_LAPSED))
            on = following if agrees else on + AGAIN
