"""What training adds up to, in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.completion import wording as rates
from lms.completion.rules import Tally
from lms.field_checks.transfer.pages_rows import Line, TopicLine
from lms.field_checks.transfer.rules import By, Counts, Show, Step, interval_of
from lms.field_checks.transfer.rules_decay import Bin, HalfLife
from lms.observations.practice import wording as topic_words
from lms.observations.practice.rules import By as Topic
from lms.web.locale import localized

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
ABOUT_INTERVALS = _l(
    "The interval tells where the true share may well lie (Wilson, %(percent)s %% at each end); of completions it "
    "counts people, as those of one person hang together.",
    percent=90,
)
ABOUT_HALF_LIVES = _l(
    "The half-life is the number of days after which half of the first share is left: share = start × 2^(−days ÷ "
    "half-life), fitted by maximum likelihood to the answers of each week; its range is the profile likelihood's, "
    "%(percent)s %% at each end.",
    percent=90,
)
# What the figures are, on the page and on the cover of its files.
DEFINITION = (
    _l(
        "Followed are required enrollments of courses that ask for checks, which fell due in the period, of people at "
        "work on this day, where they work now: the very ones that the rate of the period counts."
    ),
    _l(
        "Each step has its own number. Completed ÷ due; checked ÷ drawn for a check whose window is over or who were "
        "checked; passed ÷ checked; still passing ÷ those who passed and were re-checked, by default from day 90."
    ),
    _l(
        "A check is passed when everything that it asked and that counted was met. What did not apply or was not "
        "observed counts neither way. Checks that became void, and what centers see of themselves in monitoring "
        "rounds, are left out."
    ),
    ABOUT_INTERVALS,
    _l("Results show where to help. They are never used for discipline."),
)
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


def name_of(line: Line | TopicLine, topic: Topic) -> str:
    """Return the name of a row in the reader's language."""
    if isinstance(line, Line):
        return localized(line.label)
    return localized(line.row.named) if line.row.named else str(topic_words.name_of(topic, line.row.key))


def code_of(line: Line | TopicLine) -> str:
    """Return the code of a row."""
    return line.label.code if isinstance(line, Line) else line.row.code
