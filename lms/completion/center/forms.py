"""What the address of a board may ask for."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import AnyOf, Optional

from lms.completion.center.rules import Show

GRID, CARDS = "grid", "cards"
UNKNOWN = _l("This choice is not known here. Pick one from the list.")


class BoardForm(Form):
    """Parameters of a board; all may be absent."""

    role = StringField(_l("Job role"), [Optional()])
    tier = StringField(_l("Tier"), [Optional()])
    show = StringField(_l("State"), [Optional(), AnyOf(list(Show), message=UNKNOWN)])
    view = StringField(_l("View"), [Optional(), AnyOf((GRID, CARDS), message=UNKNOWN)])

    def __init__(self, values: Any, *, roles: list[str], tiers: list[str]) -> None:
        super().__init__(values)
        self.role.validators = [Optional(), AnyOf(roles, message=UNKNOWN)]
        self.tier.validators = [Optional(), AnyOf(tiers, message=UNKNOWN)]
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    @property
    def chosen_show(self) -> Show | None:
        """Return which cells are asked for."""
        return Show(self.show.data) if self.show.data else None

    @property
    def chosen_tier(self) -> int | None:
        """Return which tier is asked for."""
        return int(self.tier.data) if self.tier.data else None
