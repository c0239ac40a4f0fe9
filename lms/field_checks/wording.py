"""Checks after training, in words."""

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.field_checks.queries_lists import Group
from lms.field_checks.rules import CheckKind, CheckState
from lms.field_checks.rules_form import RANGES
from lms.observations.rules import Answer, ResponseType
from lms.observations.rules_standards import CheckItem
from lms.shared.errors import DomainError

KINDS = {CheckKind.CHECK: _l("Check"), CheckKind.RECHECK: _l("Re-check"), CheckKind.MONITORING: _l("Self-monitoring")}
# Each with the tone of its badge.
STATES: dict[str, tuple[LazyString, str]] = {
    "COMING": (_l("Window not open yet"), "neutral"),
    "OPEN": (_l("Open for checking"), "soon"),
    "LATE": (_l("Window over"), "overdue"),
    CheckState.SUBMITTED: (_l("Submitted"), "accent"),
    CheckState.ACKNOWLEDGED: (_l("Acknowledged"), "done"),
    CheckState.DISPUTED: (_l("Disputed"), "overdue"),
    CheckState.CLOSED: (_l("Check closed"), "done"),
    CheckState.MISSED: (_l("Missed"), "critical"),
    CheckState.VOID: (_l("Void"), "void"),
}
GROUPS = {
    Group.NOW: _l("Open for checking"),
    Group.WAITING: _l("Waiting for an answer"),
    Group.COMING: _l("Coming"),
    Group.MISSED: _l("Missed"),
    Group.OBSERVED: _l("Observed"),
}
ANSWERS = {
    Answer.YES: _l("Yes"),
    Answer.NO: _l("No"),
    Answer.VALUE: _l("Score"),
    Answer.NOT_APPLICABLE: _l("Not applicable"),
    Answer.NOT_OBSERVED: _l("Not observed"),
}
CALIBRATIONS = {
    "uncalibrated": _l("Not calibrated"),
    "disagrees": _l("Agreed too little"),
    "expired": _l("Expired"),
}
REFUSALS: dict[str, LazyString] = {
    "oneself": _l("Nobody checks themselves or decides about themselves. Ask somebody else in charge."),
    "observer": _l("Somebody other than the observers does this."),
    "state": _l("The check has gone on meanwhile. Read what stands now."),
    "early": _l("The window opens on %(day)s."),
    "late": _l("The window closed on %(day)s."),
    "observed_future": _l("The day you saw it is still to come. Choose today or an earlier day."),
    "observed_early": _l("The day you saw it lies before the window, which opens on %(first)s."),
    "observed_late": _l("The day you saw it lies after the window, which closed on %(last)s."),
    "observed_day": _l("Enter the day you saw it as a date."),
    "uncalibrated": _l("You cannot submit before you are calibrated as an observer. Ask the area manager."),
    "disagrees": _l("Your latest calibration agreed too little. You can submit once it is repeated."),
    "expired": _l("Your calibration has expired. You can submit once it is repeated."),
    "empty": _l("Nothing was observed. Answer at least one item with what you saw."),
    "unanswered": _l("Answer this item. Choose “not observed” when you could not see it."),
    "answer": _l("Choose one of the answers of this item."),
    "value": _l("Choose a number that this item allows."),
    "not_applicable": _l("This item always applies. Choose “not observed” when you could not see it."),
    "note": _l("Write what you saw: an item that is not met needs a note."),
    "note_long": _l("Write at most 300 characters."),
    "item": _l("The form does not ask this item."),
    "missing": _l("Not everything has arrived yet."),
    "key_taken": _l("This key was used for something else."),
    "fields": _l("The form sent something that cannot be read."),
    "no_second": _l("No second look is asked for here."),
    "agrees": _l("Choose what you saw, and write a note."),
    "text": _l("Say why in up to 300 characters."),
    "agreement": _l("Enter a whole number from 0 to 100."),
}


def words(error: DomainError) -> str:
    """Return why something is refused."""
    found = REFUSALS.get(error.code)
    if found is None:
        return error.code
    return str(found) % error.values if "%(" in str(found) else str(found)


def state_words(code: str) -> tuple[LazyString, str]:
    """Return what a state is called, and the tone of its badge."""
    return STATES[code]


def choices(item: CheckItem) -> list[tuple[str, Any]]:
    """Return the answers that a form offers to an item which is answered by choosing."""
    response = ResponseType(item.response_type)
    numbers = [(f"{value}", f"{value}") for value in range(*_span(response))]
    first = numbers or [(str(one), ANSWERS[one]) for one in (Answer.YES, Answer.NO)]
    others = [Answer.NOT_APPLICABLE] * item.na_allowed + [Answer.NOT_OBSERVED]
    return [*first, *((str(one), ANSWERS[one]) for one in others)]


def _span(response: ResponseType) -> tuple[int, int]:
    least, most = RANGES.get(response, (0, -1))
    return least, most + 1
