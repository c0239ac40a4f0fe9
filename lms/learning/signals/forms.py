"""Input about doubts."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional

from lms.learning.signals.queries import DoubtFilter
from lms.learning.signals.rules import NOTE_LEAST, NOTE_MOST, Reviewed, Signal
from lms.web.forms import Form, required

SHOWN = {"open": Reviewed.OPEN, "checked": Reviewed.CHECKED, "all": None}
UNKNOWN = _l("This choice is not known here. Pick one from the list.")


class DoubtsForm(PlainForm):
    """Parameters of the list; all may be absent."""

    show = StringField(_l("State"), [Optional(), AnyOf(list(SHOWN), message=UNKNOWN)])
    signal = StringField(_l("Signal"), [Optional(), AnyOf(list(Signal), message=UNKNOWN)])
    course = StringField(_l("Course"), [Optional(), Length(max=40)])

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"

    def filter(self, show: str | None = None) -> DoubtFilter:
        """Return what to list; `show` takes the place of the state that was asked for."""
        signal = Signal(self.signal.data) if self.signal.data else None
        return DoubtFilter(SHOWN[show or self.show.data or "open"], signal, self.course.data or None)


class CheckForm(Form):
    """What someone found who looked into a doubt."""

    note = TextAreaField(
        _l("What you found"),
        validators=[
            required(),
            Length(min=NOTE_LEAST, max=NOTE_MOST, message=_l("Write a note of 5 to 300 characters.")),
        ],
    )
