"""What downloads say beside their rows: the cover, the terms, and codes in words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.completion import pages
from lms.completion.forms import MeasureForm
from lms.completion.parameters import Asked
from lms.completion.rules import EnrollmentState
from lms.completion.rules_bases import USUAL, Measure
from lms.completion.wording import SEVERITIES
from lms.completion.wording_bases import explanations, measure_in_words
from lms.reports.exports import Export
from lms.reports.queries import Words
from lms.shared.tables import NoteSheet
from lms.web.dates import clock_text
from lms.web.locale import localized

STATES = {
    EnrollmentState.DONE: _l("Completed"),
    EnrollmentState.DONE_LATE: _l("Completed late"),
    EnrollmentState.EXPIRED: _l("Expired"),
    EnrollmentState.DUE_SOON: _l("Due soon"),
    EnrollmentState.OVERDUE: _l("Overdue"),
    EnrollmentState.NOT_DUE: _l("Not due yet"),
    EnrollmentState.ON_HOLD: _l("On hold"),
    EnrollmentState.EXEMPT: _l("Exempt"),
    EnrollmentState.VOID: _l("Withdrawn"),
    EnrollmentState.NOT_APPLICABLE: _l("Not required"),
}


def words() -> Words:
    """Return the words of the reader's language, for use after the request has ended."""
    return Words(
        language=str(get_locale()),
        severities={code: str(text) for code, text in SEVERITIES.items()},
        states={code: str(text) for code, text in STATES.items()},
        yes=str(_("yes")),
        no=str(_("no")),
    )


def cover(export: Export, asked: Asked[Any], *, who: str, at: datetime, timezone: str, reason: str) -> NoteSheet:
    """Return the first sheet: what this is, as of when, for whom, who took it, when and why."""
    filters = [
        f"{chip[0]}: {chip[1]}"
        for chip in pages.chips(asked, today=asked.as_of)
        if chip[2] not in {"as_of", "known_at"}
    ]
    unit = asked.unit or asked.units.home
    lines = [
        (_("As-of date"), asked.as_of.isoformat()),
        (_("As known on"), clock_text(asked.known_at or at)),
        (_("Unit"), f"{localized(unit)} ({unit.code})"),
        (_("Filters"), ", ".join(filters) or _("none")),
        (_("Downloaded by"), who),
        (_("Downloaded at"), f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"),
        (_("Reason"), reason),
        (_("Basis"), measure_in_words(_measure(asked))),
        (_("How rates are counted"), definition(asked)),
    ]
    return NoteSheet(_("Cover"), str(export.title), [(str(label), str(text)) for label, text in lines], str(_("Rows")))


def _measure(asked: Asked[Any]) -> Measure:
    return asked.form.measure(asked.as_of) if isinstance(asked.form, MeasureForm) else USUAL


def definition(asked: Asked[Any] | None = None) -> str:
    """Return the definition of the rate in one sentence, or several on another basis."""
    if asked is not None and not (measure := _measure(asked)).is_usual:
        return " ".join(explanations(measure, asked.as_of))
    return str(
        _(
            "Rate = completed ÷ due. Due are required enrollments whose due date, moved by leave and transfers, is "
            "this day or earlier, of people at work on this day. Completed are those finished by this day."
        )
    )


def terms() -> NoteSheet:
    """Return the last sheet: what the words mean."""
    lines = [
        (_("Due"), _("Required enrollments that have fallen due by the as-of date and count on it.")),
        (_("Completed"), _("Of those due, the ones finished by the as-of date, also when late.")),
        (_("Missing"), _("Of those due, the ones not finished by the as-of date.")),
        (_("Rate"), _("Completed ÷ due, cut off after one decimal, never rounded up. Empty when nothing is due.")),
        (_("Overdue"), _("Not finished and due before the as-of date. On the due date itself there is still time.")),
        (_("Severity"), _("By the longest overdue: 1 to 7 days remind, 8 to 30 not completed, over 30 long overdue.")),
    ]
    return NoteSheet(_("Terms"), str(_("Terms")), [(str(label), str(text)) for label, text in lines])
