"""Forms of one-time codes."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import EqualTo

from lms.accounts.activation.rules import TYPED_MOST
from lms.web.forms import Form, at_most, required


class ActivationForm(Form):
    """Staff number and code from the slip, and the new password twice."""

    staff_no = StringField(_l("Staff number"), [required(_l("Enter your staff number.")), at_most(64)])
    code = StringField(_l("One-time code"), [required(_l("Enter the code of your slip.")), at_most(TYPED_MOST)])
    new = PasswordField(_l("New password"), [required(_l("Enter a new password."))])
    again = PasswordField(
        _l("New password again"),
        [required(_l("Enter the new password again.")), EqualTo("new", _l("The two new passwords are not the same."))],
    )


class IssueForm(Form):
    """For whom: one person by public id, or everyone of the center without a password."""

    person = StringField()
    again = BooleanField(_l("Also replace codes that still hold"))


class PurposeForm(Form):
    """Why an administrator opens the names of a center."""

    reason = StringField(_l("Purpose"), [required(_l("Enter the purpose.")), at_most(200)])
