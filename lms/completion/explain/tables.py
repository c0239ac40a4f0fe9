"""What the command line says of a roster and of one person: plain English headings that scripts may rely on."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from lms.completion.explain.queries import RosterLine
from lms.completion.explain.rules import GONE, Roster, Why
from lms.completion.rules import PersonLine
from lms.shared.tables import Column, Kind

DATES = ("assigned_on", "nominal_due_on", "due_on", "completed_on", "voided_on")
PERSON_COLUMNS = (
    Column("course_code"),
    Column("cycle", Kind.NUMBER),
    Column("required"),
    *(Column(name, Kind.DATE) for name in DATES),
    *(Column(name) for name in ("state", "counted", "why_not")),
)
SUM_COLUMNS = (Column("reason"), Column("people", Kind.NUMBER), Column("in_head_count"))
ROSTER_COLUMNS = (
    *(Column(name) for name in ("staff_no", "name", "center_code", "role_code", "reason")),
    Column("on", Kind.DATE),
)


def person_row(line: PersonLine) -> tuple[Any, ...]:
    """Return an enrollment in the order of `PERSON_COLUMNS`."""
    dates = (getattr(line, name) for name in DATES)
    return (
        line.course_code, line.cycle, _said(line.required), *dates, str(line.state), _said(line.counted), line.why_not,
    )  # fmt: skip


def person_head(staff_no: str, name: str, why: Why | None, lines: Sequence[PersonLine], day: date) -> str:
    """Return one line above the courses: who, whether they are in the rate, and their rate."""
    counted = [line for line in lines if line.counted]
    done = sum(line.done for line in counted)
    return f"{staff_no} {name}, as of {day}: {why or 'NOT_EMPLOYED'}, {done} of {len(counted)} due are completed"


def sum_rows(roster: Roster) -> Iterator[tuple[Any, ...]]:
    """Yield the reasons that someone stands under, in the order of `SUM_COLUMNS`, and the head-count."""
    for why in Why:
        if number := roster.people.get(why, 0):
            yield str(why), number, _said(why not in GONE)
    yield "HEAD_COUNT", roster.head_count, "yes"


def unit_head(code: str, roster: Roster, day: date) -> str:
    """Return one line above the reasons: the unit and its sum."""
    return f"{code}, as of {day}: {roster.included} in the rate + {roster.left_out} left out = {roster.head_count}"


def roster_row(line: RosterLine) -> tuple[Any, ...]:
    """Return someone on the roster in the order of `ROSTER_COLUMNS`."""
    return line.staff_no, line.name, line.place.center.code, line.role.code, str(line.why), line.on


def _said(flag: bool) -> str:
    return "yes" if flag else "no"
