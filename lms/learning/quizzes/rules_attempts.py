"""What a quiz asks of someone, and when an attempt may begin, goes on, and shows what was right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

MOST_DRAWN = 50
MOST_ATTEMPTS = 20
LONGEST_WAIT = 7 * 24 * 60
LONGEST_LIMIT = 300
LONGEST_EXTRA = 180
# What was sent before the deadline may arrive a little after it.
GRACE = timedelta(seconds=30)


class Release(StrEnum):
    """When right answers and explanations are shown."""

    NEVER = "NEVER"
    PASSED = "PASSED"
    LAST = "LAST"
    EACH = "EACH"


class Draw(NamedTuple):
    """How many questions of a pool an attempt takes."""

    pool: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a quiz asks: None means the edition's pass mark, any number of attempts, no time limit."""

    draws: tuple[Draw, ...] = ()
    pass_score: int | None = None
    max_attempts: int | None = None
    wait_minutes: int = 0
    limit_minutes: int | None = None
    release: Release = Release.LAST
    shuffles: bool = True


def terms_fault(terms: Terms, sizes: dict[str, int]) -> str | None:
    """Tell what is wrong with terms, given how many questions each pool has; None of sound ones."""
    pools = [draw.pool for draw in terms.draws]
    if not pools or len(set(pools)) < len(pools) or any(draw.number < 1 for draw in terms.draws):
        return "draws"
    if sum(draw.number for draw in terms.draws) > MOST_DRAWN:
        return "many_drawn"
    if any(draw.number > sizes.get(draw.pool, 0) for draw in terms.draws):
        return "few_questions"
    bounds = (
        (terms.pass_score, 0, 100, "pass_score"),
        (terms.max_attempts, 1, MOST_ATTEMPTS, "max_attempts"),
        (terms.wait_minutes, 0, LONGEST_WAIT, "wait_minutes"),
        (terms.limit_minutes, 1, LONGEST_LIMIT, "limit_minutes"),
    )
    return next((code for value, low, high, code in bounds if value is not None and not low <= value <= high), None)


class Try(NamedTuple):
    """An attempt as the rules look at it; without a score it is open."""

    started_at: datetime
    ended_at: datetime | None
    score: int | None
    passed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where someone stands with a quiz. `code` says why no attempt can begin now, None that one can.

    `left` is None where any number may be made. `opens_at` is when waiting ends.
    """

    made: int
    left: int | None
    best: int | None
    has_passed: bool
    code: str | None
    opens_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether no attempt can ever follow."""
        return self.code in {"no_attempts", "passed"}


def standing(terms: Terms, tries: Sequence[Try], *, enough: int, at: datetime) -> Standing:
    """Tell where someone stands. A further attempt is open until the best score reaches `enough`."""
    ended = [one for one in tries if one.score is not None]
    best = max((one.score for one in ended if one.score is not None), default=None)
    left = None if terms.max_attempts is None else max(0, terms.max_attempts - len(tries))
    opens_at = _opens_at(terms, ended)
    code = None
    if best is not None and best >= enough and any(one.passed for one in ended):
        code = "passed"
    elif left == 0:
        code = "no_attempts"
    elif opens_at is not None and at < opens_at:
        code = "waiting"
    return Standing(len(tries), left, best, any(one.passed for one in ended), code, opens_at if code else None)


def _opens_at(terms: Terms, ended: Sequence[Try]) -> datetime | None:
    last = max((one.ended_at for one in ended if one.ended_at is not None), default=None)
    return last + timedelta(minutes=terms.wait_minutes) if last and terms.wait_minutes else None


def deadline_of(terms: Terms, started_at: datetime, extra_minutes: int) -> datetime | None:
    """Return when an attempt ends; None without a time limit. `extra_minutes` were granted to the one who takes it."""
    if terms.limit_minutes is None:
        return None
    return started_at + timedelta(minutes=terms.limit_minutes + extra_minutes)


def is_late(deadline_at: datetime | None, at: datetime) -> bool:
    """Tell whether something arrives too late to count."""
    return deadline_at is not None and at > deadline_at + GRACE


def shows_answers(release: Release, where: Standing) -> bool:
    """Tell whether right answers and explanations of ended attempts may be seen."""
    if release is Release.EACH:
        return True
    if release is Release.PASSED:
        return where.has_passed
    return release is Release.LAST and where.is_over
