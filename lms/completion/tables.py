"""The tables of the command line: plain English headings that scripts may rely on."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from rich.cells import cell_len

from lms.audit.rules import Actor
from lms.completion.rules import DEFAULT_TARGET, Dimension, RateFilter, RateLine, ShortfallFilter, ShortfallLine
from lms.completion.rules_interval import interval_of
from lms.shared.tables import Column, Kind, NoteSheet, write_csv, write_xlsx

Rows = Iterable[Sequence[Any]]
COUNTS = tuple(Column(name, Kind.NUMBER) for name in ("due", "done", "on_time", "missing"))
RATE = Column("rate", Kind.RATE)
SHORTFALL_COLUMNS = (
    *(Column(name) for name in ("staff_no", "name", "center_code", "center_name", "area_code", "region_code")),
    Column("role_code"),
    *COUNTS,
    RATE,
    Column("overdue", Kind.NUMBER),
    Column("oldest_due_on", Kind.DATE),
    Column("days_overdue", Kind.NUMBER),
    Column("severity"),
    Column("missing_courses"),
)
DEFINITION = (
    "Required enrollments that have fallen due and were assigned by the day, not voided, of people employed, at an "
    "open center and not on leave that day; of several cycles of a course, the latest that has fallen due. "
    "rate = done / due, floored to 0.1 %."
)


INTERVAL = (Column("rate_low", Kind.RATE), Column("rate_high", Kind.RATE))


def rate_columns(by: Dimension, *, interval: bool = False) -> tuple[Column, ...]:
    """Return the columns of rates by a dimension, if told with the interval around each."""
    people = (Column("people_judged", Kind.NUMBER), Column("people_short", Kind.NUMBER))
    return (
        Column(f"{by.lower()}_code"),
        Column("name_ko"),
        Column("name_en"),
        *COUNTS,
        RATE,
        *people,
        *(INTERVAL * interval),
    )


def rate_row(line: RateLine) -> tuple[Any, ...]:
    """Return a rate in the order of `rate_columns`."""
    tally = line.tally
    return (
        line.code, line.name_ko, line.name_en, *tally, tally.missing, tally.percent_text,
        line.people_judged, line.people_short,
    )  # fmt: skip


def rate_row_with_interval(line: RateLine) -> tuple[Any, ...]:
    """Return a rate in the order of `rate_columns` with the interval."""
    found = interval_of(line.tally, line.people_judged)
    return (*rate_row(line), *(f"{end:.1f}" if found else None for end in (found.percents if found else (0, 0))))


def shortfall_row(line: ShortfallLine) -> tuple[Any, ...]:
    """Return a person who falls short in the order of `SHORTFALL_COLUMNS`."""
    tally = line.tally
    return (
        line.staff_no, line.name, line.center_code, line.center_name_ko, line.area_code, line.region_code,
        line.role_code, *tally, tally.missing, tally.percent_text, line.overdue, line.oldest_due_on,
        line.days_overdue or None, line.severity, ";".join(course.course_code for course in line.missing_courses),
    )  # fmt: skip


def as_csv(rows: Rows, columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield CSV in UTF-8 without a mark, with Unix line ends (ruling 22)."""
    return (chunk.replace(b"\r\n", b"\n") for chunk in write_csv(rows, columns))


def as_json(rows: Rows, columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield a JSON list of objects, one a line; a rate is a number, nothing due is null."""
    yield b"["
    for number, row in enumerate(rows):
        cells = {column.heading: _plain(column, cell) for column, cell in zip(columns, row, strict=True)}
        yield (b",\n " if number else b"\n ") + json.dumps(cells, ensure_ascii=False).encode()
    yield b"\n]\n"


def _plain(column: Column, cell: Any) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    return float(cell) if column.kind is Kind.RATE and cell is not None else cell


def as_table(rows: Rows, columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield a table for the eye: texts to the left, numbers to the right, Hangul two columns wide."""
    texts = [[column.heading for column in columns]]
    texts += [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*texts, strict=True)]
    for row in texts:
        padded = map(_padded, row, widths, columns)
        yield ("  ".join(padded).rstrip() + "\n").encode()


def _padded(text: str, width: int, column: Column) -> str:
    blank = " " * (width - cell_len(text))
    return text + blank if column.kind in {Kind.TEXT, Kind.DATE} else blank + text


SHAPES = {"csv": as_csv, "json": as_json, "table": as_table}


def write_workbook(output: BinaryIO, rows: Rows, *, described: Mapping[str, object], actor: Actor) -> None:
    """Write the shortfall list as a workbook whose cover says what it is and who asked."""
    lines = [(name.replace("_", " "), str(value)) for name, value in described.items()]
    lines += [("asked by", actor.label), ("at", f"{actor.at:%Y-%m-%d %H:%M} UTC"), ("reason", actor.origin)]
    lines += [("definition", DEFINITION)]
    cover = NoteSheet("Cover", "Shortfall list", lines, count_label="people")
    write_xlsx(output, rows, SHORTFALL_COLUMNS, sheet="Shortfalls", cover=cover)


def described(as_of: date, where: RateFilter, known_at: datetime | None = None) -> dict[str, object]:
    """Return what was asked for, for the audit trail and the cover: only the filters in force."""
    filters = {name: value for name, value in asdict(where).items() if value not in (None, ())}
    if isinstance(where, ShortfallFilter) and where.below is None:
        filters["short"] = f"below {DEFAULT_TARGET} % or something overdue"
    known = {"known_at": known_at.astimezone(UTC).isoformat()} if known_at else {}
    return {"as_of": as_of.isoformat(), **known, **filters}
