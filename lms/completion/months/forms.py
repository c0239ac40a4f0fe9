"""Input about months."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation

from lms.completion.forms import FIRST_DAY, LAST_DAY
from lms.completion.months.rules import LONGEST_REASON
from lms.web.forms import Form, at_most, required

LONGEST_NAME = 60


def _plausible(_form: Any, field: DateField) -> None:
    if field.data is not None and not FIRST_DAY <= field.data < LAST_DAY:
        raise StopValidation(_l("Choose a date from 1990 to 2099."))


class CorrectionForm(Form):
    """Why a closed month is frozen once more; `after` is the number of the snapshot that was looked at."""

    after = HiddenField()
    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: (text or "").strip()],
        validators=[required(_l("Say why the figures change.")), Length(max=LONGEST_REASON)],
    )


class DayOffForm(Form):
    """A day on which the company does not work."""

    day = DateField(_l("Day off"), validators=[InputRequired(_l("Enter this.")), _plausible])
    name = StringField(_l("What it is called"), validators=[required(), at_most(LONGEST_NAME)])


class RemovalForm(Form):
    """A company day off that is none."""

    day = DateField(_l("Day off"), validators=[InputRequired(_l("Enter this."))])
