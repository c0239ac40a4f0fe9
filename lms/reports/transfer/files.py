"""What the files of what training adds up to hold: headings, rows, and the cover that says what they are."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from lms.field_checks.transfer import wording
from lms.field_checks.transfer.pages_rows import Found, Line, TopicLine
from lms.field_checks.transfer.parameters import Read
from lms.field_checks.transfer.queries import Asked
from lms.field_checks.transfer.queries_people import Trained, iter_trained
from lms.field_checks.transfer.rules import By, Show, Step
from lms.field_checks.transfer.tables import STEP_COLUMNS, TOPIC_COLUMNS, iter_rows
from lms.observations.practice import wording as topic_words
from lms.observations.practice.rules import By as Topic
from lms.observations.standards.wording import DIMENSIONS, STAGES
from lms.reports.files import TableFile
from lms.reports.queries import Row, Words
from lms.reports.wording import words
from lms.shared.tables import Column, Kind, NoteSheet
from lms.web.locale import localized

Rows = Callable[[Session, Words], Iterator[Row]]
NAMED = (_l("Code"), _l("Name"))
STEP_HEADINGS = (
    _l("People"),
    _l("Due"),
    _l("Completed"),
    _l("Completed (%)"),
    _l("Completed, from (%)"),
    _l("Completed, to (%)"),
    _l("To be checked"),
    _l("Checked"),
    _l("Checked (%)"),
    _l("Checked, from (%)"),
    _l("Checked, to (%)"),
    _l("Passed"),
    _l("Passed (%)"),
    _l("Passed, from (%)"),
    _l("Passed, to (%)"),
    _l("To be re-checked"),
    _l("Re-checked"),
    _l("Still passing"),
    _l("Still passing (%)"),
    _l("Still passing, from (%)"),
    _l("Still passing, to (%)"),
)
TOPIC_HEADINGS = (
    _l("Answers"),
    _l("Met"),
    _l("Met (%)"),
    _l("Met, from (%)"),
    _l("Met, to (%)"),
    _l("Asked again"),
    _l("Met again"),
    _l("Met again (%)"),
    _l("Met again, from (%)"),
    _l("Met again, to (%)"),
    _l("Lost"),
    _l("Gained"),
    _l("Never met"),
    _l("Critical answers"),
    _l("Half-life (days)"),
    _l("Half-life, from (days)"),
    _l("Half-life, to (days)"),
)
PEOPLE_HEADINGS = (
    (_l("Staff number"), Kind.TEXT),
    (_l("Name"), Kind.TEXT),
    (_l("Center"), Kind.TEXT),
    (_l("Job role"), Kind.TEXT),
    (_l("Course"), Kind.TEXT),
    (_l("Due on"), Kind.DATE),
    (_l("Completed on"), Kind.DATE),
    (_l("Checked on"), Kind.DATE),
)


def rows_of(read: Read) -> By | Topic:
    """Return what the rows of the part that is shown stand for."""
    form = read.form
    if form.part is Show.LASTS:
        return form.topics
    return form.rows if form.part is Show.WHERE else By.MONTH


def figures_file(read: Read, found: Found, cover: NoteSheet) -> TableFile:
    """Return the file of the rows of the part that is shown, on whichever of its pages they stand."""
    by = rows_of(read)
    headings, columns = (STEP_HEADINGS, STEP_COLUMNS) if isinstance(by, By) else (TOPIC_HEADINGS, TOPIC_COLUMNS)
    told = [Column(str(name)) for name in NAMED]
    told += [Column(str(name), one.kind) for name, one in zip(headings, columns, strict=True)]
    names = {str(key): str(text) for key, text in (*DIMENSIONS.items(), *STAGES.items())}

    def rows(session: Session, worded: Words) -> Iterator[Row]:
        for line, figures in iter_rows(session, found, by):
            yield (wording.code_of(line), _name(line, worded, names), *figures)

    return _file(tuple(told), rows, cover)


def _name(line: Line | TopicLine, worded: Words, names: Mapping[str, str]) -> str:
    if isinstance(line, Line):
        return worded.label(line.label)
    named = line.row.named
    return worded.of(named.name_ko, named.name_en) if named else names[line.row.key]


def people_file(asked: Asked, step: Step, *, took: bool, cover: NoteSheet) -> TableFile:
    """Return the file of the people behind a step."""
    columns = tuple(Column(str(name), kind) for name, kind in PEOPLE_HEADINGS)

    def rows(session: Session, worded: Words) -> Iterator[Row]:
        return (_person(one, worded) for one in iter_trained(session, asked, step=step, took=took))

    return _file(columns, rows, cover)


def _person(one: Trained, worded: Words) -> Row:
    return (
        one.staff_no, one.name, worded.of(one.center_name_ko, one.center_name_en),
        worded.of(one.role_title_ko, one.role_title_en), worded.of(one.course_title_ko, one.course_title_en),
        one.due_on, one.completed_on, one.observed_on,
    )  # fmt: skip


def _file(columns: tuple[Column, ...], rows: Rows, cover: NoteSheet) -> TableFile:
    terms = NoteSheet(str(_("Terms")), str(_("Terms")), [(str(label), str(text)) for label, text in _terms()])
    return TableFile(columns, rows, words(), str(_("Data")), cover, terms)


def title_of(read: Read) -> str:
    """Return the title of the rows of the part that is shown."""
    by = rows_of(read)
    names: dict[Any, Any] = {**wording.ROWS, **topic_words.ROWS}
    return f"{_('Does what was learned last?')} · {names[by]}"


def cover(read: Read, title: str, *, who: str, at: datetime, timezone: str, reason: str) -> NoteSheet:
    """Return the first sheet: what this is, as of when, of whom, who took it, when and why, and what it counts."""
    form, unit = read.form, read.unit or read.units.home
    months = form.narrowed["months"]
    period = read.asked.period if read.asked else None
    filters = [
        f"{form[name].label.text}: {localized(labels[form[name].data])}"
        for name, labels in (("role", read.roles), ("course", read.courses))
        if form[name].data
    ]
    lines = [
        (_("As-of date"), read.as_of.isoformat()),
        (_("Due in the last"), ngettext("%(num)s month", "%(num)s months", months)),
        (_("Period"), f"{period.first} – {period.last}" if period else ""),
        (_("Unit"), f"{localized(unit)} ({unit.code})"),
        (_("Filters"), ", ".join(filters) or _("none")),
        (_("Downloaded by"), who),
        (_("Downloaded at"), f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"),
        (_("Reason"), reason),
        (_("How this is counted"), " ".join(str(one) for one in wording.DEFINITION)),
    ]
    return NoteSheet(str(_("Cover")), title, [(str(label), str(text)) for label, text in lines], str(_("Rows")))


def _terms() -> list[tuple[Any, Any]]:
    return [
        (_("from, to"), wording.ABOUT_INTERVALS),
        (_("Lost"), _("Met in the first check, and not met in the re-check.")),
        (_("Gained"), _("Not met in the first check, and met in the re-check.")),
        (_("Half-life"), wording.ABOUT_HALF_LIVES),
    ]
