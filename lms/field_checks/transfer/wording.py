"""What training adds up to, in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.completion import wording as rates
from lms.completion.rules import Tally
from lms.field_checks.transfer.rules import By, Counts, Show, Step, interval_of
from lms.field_checks.transfer.rules_decay import Bin, HalfLife

STEPS = {
    Step.COMPLETED: (_l("Completed"), _l("of what fell due")),
    Step.CHECKED: (_l("Checked in time"), _l("of those drawn whose window is over")),
    Step.PASSED: (_l("Passed the check"), _l("of those checked")),
    Step.KEPT: (_l("Still passing"), _l("of those who passed and were re-checked")),
}
# Who is listed behind a step: those who took it, and those who could have.
LISTS = {
    (Step.COMPLETED, True): _l("Completed"),
    (Step.COMPLETED, False): _l("Not completed"),
    (Step.CHECKED, True): _l("Checked in time"),
    (Step.CHECKED, False): _l("Not checked in time"),
    (Step.PASSED, True): _l("Passed the check"),
    (Step.PASSED, False): _l("Not everything met"),
    (Step.KEPT, True): _l("Still passing"),
    (Step.KEPT, False): _l("No longer passing"),
}
ROWS = {By.UNIT: _l("Unit"), By.ROLE: _l("Job role"), By.COURSE: _l("Course"), By.MONTH: _l("Month due")}
PARTS = {Show.STEPS: _l("Step by step"), Show.WHERE: _l("Where it stops"), Show.LASTS: _l("What lasts")}


def share(tally: Tally) -> str | None:
    """Return a share as every rate is shown; None of nothing."""
    return rates.percent(tally)


def interval_of_step(counts: Counts, step: Step) -> str | None:
    """Return where the true share of a step may lie."""
    return rates.interval(counts.interval(step))


def interval(tally: Tally) -> str | None:
    """Return where the true share of answers may lie."""
    return rates.interval(interval_of(tally, tally.due))


def days(one: Bin) -> str:
    """Return a bin of days since training in words."""
    if one.last is None:
        return str(_("from day %(first)s", first=one.first))
    return str(_("day %(first)s–%(last)s", first=one.first, last=one.last))


def half_life(found: HalfLife) -> str:
    """Return a half-life in whole days, or that none is seen."""
    if found.days is None:
        return str(_("no decay seen"))
    return str(ngettext("%(num)s day", "%(num)s days", round(found.days)))


def half_life_range(found: HalfLife) -> str:
    """Return where the half-life may lie, outward to whole days."""
    low = int(found.low)
    if found.high is None:
        return str(_("at least %(days)s days", days=f"{low:,}"))
    return str(_("%(low)s–%(high)s days", low=f"{low:,}", high=f"{int(found.high) + 1:,}"))
