"""The board and the center's page in words."""

from typing import NamedTuple

from babel.support import NullTranslations
from flask_babel import get_translations
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from lms.completion.center.rules import Cell, Show
from lms.completion.rules import EnrollmentState
from lms.enrollments.rules import Change
from lms.people.duties.wording import TITLES

SHOWS = {
    Show.HOLES: _l("Only holes"),
    Show.OVERDUE: _l("Overdue"),
    Show.SOON: _l("Due within 7 days"),
}
ARRIVALS = {
    None: _l("Back from leave"),
    Change.HIRE: _l("Hired"),
    Change.REHIRE: _l("Hired again"),
    Change.TRANSFER: _l("Transferred in"),
    Change.ROLE: _l("New job role"),
}


DUTIES = TITLES


class CellWords(NamedTuple):
    """How a state looks in a cell: tone and symbol as everywhere, a word short enough, and the whole of it."""

    tone: str
    symbol: str
    short: str
    full: str


def cell_words() -> dict[EnrollmentState, CellWords]:
    """Return the words of every state that carries no number of days."""
    state = EnrollmentState
    return {
        state.DONE: CellWords("done", "check", _("Completed"), _("Completed")),
        state.DONE_LATE: CellWords("late", "check-late", _("Late"), _("Completed late")),
        state.NOT_DUE: CellWords("neutral", "circle", _("Not due yet"), _("Not due yet")),
        state.ON_HOLD: CellWords("hold", "pause", _("Hold"), _("On hold")),
        state.EXEMPT: CellWords("exempt", "shield", _("Exempt"), _("Exempt")),
        state.VOID: CellWords("void", "slash", _("Out"), _("Withdrawn")),
        state.EXPIRED: CellWords("expired", "renew", _("Expired"), _("Expired")),
        state.NOT_APPLICABLE: CellWords("void", "minus", "–", _("Not required")),
    }


class Words:
    """Words the cells of one page; each number of days once."""

    def __init__(self) -> None:
        self.plain = {state: _escaped(word) for state, word in cell_words().items()}
        # A board of latecomers has hundreds of different numbers; Flask-Babel would look for its texts at each.
        self.texts = get_translations()
        self.counted: dict[tuple[str, int], CellWords] = {}

    def of(self, cell: Cell) -> CellWords:
        """Return the words of a cell, fit to stand in a page."""
        state = cell.state
        if state is not EnrollmentState.OVERDUE and state is not EnrollmentState.DUE_SOON:
            return self.plain[state]
        key = state.value, cell.days or 0
        return self.counted.get(key) or self.counted.setdefault(key, _escaped(_counted(state, key[1], self.texts)))


def _escaped(word: CellWords) -> CellWords:
    return word._replace(short=escape(word.short), full=escape(word.full))


def _counted(state: EnrollmentState, days: int, texts: NullTranslations) -> CellWords:
    number = {"num": days}
    if state is EnrollmentState.OVERDUE:
        full = texts.ungettext("%(num)s day overdue", "%(num)s days overdue", days) % number
        return CellWords("overdue", "alert", f"D+{days}", full)
    full = texts.ungettext("Due in %(num)s day", "Due in %(num)s days", days) % number if days else _("Due today")
    return CellWords("soon", "clock", f"D-{days}" if days else "D-day", full)
