"""Which lists can be downloaded: who they name, what their columns are, where their rows come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.completion.explain.queries import iter_roster
from lms.completion.explain.wording import REASONS
from lms.completion.forms import BreakdownForm, CourseForm, MeasureForm, RateForm, RosterForm, ShortfallForm
from lms.completion.pages_rates import read_rates
from lms.completion.parameters import Asked
from lms.completion.queries_enrollments import Pick
from lms.completion.rules import Dimension
from lms.reports import queries
from lms.reports.exports_bases import HEADINGS, dimension_of, find_measured_subjects, measured_rows
from lms.reports.queries import Row, Subjects, Words
from lms.shared.tables import Kind

# Beyond this many the access record keeps the number and what finds them again.
MOST_IDS = 1000
Heading = tuple[Any, Kind]
Rows = Callable[[Session, Words], Iterator[Row]]
PERSON_HEADINGS: tuple[Heading, ...] = (
    (_l("Staff number"), Kind.TEXT),
    (_l("Name"), Kind.TEXT),
    (_l("Region"), Kind.TEXT),
    (_l("Area"), Kind.TEXT),
    (_l("Center code"), Kind.TEXT),
    (_l("Center"), Kind.TEXT),
    (_l("Job role"), Kind.TEXT),
)
TALLY_HEADINGS: tuple[Heading, ...] = (
    (_l("Due"), Kind.NUMBER),
    (_l("Completed"), Kind.NUMBER),
    (_l("Missing"), Kind.NUMBER),
    (_l("Rate (%)"), Kind.RATE),
)
ENROLLMENT_HEADINGS: tuple[Heading, ...] = (
    *PERSON_HEADINGS,
    (_l("Course code"), Kind.TEXT),
    (_l("Course"), Kind.TEXT),
    (_l("Cycle"), Kind.NUMBER),
    (_l("Required"), Kind.TEXT),
    (_l("Assigned on"), Kind.DATE),
    (_l("Due on"), Kind.DATE),
    (_l("Completed on"), Kind.DATE),
    (_l("State"), Kind.TEXT),
    (_l("Days overdue"), Kind.NUMBER),
    (_l("In the rate"), Kind.TEXT),
)


@dataclass(frozen=True, slots=True)
class Export:
    """A list that can be downloaded. `file_stem` names the file in the reader's language, `kind` in plain ASCII.

    `names_people` tells whether it names people at all; `find_subjects` whom, for the access record,
    with their ids when there are no more than told.
    """

    kind: str
    title: Any
    file_stem: Any
    form: type[RateForm]
    headings: tuple[Heading, ...]
    find_subjects: Callable[[Session, Asked[Any], int], Subjects]
    rows: Callable[[Asked[Any]], Rows]
    names_people: bool = True
    # How many rows there will be, where that may be more than a sheet holds.
    count: Callable[[Session, Asked[Any]], int] | None = None


def _shortfall_subjects(session: Session, asked: Asked[Any], most: int) -> Subjects:
    return queries.find_shortfall_subjects(session, scope=asked.scope, as_of=asked.as_of, where=asked.where, most=most)


def _shortfall_rows(asked: Asked[Any]) -> Rows:
    sort, descending = asked.form.order
    scope, as_of, where = asked.scope, asked.as_of, asked.where
    return lambda session, words: queries.iter_shortfall_rows(
        session, scope=scope, as_of=as_of, where=where, sort=sort, descending=descending, words=words
    )


def _rate_subjects(session: Session, asked: Asked[Any], most: int) -> Subjects:
    if dimension_of(asked) is not Dimension.PERSON:
        return Subjects(0, ())
    return queries.find_enrollment_subjects(
        session, scope=asked.scope, as_of=asked.as_of, where=asked.where, pick=Pick.ALL, most=most
    )


def _rate_rows(asked: Asked[Any]) -> Rows:
    unit = asked.unit or asked.units.home
    scope, as_of, by, where = asked.scope, asked.as_of, dimension_of(asked), asked.form.filter(unit.id)
    if by is Dimension.PERSON:
        return lambda session, words: queries.iter_person_rate_rows(
            session, scope=scope, as_of=as_of, where=where, words=words
        )

    def read(session: Session, words: Words) -> Iterator[Row]:
        reading = read_rates(session, asked, unit, by, as_of)
        return queries.rate_rows(reading.lines, reading.hidden, words)

    return read


def _roster_subjects(session: Session, asked: Asked[Any], most: int) -> Subjects:
    unit = asked.unit or asked.units.home
    found = iter_roster(session, scope=asked.scope, as_of=asked.as_of, where=asked.form.filter(unit.id))
    ids = [line.person_id for line in found]
    return Subjects(len(ids), tuple(ids) if len(ids) <= most else ())


def _roster_rows(asked: Asked[Any]) -> Rows:
    unit = asked.unit or asked.units.home
    scope, as_of, where = asked.scope, asked.as_of, asked.form.filter(unit.id)
    reasons = {why: str(text) for why, text in REASONS.items()}
    return lambda session, words: queries.roster_rows(
        iter_roster(session, scope=scope, as_of=as_of, where=where), reasons, words
    )


def _enrollment_subjects(pick: Pick | None) -> Callable[[Session, Asked[Any], int], Subjects]:
    def find(session: Session, asked: Asked[Any], most: int) -> Subjects:
        chosen = pick or asked.form.pick
        return queries.find_enrollment_subjects(
            session, scope=asked.scope, as_of=asked.as_of, where=asked.where, pick=chosen, most=most
        )

    return find


def _enrollment_rows(pick: Pick | None) -> Callable[[Asked[Any]], Rows]:
    def prepare(asked: Asked[Any]) -> Rows:
        scope, as_of, where, chosen = asked.scope, asked.as_of, asked.where, pick or asked.form.pick
        return lambda session, words: queries.iter_enrollment_rows(
            session, scope=scope, as_of=as_of, where=where, pick=chosen, words=words
        )

    return prepare


def _enrollment_count(pick: Pick | None) -> Callable[[Session, Asked[Any]], int]:
    def count(session: Session, asked: Asked[Any]) -> int:
        chosen = pick or asked.form.pick
        return queries.count_enrollment_rows(
            session, scope=asked.scope, as_of=asked.as_of, where=asked.where, pick=chosen
        )

    return count


def _enrollments(kind: str, title: Any, file_stem: Any, pick: Pick | None) -> Export:
    return Export(
        kind, title, file_stem, CourseForm, ENROLLMENT_HEADINGS, _enrollment_subjects(pick), _enrollment_rows(pick),
        count=_enrollment_count(pick),
    )  # fmt: skip


EXPORTS = {
    export.kind: export
    for export in (
        Export(
            "shortfalls",
            _l("Shortfall list"),
            _l("shortfalls"),
            ShortfallForm,
            (
                *PERSON_HEADINGS,
                *TALLY_HEADINGS,
                (_l("Overdue"), Kind.NUMBER),
                (_l("Longest overdue since"), Kind.DATE),
                (_l("Days overdue"), Kind.NUMBER),
                (_l("Severity"), Kind.TEXT),
                (_l("What is missing"), Kind.TEXT),
            ),
            _shortfall_subjects,
            _shortfall_rows,
        ),
        Export(
            "rates",
            _l("Completion rates"),
            _l("rates"),
            BreakdownForm,
            (
                (_l("Code"), Kind.TEXT),
                (_l("Name"), Kind.TEXT),
                *TALLY_HEADINGS,
                (_l("Completed in time"), Kind.NUMBER),
                (_l("In time (%)"), Kind.RATE),
                (_l("People"), Kind.NUMBER),
                (_l("People below 80 %"), Kind.NUMBER),
            ),
            _rate_subjects,
            _rate_rows,
            names_people=False,
        ),
        Export(
            "measured-rates",
            _l("Completion rates"),
            _l("rates"),
            MeasureForm,
            HEADINGS,
            find_measured_subjects,
            measured_rows,
            names_people=False,
        ),
        Export(
            "roster",
            _l("Who is counted"),
            _l("roster"),
            RosterForm,
            (*PERSON_HEADINGS, (_l("In the rate"), Kind.TEXT), (_l("Reason"), Kind.TEXT), (_l("Day"), Kind.DATE)),
            _roster_subjects,
            _roster_rows,
        ),
        _enrollments("enrollments", _l("All enrollments"), _l("enrollments"), Pick.ALL),
        _enrollments("open-enrollments", _l("Open enrollments"), _l("open enrollments"), Pick.OPEN),
        _enrollments("course", _l("People on a course"), _l("course"), None),
    )
}


def as_asked(asked: Asked[Any], rows: Rows) -> Rows:
    """Return rows that are read as known then, where the address asks for it."""

    def read(session: Session, words: Words) -> Iterator[Row]:
        with asked.reading(session) as past:
            yield from rows(past, words)

    return read


def file_name(stem: str, as_of: date, place: str, suffix: str) -> str:
    """Return a name such as 미달명단_20190630_R2.xlsx; what no file system takes becomes a hyphen."""
    parts = (stem.replace(" ", "-"), f"{as_of:%Y%m%d}", place)
    safe = ("".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in part) for part in parts if part)
    return f"{'_'.join(safe)}.{suffix}"
