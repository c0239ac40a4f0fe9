"""Forms of saved views."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from lms.reports.saved.rules import LONGEST_NAME, Day
from lms.web.forms import Form, at_most, required


class NameForm(Form):
    """What a view is called."""

    name = StringField(_l("Name of the view"), [required(_l("Give the view a name.")), at_most(LONGEST_NAME)])


class SaveForm(NameForm):
    """An address, its name, and the day it is to show. `as_of` is the day the page showed."""

    address = HiddenField()
    as_of = HiddenField()
    day = RadioField(
        _l("As-of date"),
        choices=[
            SelectChoice(Day.OPENING, _l("Always the day of opening it")),
            SelectChoice(Day.FIXED, _l("Always this day")),
        ],
        default=Day.OPENING,
    )
