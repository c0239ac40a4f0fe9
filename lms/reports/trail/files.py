"""The access record as a file."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.reports.files import TableFile
from lms.reports.trail.pages import Chip
from lms.reports.trail.parameters import Search
from lms.reports.trail.queries import iter_trail_rows
from lms.reports.trail.wording import trail_words
from lms.reports.wording import words
from lms.shared.tables import Column, Kind, NoteSheet

HEADINGS = (
    (_l("When"), Kind.TEXT),
    (_l("Who"), Kind.TEXT),
    (_l("From where"), Kind.TEXT),
    (_l("Action"), Kind.TEXT),
    (_l("Object"), Kind.TEXT),
    (_l("Object id"), Kind.TEXT),
    (_l("People"), Kind.NUMBER),
    (_l("Whose data"), Kind.TEXT),
    (_l("Reason"), Kind.TEXT),
    (_l("Conditions"), Kind.TEXT),
)


def trail_file(
    asked: Search, chips: list[Chip], *, who: str, at: datetime, timezone: str, reason: str
) -> TableFile:  # fmt: skip
    """Return the file of a search: its rows are read as they are sent."""
    worded = trail_words(timezone)
    lines = [
        (_("Period"), f"{asked.first} – {asked.last} ({timezone})"),
        (_("Filters"), ", ".join(f"{label}: {text}" for label, text, _name in chips) or _("none")),
        (_("Downloaded by"), who),
        (_("Downloaded at"), f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"),
        (_("Reason"), reason),
    ]
    terms = [
        (_("Whose data"), _("Staff numbers of whom a line lists. Sets above 1,000 people keep their conditions.")),
        (_("Conditions"), _("What finds a set again: filters and as-of date.")),
    ]
    return TableFile(
        columns=tuple(Column(str(heading), kind) for heading, kind in HEADINGS),
        rows=lambda session, _words: iter(iter_trail_rows(session, where=asked.where, words=worded)),
        words=words(),
        sheet=str(_("Data")),
        cover=NoteSheet(
            str(_("Cover")), str(_("Access record")), [(str(label), str(text)) for label, text in lines], str(_("Rows"))
        ),
        terms=NoteSheet(
            str(_("Terms")), str(_("Terms")), [(str(label), str(text)) for label, text in terms]
        ),
    )  # fmt: skip
