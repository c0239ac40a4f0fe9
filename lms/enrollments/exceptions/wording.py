"""Exceptions in words."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.enrollments.exceptions.models import ExceptionRequest
from lms.enrollments.exceptions.queries_requests import Pile
from lms.enrollments.exceptions.rules import Kind, Reason, State
from lms.shared.errors import DomainError

KINDS = {
    Kind.EXEMPTION: _l("Exemption"),
    Kind.EXTENSION: _l("Extension of the due date"),
    Kind.CREDIT: _l("Credit for other learning"),
}
# What the page of each says it is for.
LEADS = {
    Kind.EXEMPTION: _l(
        "On these days the courses do not count for this person. A training administrator decides; it ends within a "
        "year."
    ),
    Kind.EXTENSION: _l("One course may wait until a later day. Whoever looks after the center decides."),
    Kind.CREDIT: _l(
        "Learned before or elsewhere: with evidence it counts as completed on that day. A training administrator "
        "decides."
    ),
}
REASONS = {
    Reason.OTHER_WORK: _l("Does other work for now"),
    Reason.QUALIFIED: _l("Holds a qualification that covers it"),
    Reason.LEAVING: _l("Leaves the company soon"),
    Reason.UNABLE: _l("Cannot take part for now"),
    Reason.WORKLOAD: _l("Too much work at the center"),
    Reason.ABSENCE: _l("Away on business or training"),
    Reason.TECHNICAL: _l("Trouble with the system or device"),
    Reason.EARLIER: _l("Learned earlier, before records began here"),
    Reason.OUTSIDE: _l("Learned outside the company"),
    Reason.OTHER: _l("Other reason"),
}
# Words, tone and symbol.
STATES: dict[State, tuple[LazyString, str, str]] = {
    State.PENDING: (_l("Waits for a decision"), "soon", "clock"),
    State.APPROVED: (_l("Granted"), "done", "check"),
    State.DECLINED: (_l("Declined"), "overdue", "close"),
    State.WITHDRAWN: (_l("Taken back"), "void", "slash"),
    State.ENDED: (_l("Granted, ended early"), "void", "minus"),
}
PILES = {
    Pile.WAITING: _l("Waiting for me"),
    Pile.MINE: _l("Asked by me or about me"),
    Pile.DECIDED: _l("Decided"),
}
REFUSALS: dict[str, LazyString] = {
    "no_course": _l("Choose at least one course, at most 50."),
    "reason": _l("Give a reason of up to 300 characters."),
    "code": _l("Choose one of the reasons."),
    "evidence": _l("Say in up to 300 characters where the evidence is."),
    "dates": _l("Check the days: the first comes before the last, and none is left out."),
    "too_long": _l("Make it shorter: an exemption lasts a year at most, an outage 31 days."),
    "too_early": _l("Begin at most 31 days ago: earlier figures were reported already."),
    "future": _l("The day is still to come. Choose today or an earlier day."),
    "long_ago": _l("Choose a day from 1990 on."),
    "closed": _l("%(course)s is completed or withdrawn already."),
    "no_due_date": _l("%(course)s has no due date that could be put off."),
    "not_later": _l("Choose a day after the present due date, today at the earliest."),
    "too_far": _l("Put the due date off by at most 90 days."),
    "not_enrolled": _l("%(course)s is not assigned to this person."),
    "expired": _l("What was learned on that day is no longer valid."),
    "waiting": _l("The same request for %(course)s waits for a decision already."),
    "overlaps": _l("These days overlap with some that were granted or recorded already."),
    "decided": _l("Someone has decided meanwhile, or the request was taken back. Read what stands now."),
    "not_granted": _l("No exemption is in force that could end."),
    "not_earlier": _l("Choose a day before its present end."),
}


def words(error: DomainError) -> str:
    """Return why something is refused."""
    found = REFUSALS.get(error.code)
    if found is None:
        return error.code
    values = {"course": _("The course")} | error.values
    return str(found) % values if "%(" in str(found) else str(found)


def asked(request: ExceptionRequest) -> str:
    """Say what a request asks for, or what was granted."""
    if request.kind == Kind.EXEMPTION:
        last = request.ends_on.fromordinal(request.ends_on.toordinal() - 1) if request.ends_on else None
        return str(_("%(first)s to %(last)s", first=request.starts_on, last=last))
    if request.kind == Kind.EXTENSION:
        return str(_("until %(date)s", date=request.due_on))
    return str(_("completed on %(date)s", date=request.completed_on))
