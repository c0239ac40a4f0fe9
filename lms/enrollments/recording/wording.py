"""Completions recorded by hand, in words."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.enrollments.recording.rules import Step, Verdict
from lms.enrollments.rules import EvidenceKind
from lms.shared.errors import DomainError

EVIDENCE = {
    EvidenceKind.ATTENDANCE: _l("Attendance sheet"),
    EvidenceKind.CERTIFICATE: _l("Certificate seen"),
    EvidenceKind.WITNESSED: _l("Witnessed in person"),
    EvidenceKind.CREDIT: _l("Credit for other learning"),
    EvidenceKind.OTHER: _l("Other evidence"),
}
VERDICTS = {
    Verdict.RECORDS: _l("Is recorded"),
    Verdict.DONE: _l("Completed already"),
    Verdict.ONESELF: _l("Your own: someone else must record it"),
    Verdict.VOIDED: _l("Withdrawn"),
    Verdict.NOT_ENROLLED: _l("Not assigned: assign the course first"),
}
STEPS = {
    Step.RECORDED: _l("Completion recorded"),
    Step.CORRECTED: _l("Date corrected"),
    Step.WITHDRAWN: _l("Completion taken back"),
}
REFUSALS: dict[str, LazyString] = {
    "nothing_picked": _l("Pick at least one course of one person on the board."),
    "too_many": _l("Pick at most %(most)s at once."),
    "future": _l("The day is still to come. Choose today or an earlier day."),
    "long_ago": _l("Choose a day from 1990 on."),
    "reason": _l("Say in up to 300 characters how it is known and why it is recorded."),
    "oneself": _l("Nobody records or corrects their own completion. Ask another coordinator or the training team."),
    "overtaken": _l("Someone changed this completion meanwhile. Read what stands now and decide again."),
    "not_completed": _l("No completion is recorded that could be corrected."),
}


def words(error: DomainError) -> str:
    """Return why recording or correcting is refused."""
    found = REFUSALS.get(error.code)
    if found is None:
        return error.code
    return str(found) % error.values if "%(" in str(found) else str(found)


def evidence(kind: str | None) -> str:
    """Return what a completion rests on; "" where nothing is said."""
    return str(EVIDENCE[EvidenceKind(kind)]) if kind else ""
