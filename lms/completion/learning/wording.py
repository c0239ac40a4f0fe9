"""One's own learning in words: how near a due date is, why a course is asked for, what opens it, what moved it."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.completion.learning.queries import Request
from lms.completion.learning.rules import Climb, Rung, When
from lms.completion.rules import EnrollmentState, PersonLine
from lms.courses.rules import Trigger
from lms.enrollments.dues.rules import Move, Mover
from lms.enrollments.rules import GRACE_DAYS, Source
from lms.web.locale import localized

GROUPS = {When.OVERDUE: _l("Past due"), When.THIS_WEEK: _l("Within 7 days"), When.LATER: _l("Later")}
CLIMBS = {
    Climb.DONE: (_l("All completed"), "done", "check"),
    Climb.OPEN: (_l("Open"), "accent", "circle"),
    Climb.LOCKED: (_l("Locked"), "hold", "lock"),
}
TRIGGERS = {
    Trigger.HIRE: _l("Everyone takes it on joining."),
    Trigger.TRANSFER: _l("Everyone takes it after moving to another center."),
    Trigger.ROLE: _l("The job role calls for it."),
    Trigger.ANNUAL: _l("Everyone in the job role takes it every year."),
    Trigger.MONTHLY: _l("It is the session of the month, for everyone."),
    Trigger.SHORTFALL: _l("It makes up for an item that was found weak."),
    Trigger.SPACED: _l("It recalls what was learned."),
    Trigger.RETURN: _l("Everyone takes it after a long leave."),
    Trigger.FIXED: _l("Everyone takes it on a fixed day."),
    Trigger.VERSION: _l("A new version of the course is taken anew."),
}


def d_day(line: PersonLine) -> str:
    """Say how near the due date is: D-3, due today, 12 days over; without a due date, that there is none."""
    if line.due_on is None or line.days is None:
        return str(_("No due date"))
    if line.state is EnrollmentState.OVERDUE:
        return str(ngettext("%(num)s day past due", "%(num)s days past due", line.days))
    if line.days == 0:
        return str(_("Due today"))
    return str(ngettext("%(num)s day left", "%(num)s days left", line.days))


def tone(line: PersonLine) -> str:
    """Return the tone of how near the due date is."""
    tones = {EnrollmentState.OVERDUE: "overdue", EnrollmentState.DUE_SOON: "soon"}
    return tones.get(line.state, "neutral")


def asked(request: Request, line: PersonLine) -> str:
    """Say in one sentence why a course is asked for."""
    if request.source == Source.ASSIGNMENT:
        return _assigned(request, line)
    if request.source == Source.REMEDIAL:
        return str(TRIGGERS[Trigger.SHORTFALL])
    if request.source == Source.RULE and request.trigger in TRIGGERS:
        return str(TRIGGERS[Trigger(request.trigger)])
    return str(_("Brought in with the training history; assigned on %(date)s.", date=line.assigned_on))


def _assigned(request: Request, line: PersonLine) -> str:
    if request.assigned_by:
        return str(_("Assigned by %(name)s on %(date)s.", name=request.assigned_by, date=line.assigned_on))
    return str(_("Assigned on %(date)s.", date=line.assigned_on))


def symbol(line: PersonLine) -> str:
    """Return the icon of how near the due date is."""
    symbols = {EnrollmentState.OVERDUE: "alert", EnrollmentState.DUE_SOON: "clock"}
    return symbols.get(line.state, "calendar")


def facts(line: PersonLine, request: Request) -> str:
    """Say by when, how long it takes, which cycle it is and whether it is optional, as far as there is to say."""
    minutes = request.minutes
    parts = (
        _("due %(date)s", date=line.due_on) if line.due_on else "",
        ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes else "",
        _("cycle %(number)s", number=line.cycle) if line.cycle > 1 else "",
        "" if line.required else _("optional"),
    )
    return " · ".join(str(part) for part in parts if part)


def opens_after(needs: Iterable[PersonLine]) -> str:
    """Say which courses open a locked one."""
    return str(_("Opens after completing %(courses)s.", courses=titles(needs)))


def locked(rung: Rung) -> str:
    """Say how many courses of a tier are locked, and by which courses."""
    count = sum(bool(one.needs) for one in rung.courses)
    return str(
        ngettext(
            "%(num)s course opens after completing %(courses)s.",
            "%(num)s courses open after completing %(courses)s.",
            count,
            courses=titles(rung.needs),
        )
    )


def titles(lines: Iterable[PersonLine]) -> str:
    """Return the titles of courses, quoted."""
    return ", ".join(str(_("“%(title)s”", title=localized(line, "title"))) for line in lines)


def moved(move: Move, line: PersonLine) -> str:
    """Say in one sentence why a due date was moved."""
    before = line.nominal_due_on
    if move.by is Mover.LEAVE and move.on is None:
        return str(_("Moved from %(date)s: it waits while the leave lasts.", date=before))
    texts = {
        Mover.LEAVE: _("Moved from %(date)s for the leave, back on %(on)s.", date=before, on=move.on),
        Mover.TRANSFER: _("Moved from %(date)s for the change of centers on %(on)s.", date=before, on=move.on),
        Mover.ROLE: _("Moved from %(date)s for the change of job role on %(on)s.", date=before, on=move.on),
        Mover.EXTENSION: _("Moved from %(date)s: an extension was granted.", date=before),
        Mover.OUTAGE: _("Moved from %(date)s: the system was down when it fell due.", date=before),
    }
    joined = _("Moved from %(date)s for joining on %(on)s.", date=before, on=move.on)
    return str(texts.get(move.by, joined))


def grace(moves: Iterable[Move]) -> str:
    """Say what the latest of these moves means for someone; "" without one that is over."""
    own = [move for move in moves if move.on and move.by not in {Mover.EXTENSION, Mover.OUTAGE}]
    latest = max(own, key=lambda move: (move.on, move.by is Mover.LEAVE), default=None)
    if latest is None:
        return ""
    texts = {
        Mover.LEAVE: _(
            "Welcome back. Due dates stood still during your leave, and you have at least %(days)s days from your "
            "return on %(date)s.",
            days=GRACE_DAYS,
            date=latest.on,
        ),
        Mover.TRANSFER: _(
            "You changed centers on %(date)s. What fell due then may wait %(days)s days from that day.",
            days=GRACE_DAYS,
            date=latest.on,
        ),
        Mover.ROLE: _(
            "Your job role changed on %(date)s. What fell due then may wait %(days)s days from that day.",
            days=GRACE_DAYS,
            date=latest.on,
        ),
    }
    joined = _(
        "Welcome. What fell due when you joined on %(date)s may wait %(days)s days from that day.",
        days=GRACE_DAYS,
        date=latest.on,
    )
    return str(texts.get(latest.by, joined))
