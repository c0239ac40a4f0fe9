"""The codes of the month close in words."""

from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from lms.completion.months.rules import MonthState, Question, Refused
from lms.shared.errors import DomainError

# Word, tone and symbol.
STATES: dict[MonthState, tuple[Any, str, str]] = {
    MonthState.RUNNING: (_l("Running"), "neutral", "clock"),
    MonthState.BEFORE: (_l("Before the first close"), "neutral", "circle"),
    MonthState.TO_CLOSE: (_l("To be closed"), "soon", "circle"),
    MonthState.LATE: (_l("Not closed"), "overdue", "alert"),
    MonthState.CLOSED: (_l("Frozen"), "done", "lock"),
    MonthState.CORRECTED: (_l("Corrected"), "late", "renew"),
}
# What stands open, what it means for the figures, and the page where it is settled.
QUESTIONS: dict[Question, tuple[Any, Any, str]] = {
    Question.IMPORTS: (
        _l("Files waiting to be taken in"),
        _l("What they bring comes too late for this close."),
        "imports.list_runs",
    ),
    Question.EXEMPTIONS: (
        _l("Exemptions waiting for a decision"),
        _l("An exemption granted later takes enrollments out of the rate."),
        "exceptions.inbox",
    ),
    Question.EXTENSIONS: (
        _l("Extensions waiting for a decision"),
        _l("An extension granted later moves due dates."),
        "exceptions.inbox",
    ),
    Question.CREDITS: (
        _l("Credits waiting for a decision"),
        _l("Credit given later completes an enrollment."),
        "exceptions.inbox",
    ),
    Question.NO_RULE: (
        _l("People whom no rule covers"),
        _l("They are in no rate, though they may owe training."),
        "why.uncovered",
    ),
    Question.LATE_RECORDINGS: (
        _l("Completions recorded after the month's end"),
        _l("They are in the figures. Many of them mean that attendance sheets come late."),
        "",
    ),
    Question.VACANCIES: (
        _l("Duties vacant at the month's end"),
        _l("Where nobody coordinates, nobody records."),
        "duties.vacancies",
    ),
}
REFUSALS: dict[Refused, Any] = {
    Refused.MONTH_NOT_OVER: _l("This month is not over yet. It can be closed from the first day of the next one."),
    Refused.ALREADY_CLOSED: _l("This month is closed already. What came to be known since becomes a correction."),
    Refused.IMPORT_APPLYING: _l("A file is being taken in right now. Close the month when it is done."),
    Refused.NOT_CLOSED: _l("This month is not closed yet."),
    Refused.CORRECTED_SINCE: _l("Someone has corrected this month in the meantime. Look at it again."),
    Refused.NOTHING_NEW: _l("Nothing has changed since the last snapshot: there is nothing to correct."),
    Refused.NO_REASON: _l("Say why the figures change."),
    Refused.DAY_TAKEN: _l("This day is a company day off already."),
}


def words(error: DomainError) -> str:
    """Return why a month is not closed or corrected."""
    return str(REFUSALS[Refused(error.code)]) if error.code in list(Refused) else error.code


def plain_words(error: DomainError) -> str:
    """Return the same in English, for commands."""
    with force_locale("en"):
        return words(error)
