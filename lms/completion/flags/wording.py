"""Flags in words."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.completion.flags.queries import CriticalName
from lms.completion.flags.rules import CriticalCourse, Evaluation, FlagState
from lms.completion.wording import percent
from lms.shared.errors import DomainError
from lms.web.locale import localized


class StateWords(NamedTuple):
    """A state as a badge: icon, word and color together."""

    text: object
    tone: str
    symbol: str


STATES = {
    FlagState.NONE: StateWords(_l("No flag"), "neutral", "minus"),
    FlagState.WATCH: StateWords(_l("Watch"), "soon", "circle"),
    FlagState.SHORTFALL: StateWords(_l("Shortfall"), "overdue", "alert"),
    FlagState.ESCALATED: StateWords(_l("Long shortfall"), "critical", "alert-strong"),
    FlagState.CLEARED: StateWords(_l("Cleared"), "done", "check"),
}


def bound_text(ppm: int) -> str:
    """Return an upper bound as shown, rounded up so that it never promises more than it holds."""
    tenths = (Decimal(ppm) / 1000).to_integral_value(ROUND_CEILING)
    return f"{tenths // 10}.{tenths % 10}%"


def reason(one: Evaluation) -> str:
    """Tell in a sentence why a center stands as it does after a cut."""
    flag, seen = one.flag, one.flag.seen
    values = {"rate": percent(seen.tally), "bound": bound_text(seen.bound_ppm), "target": seen.target}
    if flag.is_held:
        return str(_("Held: the state stays as it is."))
    if flag.is_raised and one.is_change and flag.state is FlagState.ESCALATED:
        return str(_("The shortfall has lasted for eight weeks."))
    if seen.alarming:
        return str(_("Too few have completed a critical course."))
    if seen.is_surely_below:
        return str(_("Even the upper bound of %(bound)s lies below the target of %(target)s%%.", **values))
    if flag.is_raised and seen.is_below:
        return str(
            _(
                "The rate of %(rate)s lies below the target of %(target)s%%: the flag stays until two weeks reach it.",
                **values,
            )
        )
    if flag.is_raised:
        return str(
            _("The rate of %(rate)s reaches the target of %(target)s%%: a second week clears the flag.", **values)
        )
    if seen.is_below:
        return str(_("The rate of %(rate)s lies below the target of %(target)s%%, but not surely.", **values))
    return str(_("The rate of %(rate)s reaches the target of %(target)s%%.", **values))


def critical_text(course: CriticalCourse, names: Mapping[int, CriticalName]) -> str:
    """Name a critical course with how many of its people are done."""
    title = localized(names[course.course_id], "title")
    return str(_("%(course)s: %(done)s of %(due)s people", course=title, done=course.done, due=course.due))


def refusal(error: DomainError) -> str:
    """Word why a hold is refused."""
    texts = {
        "interval": _("The last day of the hold must not lie before today."),
        "too_long": _("A hold lasts 13 weeks at most. Choose an earlier day."),
    }
    return str(texts[error.code])
