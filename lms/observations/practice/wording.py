"""How shares of what was seen are called and shown."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.completion import wording as rates
from lms.observations.practice.rules import Across, By, Seen
from lms.observations.rules_standards import Stage
from lms.observations.standards.wording import DIMENSIONS, STAGES

ROWS = {
    By.DIMENSION: _l("Dimension"),
    By.I_CARE: _l("I CARE"),
    By.STAGE: _l("Stage"),
    By.BEHAVIOR: _l("Behavior"),
}
COLUMNS = {Across.UNIT: _l("Unit"), Across.ROLE: _l("Job role")}


def share(seen: Seen) -> str | None:
    """Return the share as every rate is shown; None of nothing."""
    return rates.percent(seen.tally)


def interval(seen: Seen) -> str | None:
    """Return where the true share may lie."""
    return rates.interval(seen.interval)


def name_of(by: By, key: str) -> LazyString:
    """Return how a dimension or stage is called."""
    return DIMENSIONS[key] if by is By.DIMENSION else STAGES[Stage(key)]
