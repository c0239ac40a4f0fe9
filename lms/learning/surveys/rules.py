"""What of the answers is shown: completed groups of five, so that no two looks differ by fewer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Fewer answers than this are shown to nobody, and further ones come in as many at a time (ruling 18).
GROUP = 5
LOWEST, HIGHEST = 1, 5
COMMENT_MOST = 300


class Answer(NamedTuple):
    """What one person said."""

    helpful: int
    clear: int
    comment: str | None


class Result(NamedTuple):
    """What the shown answers to one course version amount to; counts go from 1 to 5. Comments in alphabetical order."""

    number: int
    helpful: tuple[int, ...]
    clear: tuple[int, ...]
    comments: tuple[str, ...]

    @property
    def mean_helpful(self) -> float:
        """Return the mean of how helpful it was."""
        return _mean(self.helpful)

    @property
    def mean_clear(self) -> float:
        """Return the mean of how clear it was."""
        return _mean(self.clear)


def completes_group(waiting: int) -> bool:
    """Tell whether the answers that wait are enough to be shown together."""
    return waiting >= GROUP


def result_of(answers: Sequence[Answer]) -> Result | None:
    """Return what shown answers amount to; None when they are fewer than a group."""
    if len(answers) < GROUP:
        return None
    comments = sorted(one.comment for one in answers if one.comment)
    return Result(
        len(answers), _counts(one.helpful for one in answers), _counts(one.clear for one in answers), tuple(comments)
    )


def _counts(values: Iterable[int]) -> tuple[int, ...]:
    counted = Counter(values)
    return tuple(counted[value] for value in range(LOWEST, HIGHEST + 1))


def _mean(counts: Sequence[int]) -> float:
    return sum(value * number for value, number in enumerate(counts, start=LOWEST)) / sum(counts)
