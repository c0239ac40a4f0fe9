"""Which target holds: the most particular one in force on a day, else the network's default."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Measure(StrEnum):
    """What is held against a percentage: a unit's rate, one person's rate, or what a unit completed in time."""

    CENTER = "CENTER"
    PERSON = "PERSON"
    ON_TIME = "ON_TIME"


# Where nothing else was decided (domain study §1.5).
DEFAULTS: dict[Measure, int] = {Measure.CENTER: 90, Measure.PERSON: 80, Measure.ON_TIME: 80}
LOWEST, HIGHEST = 1, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a target is about; None leaves a side open. As a question: what a figure is narrowed to."""

    tier: int | None = None
    role_code: str | None = None
    network_type: str | None = None

    @property
    def weight(self) -> tuple[int, bool, bool, bool]:
        """Return how particular it is: the more sides are named the more; among equals tier, then role, then type."""
        named = (self.tier is not None, self.role_code is not None, self.network_type is not None)
        return sum(named), *named

    def holds_for(self, asked: "About") -> bool:
        """Tell whether a target about this holds for a figure: every side that it names is the figure's."""
        return (
            self.tier in {None, asked.tier}
            and self.role_code in {None, asked.role_code}
            and self.network_type in {None, asked.network_type}
        )


EVERYTHING = About()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTerms:
    """A decided target: `percent` from `starts_on` until `ends_on`, the first day out (None: until further notice)."""

    measure: Measure
    about: About
    percent: int
    starts_on: date
    ends_on: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)

    def overlaps(self, other: "TargetTerms") -> bool:
        """Tell whether both decide about the same thing on some day."""
        if (self.measure, self.about) != (other.measure, other.about):
            return False
        begins_in_time = other.ends_on is None or self.starts_on < other.ends_on
        return begins_in_time and (self.ends_on is None or other.starts_on < self.ends_on)


@dataclass(frozen=True, slots=True)
class Targets:
    """Every target that was decided, as known; asks are answered for any day."""

    decided: Sequence[TargetTerms] = ()

    def of(self, measure: Measure, on: date, about: About = EVERYTHING) -> int:
        """Return the target of a figure on a day, in percent: the one function behind every comparison."""
        found = self.deciding(measure, on, about)
        return DEFAULTS[measure] if found is None else found.percent

    def deciding(self, measure: Measure, on: date, about: About = EVERYTHING) -> TargetTerms | None:
        """Return which decision that is; None where the default holds."""
        holding = [
            one for one in self.decided if one.measure == measure and one.is_in_force(on) and one.about.holds_for(about)
        ]
        return max(holding, key=lambda one: (one.about.weight, one.starts_on), default=None)


NO_TARGETS = Targets()


def left_of(old: TargetTerms, new: TargetTerms) -> list[TargetTerms]:
    """Return what remains of a target once another one about the same thing is decided: before it, after it."""
    if not old.overlaps(new):
        return [old]
    rest = []
    if old.starts_on < new.starts_on:
        rest.append(replace(old, ends_on=new.starts_on))
    if new.ends_on is not None and (old.ends_on is None or new.ends_on < old.ends_on):
        rest.append(replace(old, starts_on=new.ends_on))
    return rest


def narrowed_to(tiers: Iterable[int], role_codes: Iterable[str], network_type: str | None = None) -> About:
    """Return what a figure is about: a filter of exactly one tier or role names it, several or none do not."""
    return About(tier=_only(tiers), role_code=_only(role_codes), network_type=network_type)


def _only(values: Iterable[T]) -> T | None:
    found = tuple(values)
    return found[0] if len(found) == 1 else None
