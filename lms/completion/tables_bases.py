"""The command line's table of rates on a basis that is not the usual one: every row says what it counts."""

from typing import Any

from lms.completion.queries_bases import MeasuredLine
from lms.completion.rules import Dimension
from lms.completion.rules_bases import WEIGHT_UNITS, Basis, Measure, word_of
from lms.completion.rules_interval import interval_of
from lms.completion.tables import INTERVAL, RATE
from lms.shared.tables import Column, Kind

NUMBERS = ("done", "on_time", "missing", "people_judged", "people_done", "n_eff")


def measured_columns(by: Dimension, measure: Measure, *, interval: bool = False) -> tuple[Column, ...]:
    """Return the columns: the counts behind the rate, then the basis with its part, whole and rate."""
    counts = ("assigned" if measure.basis is Basis.ASSIGNED else "due", *NUMBERS)
    return (
        *(Column(name) for name in (f"{by.lower()}_code", "name_ko", "name_en")),
        *(Column(name, Kind.NUMBER) for name in counts),
        *(Column(name) for name in ("basis", "attribution")),
        Column("from", Kind.DATE),
        Column("to", Kind.DATE),
        *(Column(name, Kind.NUMBER) for name in ("part", "whole")),
        RATE,
        *(INTERVAL * interval),
    )


def measured_row(line: MeasuredLine, measure: Measure, *, interval: bool = False) -> tuple[Any, ...]:
    """Return a rate in the order of `measured_columns`; weights as they stand in the catalog, not in hundredths."""
    sums, share, period = line.sums, line.share, measure.period
    scale = WEIGHT_UNITS if measure.basis is Basis.WEIGHTED else 1
    found = interval_of(share, sums.trials(measure.basis)) if interval else None
    return (
        line.code, line.name_ko, line.name_en,
        sums.due, sums.done, sums.on_time, sums.due - sums.done, sums.people, sums.people_done, sums.n_eff(),
        word_of(measure.basis), word_of(measure.attribution),
        period.first if period else None, period.last if period else None,
        *(_in_units(number, scale) for number in (share.done, share.due)), share.percent_text,
        *((f"{end:.1f}" for end in found.percents) if found else (None, None) * interval),
    )  # fmt: skip


def _in_units(number: int, scale: int) -> int | float:
    return number if scale == 1 else number / scale
