"""What a rate counts, at which center, and over which time: the bases of the domain study (§3.2), never mixed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from lms.completion.rules import Tally

# Weights are added up in hundredths, so that every decision stays in whole numbers.
WEIGHT_UNITS = 100


class Basis(StrEnum):
    """What is counted, of what."""

    COMPLETION = "COMPLETION"  # enrollments done, of those due (건수)
    ON_TIME = "ON_TIME"  # enrollments done by their due date, of those due
    LATE = "LATE"  # enrollments done after their due date, of those due
    HEADCOUNT = "HEADCOUNT"  # people with everything due done, of those with something due (인원)
    COURSE = "COURSE"  # courses of people done, of those due to them, each once (과정)
    WEIGHTED = "WEIGHTED"  # as COMPLETION, each enrollment by the weight of its course (가중)
    ASSIGNED = "ASSIGNED"  # enrollments done, of those assigned, whether due or not (대상자 기준)


class Attribution(StrEnum):
    """At which center, and in which job, an enrollment is counted."""

    CURRENT = "CURRENT"  # where the person works on the day asked for: who must act now
    DUE_DATE = "DUE_DATE"  # where the person worked on the due date: who was responsible


def word_of(code: str) -> str:
    """Return a basis or attribution as it stands in an address and on the command line."""
    return code.lower().replace("_", "-")


def code_of(word: str) -> str:
    """Return the code that a word stands for."""
    return word.upper().replace("-", "_")


class Period(NamedTuple):
    """From a day through another, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a rate is reckoned. Without a period: the latest cycle of each course by the day (ruling 5).

    With one: every cycle that falls due within it, or was assigned within it for the assigned basis.
    """

    basis: Basis = Basis.COMPLETION
    attribution: Attribution = Attribution.CURRENT
    period: Period | None = None

    @property
    def is_usual(self) -> bool:
        """Tell whether this is what rates mean when nothing else is said."""
        return self == USUAL

    @property
    def is_possible(self) -> bool:
        """Tell whether there is such a rate: what is not due yet has no center of its due date."""
        return self.basis is not Basis.ASSIGNED or self.attribution is Attribution.CURRENT


USUAL = Measure()


class Sums(NamedTuple):
    """What a group adds up to, whatever the basis. `weight_squares` are of people's weights, for `n_eff`.

    Weights are in hundredths. Someone with something due at two centers stands once in each (due-date center).
    """

    due: int = 0
    done: int = 0
    on_time: int = 0
    people: int = 0
    people_done: int = 0
    courses: int = 0
    courses_done: int = 0
    weight: int = 0
    weight_done: int = 0
    weight_squares: int = 0

    def __add__(self, other: "Sums") -> "Sums":  # type: ignore[override]  # adds up; a tuple would be joined
        return Sums(*map(sum, zip(self, other, strict=True)))

    def share(self, basis: Basis) -> Tally:
        """Return the rate on a basis: `done` of `due` in its own units, `on_time` where it has a meaning.

        Raises:
            KeyError: for the basis there is nothing here.
        """
        return {
            Basis.COMPLETION: Tally(self.due, self.done, self.on_time),
            Basis.ON_TIME: Tally(self.due, self.on_time, self.on_time),
            Basis.LATE: Tally(self.due, self.done - self.on_time, 0),
            Basis.HEADCOUNT: Tally(self.people, self.people_done, 0),
            Basis.COURSE: Tally(self.courses, self.courses_done, 0),
            Basis.WEIGHTED: Tally(self.weight, self.weight_done, 0),
            Basis.ASSIGNED: Tally(self.due, self.done, self.on_time),
        }[basis]

    def n_eff(self) -> int:
        """Return how many enrollments of equal weight would say as much: (Σw)² ÷ Σw², floored (domain study §3.2)."""
        return self.weight**2 // self.weight_squares if self.weight_squares else 0

    def trials(self, basis: Basis) -> int:
        """Return how many trials an interval around the rate stands on: people, as in every interval of ours.

        Enrollments of one person hang together; where weights leave even less to stand on, that counts.
        """
        return min(self.people, self.n_eff()) if basis is Basis.WEIGHTED else self.people
