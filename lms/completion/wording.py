"""Rates and judgments in words. The rules answer with codes; here they become sentences."""

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.completion.rules import EnrollmentState, PersonLine, Severity, Standing, Tally, WhyNot
from lms.completion.rules_interval import Apart, Certainty, Change, Interval
from lms.people.rules import UnitKind

SEVERITIES = {
    Severity.LONG_MISSING: _l("Long overdue"),
    Severity.MISSING: _l("Not completed"),
    Severity.REMIND: _l("Remind"),
}
STANDINGS = {
    Standing.ACTIVE: _l("At work"),
    Standing.ON_LEAVE: _l("On leave"),
    Standing.CENTER_CLOSED: _l("Center closed"),
    Standing.NOT_EMPLOYED: _l("Not employed on this day"),
}
KINDS = {
    UnitKind.NETWORK: _l("Network"),
    UnitKind.REGION: _l("Region"),
    UnitKind.AREA: _l("Area"),
    UnitKind.CENTER: _l("Center"),
}

CERTAINTIES = {
    Certainty.SHORT: _l("Surely short"),
    Certainty.MAYBE: _l("Not certain"),
    Certainty.MEETS: _l("Surely meets"),
    Certainty.SMALL: _l("Small sample"),
    Certainty.NOTHING_DUE: _l("Not applicable"),
}
APART = {
    Apart.BELOW_ACTION: _l("far below"),
    Apart.BELOW_WARNING: _l("below"),
    Apart.ABOVE_WARNING: _l("above"),
    Apart.ABOVE_ACTION: _l("far above"),
}


def percent(tally: Tally) -> str | None:
    """Return a rate with its sign, floored; None when nothing is due."""
    return None if tally.percent_text is None else f"{tally.percent_text}%"


def on_time(tally: Tally) -> Tally:
    """Return the tally whose rate is the on-time rate."""
    return Tally(tally.due, tally.on_time, tally.on_time)


def share(part: Tally, whole: Tally) -> str | None:
    """Return how much of what is due falls to a part, floored; None when nothing is due."""
    return percent(Tally(whole.due, part.due, 0))


def share_of_people(done: int, judged: int) -> str | None:
    """Return of how many people everything due is done, floored; None when nobody has anything due."""
    return percent(Tally(judged, done, 0))


def interval(found: Interval | None) -> str | None:
    """Return an interval as shown, such as "31.2–68.8%"; None when nothing is due."""
    if found is None:
        return None
    low, high = found.percents
    return f"{low:.1f}–{high:.1f}%"


def points(change: Change | None) -> str | None:
    """Return a difference of two rates with its unit; None where one of them has nothing due."""
    return None if change is None or change.text is None else str(_("%(number)s pp", number=change.text))


def last_day(ends_on: date | None) -> date | None:
    """Return the last day of an interval whose first day out is `ends_on`."""
    return ends_on - timedelta(days=1) if ends_on else None


def why(line: PersonLine) -> str:
    """Say in one sentence why an enrollment counts, or why not."""
    return _why_not(line) if line.why_not else _why_counted(line)


def _why_counted(line: PersonLine) -> str:
    if line.done:
        late = (line.completed_on - line.due_on).days if line.completed_on and line.due_on else 0
        return _late(late) if late > 0 else str(_("Counts as completed in time."))
    if line.state is EnrollmentState.OVERDUE and line.days is not None:
        return _overdue(line.days)
    return str(_("Counts as missing until completed: due today."))


def _late(days: int) -> str:
    return str(
        ngettext(
            "Counts as completed, %(num)s day after the due date.",
            "Counts as completed, %(num)s days after the due date.",
            days,
        )
    )


def _overdue(days: int) -> str:
    return str(
        ngettext(
            "Counts as missing: the due date passed %(num)s day ago.",
            "Counts as missing: the due date passed %(num)s days ago.",
            days,
        )
    )


def _why_not(line: PersonLine) -> str:
    texts = {
        WhyNot.VOID: _("Does not count: withdrawn from %(date)s on.", date=line.voided_on),
        WhyNot.NOT_EMPLOYED: _("Does not count: not employed on this day."),
        WhyNot.CENTER_CLOSED: _("Does not count: the center is closed on this day."),
        WhyNot.ON_LEAVE: _("Does not count while on leave; the due date moves with the leave."),
        WhyNot.OPTIONAL: _("Does not count: taking it is optional."),
        WhyNot.NOT_ASSIGNED: _("Does not count yet: assigned from %(date)s on.", date=line.assigned_on),
        WhyNot.EXEMPT: _("Does not count: exempt on this day."),
        WhyNot.NO_DUE_DATE: _("Does not count: it has no due date."),
        WhyNot.NOT_DUE: _("Does not count yet: falls due on %(date)s.", date=line.due_on),
        WhyNot.SUPERSEDED: _("Does not count: a later cycle of this course counts instead."),
    }
    return texts[line.why_not] if line.why_not else ""
