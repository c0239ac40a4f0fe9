"""Signals of doubt in words: what each asks, and the figures that it rests on."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.learning.progress.rules import EvidenceLevel
from lms.learning.signals.rules import Reason, Signal
from lms.shared.errors import DomainError

SIGNALS = {
    Signal.TOO_FAST: _l("Faster than can be learned"),
    Signal.NO_EVENTS: _l("No trace of looking"),
    Signal.SHARED_DEVICE: _l("Several people on one device"),
    Signal.SAME_WRONG: _l("Same wrong answers"),
    Signal.MIDNIGHT: _l("Rushed before midnight"),
    Signal.IMPOSSIBLE: _l("Impossible times"),
    Signal.REPLAYED: _l("Repeats another history"),
    Signal.BEFORE_ASSIGNED: _l("Completed before assigned"),
    Signal.SCORE_ALONE: _l("Score without a test"),
}
# Icon, tone and word of how a completion is known.
LEVELS = {
    EvidenceLevel.WITNESSED: (_l("Recorded by a witness"), "done", "people"),
    EvidenceLevel.SERVER_QUIZ: (_l("Graded by the server"), "accent", "check"),
    EvidenceLevel.SELF_REPORT: (_l("Learned alone"), "neutral", "person"),
}


def reason(one: Reason) -> str:
    """Say in a sentence what a signal found."""
    figures = one.figures
    said = {
        Signal.TOO_FAST: _l("%(spent)s of %(nominal)s nominal minutes, that is %(percent)s%%."),
        Signal.NO_EVENTS: _l("%(modules)s of %(of)s modules completed with hardly an event."),
        Signal.SHARED_DEVICE: _l("%(people)s people right after one another, %(switches)s changes."),
        Signal.SAME_WRONG: _l("%(answers)s of %(of)s wrong answers are the same as someone else's."),
        Signal.MIDNIGHT: _l("%(modules)s modules in the last half hour: %(spent)s of %(nominal)s nominal minutes."),
        Signal.IMPOSSIBLE: _l(
            "%(modules)s modules in a time that no clock allows, %(switches)s changes of device at once."
        ),
        Signal.REPLAYED: _l("%(shared)s of %(of)s prints are those of someone else's history."),
        Signal.BEFORE_ASSIGNED: _l("%(days)s days before the day of assignment."),
        Signal.SCORE_ALONE: _l("%(tests)s tests have a score that nobody was seen to earn."),
    }[one.signal]
    minutes = {name: f"{value / 60:.1f}" for name, value in figures.items() if name in {"spent", "nominal"}}
    return str(said) % (figures | minutes)


def refusal(error: DomainError) -> str:
    """Word why a doubt is not marked as checked."""
    return str(
        {
            "oneself": _("Someone else looks into what is about you."),
            "checked": _("Someone has checked this already. The first note stands."),
        }[error.code]
    )
