"""Input about certificates."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.web.forms import Form, required


class IssueForm(Form):
    """Which completion asks for its certificate: the person's and the course's public id, and the cycle."""

    person = HiddenField(validators=[required()])
    course = HiddenField(validators=[required()])
    cycle = IntegerField(validators=[InputRequired()])


class TakeForm(Form):
    """Why someone takes away the certificate of another person."""

    reason = TextAreaField(
        _l("Reason for download"),
        validators=[required(), Length(min=5, max=200, message=_l("Write a reason of 5 to 200 characters."))],
    )
