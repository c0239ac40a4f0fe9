"""Parameters of the page of what is practiced."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import AnyOf, Length, Optional

from lms.observations.forms import UNKNOWN
from lms.observations.practice.rules import MONTHS, Across, By
from lms.observations.rules import Occasion

PERIODS = ("3", "6", "12", "24")


class PracticeForm(Form):
    """Which observations, where, in which period, and how they are laid out; all may be absent."""

    by = StringField(_l("Rows"), [Optional(), AnyOf(list(By), message=UNKNOWN)])
    across = StringField(_l("Columns"), [Optional(), AnyOf(list(Across), message=UNKNOWN)])
    occasion = StringField(_l("Occasion"), [Optional(), AnyOf(list(Occasion), message=UNKNOWN)])
    campaign = StringField(_l("Campaign"))
    months = StringField(_l("Period"), [Optional(), AnyOf(PERIODS, message=UNKNOWN)])
    unit = StringField(_l("Unit"))
    seen_by = StringField(_l("Seen by"), [Optional(), AnyOf(("WITHIN", "WITHOUT"), message=UNKNOWN)])
    key = StringField(_l("Row"), [Optional(), Length(max=40, message=_l("Write at most 40 characters."))])

    def __init__(self, values: Any, *, campaigns: Iterable[str]) -> None:
        super().__init__(values)
        self.campaign.validators = [Optional(), AnyOf(list(campaigns), message=UNKNOWN)]
        for field in self:
            field.id = f"filter-{field.name}"

    @property
    def rows(self) -> By:
        """Return what the rows stand for."""
        return By(self.by.data) if self.by.data else By.DIMENSION

    @property
    def columns(self) -> Across:
        """Return what the columns of the map stand for."""
        return Across(self.across.data) if self.across.data else Across.UNIT

    @property
    def period(self) -> int:
        """Return how many months back are looked at."""
        return int(self.months.data or MONTHS)

    @property
    def is_independent(self) -> bool | None:
        """Return whose answers the map shows; None leaves it to the page."""
        return self.seen_by.data == "WITHOUT" if self.seen_by.data else None

    @property
    def made_for(self) -> Occasion | None:
        """Return the one occasion that is asked for; None for all."""
        return Occasion(self.occasion.data) if self.occasion.data else None
