"""Input about flags."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from lms.completion.flags.rules import RAISED, FlagState
from lms.web.forms import Form, required

FLAGGED, ALL = "flagged", "all"
SHOWN: dict[str, frozenset[FlagState]] = {
    FLAGGED: RAISED,
    "watch": frozenset({FlagState.WATCH}),
    "cleared": frozenset({FlagState.CLEARED}),
    ALL: frozenset(FlagState),
}


class FlagsForm(PlainForm):
    """Parameters of the list; all may be absent."""

    show = StringField(
        _l("State"),
        [Optional(), AnyOf(list(SHOWN), message=_l("This choice is not known here. Pick one from the list."))],
    )
    unit = StringField(_l("Unit"))

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    @property
    def states(self) -> frozenset[FlagState]:
        """Return which states to list."""
        return SHOWN[self.show.data or FLAGGED]


class HoldForm(Form):
    """Until when a center's state is kept, and why."""

    last_on = DateField(_l("Last day of the hold"), validators=[InputRequired(_l("Enter this."))])
    reason = TextAreaField(
        _l("Reason"),
        validators=[required(), Length(min=5, max=300, message=_l("Write a reason of 5 to 300 characters."))],
    )
