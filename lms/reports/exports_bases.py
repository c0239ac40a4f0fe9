"""The file of rates on a basis that is not the usual one: every row names what it counts."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.forms import MeasureForm
from lms.completion.pages import BELOW
from lms.completion.pages_bases import read_measured
from lms.completion.parameters import Asked
from lms.completion.queries_bases import MeasuredLine, list_measured
from lms.completion.rules import Dimension
from lms.completion.rules_bases import WEIGHT_UNITS, Basis, Measure
from lms.completion.wording_bases import ATTRIBUTIONS, BASES
from lms.people.models import Person
from lms.reports.queries import Row, Subjects, Words
from lms.shared.tables import Kind

HEADINGS = (
    (_l("Code"), Kind.TEXT),
    (_l("Name"), Kind.TEXT),
    (_l("Basis"), Kind.TEXT),
    (_l("Counted at"), Kind.TEXT),
    (_l("Due from"), Kind.DATE),
    (_l("Due to"), Kind.DATE),
    (_l("Part"), Kind.NUMBER),
    (_l("Whole"), Kind.NUMBER),
    (_l("Rate (%)"), Kind.RATE),
    (_l("People"), Kind.NUMBER),
    (_l("People with all completed"), Kind.NUMBER),
)


def dimension_of(asked: Asked[Any]) -> Dimension:
    """Return by what the address breaks down."""
    by = asked.form.by.data
    return Dimension(by.upper()) if by else BELOW[(asked.unit or asked.units.home).kind]


def find_measured_subjects(session: Session, asked: Asked[MeasureForm], most: int) -> Subjects:
    """Return whom the file names; ids when there are at most `most`."""
    if dimension_of(asked) is not Dimension.PERSON:
        return Subjects(0, ())
    unit = asked.unit or asked.units.home
    lines = list_measured(
        session, scope=asked.scope, as_of=asked.as_of, by=Dimension.PERSON, measure=asked.form.measure(asked.as_of),
        where=asked.form.filter(unit.id),
    )  # fmt: skip
    if len(lines) > most:
        return Subjects(len(lines), ())
    named = select(Person.id).where(Person.staff_no.in_([line.code for line in lines])).order_by(Person.id)
    return Subjects(len(lines), tuple(session.scalars(named)))


def measured_rows(asked: Asked[MeasureForm]) -> Any:
    """Return what reads the rows of the page, by code."""
    measure, by = asked.form.measure(asked.as_of), dimension_of(asked)
    basis, place = str(BASES[measure.basis]), str(ATTRIBUTIONS[measure.attribution])

    def read(session: Session, words: Words) -> Iterator[Row]:
        reading = read_measured(session, asked, asked.unit or asked.units.home, by, asked.as_of)
        for line in reading.lines:
            row = _row(line, measure, words, basis, place)
            yield row[:6] + (None,) * len(row[6:]) if line.code in reading.hidden else row

    return read


def _row(line: MeasuredLine, measure: Measure, words: Words, basis: str, place: str) -> Row:
    share, sums, period = line.share, line.sums, measure.period
    scale = WEIGHT_UNITS if measure.basis is Basis.WEIGHTED else 1
    part, whole = (number / scale if scale > 1 else number for number in (share.done, share.due))
    return (
        line.code, words.of(line.name_ko, line.name_en), basis, place,
        period.first if period else None, period.last if period else None,
        part, whole, share.percent_text, sums.people, sums.people_done,
    )  # fmt: skip
