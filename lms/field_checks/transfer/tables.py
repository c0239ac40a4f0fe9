"""The rows of what training adds up to as figures, which files and the command line share."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from lms.completion.rules import Tally
from lms.completion.rules_interval import Interval
from lms.field_checks.transfer.pages_rows import Found, Line, TopicLine, list_lines, read_counts, read_lasting
from lms.field_checks.transfer.rules import By, Step, interval_of
from lms.field_checks.transfer.rules_decay import HalfLife
from lms.observations.practice.rules import By as Topic
from lms.shared.tables import Column, Kind

Figures = tuple[Any, ...]


def _share(name: str) -> list[Column]:
    return [Column(f"{name}_{end}", Kind.RATE) for end in ("rate", "low", "high")]


def _numbers(*names: str) -> list[Column]:
    return [Column(name, Kind.NUMBER) for name in names]


STEP_COLUMNS = (
    *_numbers("people", "due", "completed"),
    *_share("completed"),
    *_numbers("to_check", "checked"),
    *_share("checked"),
    *_numbers("passed"),
    *_share("passed"),
    *_numbers("to_recheck", "rechecked", "kept"),
    *_share("kept"),
)
TOPIC_COLUMNS = (
    *_numbers("answers", "met"),
    *_share("met"),
    *_numbers("asked_again", "met_again"),
    *_share("met_again"),
    *_numbers("lost", "gained", "never", "dated_answers", "half_life_days", "half_life_low", "half_life_high"),
)


def columns_by(by: By | Topic) -> tuple[Column, ...]:
    """Return the columns of figures, as scripts may rely on them."""
    return STEP_COLUMNS if isinstance(by, By) else TOPIC_COLUMNS


def iter_rows(session: Session, found: Found, by: By | Topic) -> Iterator[tuple[Line | TopicLine, Figures]]:
    """Yield each row the page shows, on whichever of its pages, with its figures; nothing where the page hides all."""
    if read_counts(session, found) is None:
        return
    if isinstance(by, By):
        yield from ((line, step_figures(line)) for line in list_lines(session, found, found.rows_by(by)))
    else:
        lasting = read_lasting(session, found, by)
        lines = map(lasting.line, lasting.rows)
        yield from ((line, topic_figures(line)) for line in lines)


def step_figures(line: Line) -> Figures:
    """Return how far trainings got in the order of `STEP_COLUMNS`; empty where too few people stand behind it."""
    if line.is_hidden:
        return (None,) * len(STEP_COLUMNS)
    counts = line.counts
    shares = {step: _ends(counts.step(step), counts.interval(step)) for step in Step}
    return (
        counts.people, counts.due, counts.completed, *shares[Step.COMPLETED],
        counts.to_check, counts.checked, *shares[Step.CHECKED],
        counts.passed, *shares[Step.PASSED],
        counts.to_recheck, counts.rechecked, counts.kept, *shares[Step.KEPT],
    )  # fmt: skip


def topic_figures(line: TopicLine) -> Figures:
    """Return what checks found and whether it lasted, in the order of `TOPIC_COLUMNS`."""
    pairs = line.pairs
    return (
        *pairs.first[:2], *_answers(pairs.first), *pairs.again[:2], *_answers(pairs.again),
        pairs.lost, pairs.gained, pairs.never, line.answers, *_half_life(line.half_life),
    )  # fmt: skip


def _answers(tally: Tally) -> Figures:
    return _ends(tally, interval_of(tally, tally.due))


def _ends(tally: Tally, interval: Interval | None) -> Figures:
    low, high = interval.percents if interval else (None, None)
    return tally.percent_text, low if low is None else f"{low:.1f}", high if high is None else f"{high:.1f}"


def _half_life(found: HalfLife | None) -> Figures:
    """Return whole days, the range outward; empty where nothing can be said, or no decay is seen."""
    if found is None:
        return None, None, None
    high = None if found.high is None else int(found.high) + 1
    return None if found.days is None else round(found.days), int(found.low), high
