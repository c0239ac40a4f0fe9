"""Handing in a file."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, IntegerField, TextAreaField
from wtforms.validators import NumberRange, Optional

from lms.web.forms import Form, at_most, required

STAFF_NO_MOST = 40
REASON_MOST = 200


class UploadForm(Form):
    """A file of any kind."""

    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))], description=_l("CSV or XLSX"))


class RosterUploadForm(UploadForm):
    """A file about people: whether it is everyone, and from when it holds."""

    effective_on = DateField(
        _l("Effective day"),
        [required(_l("Enter the day."))],
        description=_l("Transfers, role changes and leavings without a date of their own take effect on this day."),
    )
    partial = BooleanField(
        _l("The file does not list everyone"), description=_l("Nobody leaves by being absent from it.")
    )
    staff_width = IntegerField(
        _l("Digits of a staff number"),
        [Optional(), NumberRange(1, STAFF_NO_MOST, _l("Enter a number from 1 to 40."))],
        description=_l("Only when leading zeros were lost and the staff numbers here differ in length."),
    )


class ReasonForm(Form):
    """Why someone takes data away."""

    reason = TextAreaField(_l("Reason for download"), [required(_l("Enter the reason.")), at_most(REASON_MOST)])
