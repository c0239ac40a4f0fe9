"""The demo's calendar and dice: reference dates moved to around today, chance that is the same on every machine."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.courses.rules import add_months
from lms.people.rules import DUTY_OF_JOB

SEED = 20190718
REFERENCE_MONTH = date(2019, 6, 1)
DAYS_PER_YEAR = 365.25
HEAD_OFFICE_JOBS = frozenset({"AM", "RG", "TR", "CS", "VW", "PV", "SY"})


def dice(*names: object) -> random.Random:
    """Return a stream of chance of its own for whatever `names` tell apart, the same on every run."""
    text = ":".join(map(str, (SEED, *names)))
    # A demo that repeats, not a secret.
    return random.Random(text)  # noqa: S311 # nosec B311


@dataclass(frozen=True, slots=True)
class DemoCalendar:
    """Reference dates shifted by whole months so that 2019-06 becomes the month of `today` (ruling 23)."""

    today: date

    @property
    def months(self) -> int:
        """Return by how many months reference dates are shifted."""
        return (self.today.year - REFERENCE_MONTH.year) * 12 + self.today.month - REFERENCE_MONTH.month

    def shifted(self, day: date) -> date:
        """Return where a reference date lies in the demo."""
        return add_months(day, self.months)

    def reference_month(self, day: date) -> int:
        """Return the month (1–12) of the reference year that a day of the demo plays."""
        return (day.month - 1 - self.months) % 12 + 1


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `starts_on` until `ends_on`, the first day out; None is open."""

    starts_on: date
    ends_on: date | None

    def covers(self, day: date) -> bool:
        """Tell whether the day lies inside."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def later(day: date, days: float) -> date:
    """Return the day at least one and otherwise `days` days on."""
    return day + timedelta(days=max(1, round(days)))


def shares_of(total: int, weights: Sequence[tuple[str, float]], minimum: dict[str, int]) -> dict[str, int]:
    """Split `total` seats by weights with the largest remainders, no fewer than `minimum` of each that has one."""
    counts = {code: min(minimum.get(code, 0), total) for code, _ in weights}
    spare = total - sum(counts.values())
    whole = sum(weight for _, weight in weights) or 1.0
    wanted = {code: max(0.0, weight / whole * total - counts[code]) for code, weight in weights}
    scale = spare / (sum(wanted.values()) or 1.0)
    for code, extra in wanted.items():
        counts[code] += int(extra * scale)
    by_remainder = sorted(wanted, key=lambda code: (-((wanted[code] * scale) % 1), code))
    for code in by_remainder[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def systematic(chances: Sequence[float], start: float) -> list[bool]:
    """Pick each item with its chance so that the number picked is the sum of chances, give or take one.

    `start` in [0, 1) is the one throw of the dice.
    """
    picked, reached, mark = [], 0.0, start
    for chance in chances:
        reached += chance
        picked.append(hit := reached > mark)
        mark += hit
    return picked


def digits(number: int) -> str:
    """Return a staff number as the demo writes it: 7 digits, leading zeros kept."""
    return f"{number:07d}"


class SignInKind(StrEnum):
    """As what people of the demo sign in, one for each."""

    EMPLOYEE = "EMPLOYEE"
    COORDINATOR = "COORDINATOR"
    DEPUTY_COORDINATOR = "DEPUTY_COORDINATOR"
    REPRESENTATIVE = "REPRESENTATIVE"
    CENTER_MANAGER = "CENTER_MANAGER"
    AREA_MANAGER = "AREA_MANAGER"
    REGION_MANAGER = "REGION_MANAGER"
    TRAINING_ADMIN = "TRAINING_ADMIN"
    CS_ADMIN = "CS_ADMIN"
    EXECUTIVE = "EXECUTIVE"
    AUDITOR = "AUDITOR"
    SYSTEM_ADMIN = "SYSTEM_ADMIN"

    @property
    def password(self) -> str:
        """Return the demo's password, which is printed and protects nothing."""
        return f"demo-{self.value.lower().replace('_', '-')}-{REFERENCE_MONTH.year}"

    @property
    def label(self) -> str:
        """Return the name for the operator's table."""
        return "CS admin" if self is SignInKind.CS_ADMIN else self.value.capitalize().replace("_", " ")

    @classmethod
    def of(cls, held: str) -> "SignInKind | None":
        """Return the kind that a duty or a job code stands for; other center jobs are those of employees."""
        if held in cls.__members__:
            return cls(held)
        implied = DUTY_OF_JOB.get(held)
        if implied is not None:
            return cls(str(implied))
        return cls.EMPLOYEE if held not in HEAD_OFFICE_JOBS else None
