"""Forms of signing in and of one's own account."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo

from lms.accounts.rules import PASSWORD_MAX, PASSWORD_MIN, PasswordFault
from lms.web.forms import Form, at_most, required

FAULTS = {
    PasswordFault.TOO_SHORT: _l("Use at least %(min)d characters.", min=PASSWORD_MIN),
    PasswordFault.TOO_LONG: _l("Use at most %(max)d characters.", max=PASSWORD_MAX),
    PasswordFault.TOO_FEW_CHARACTERS: _l("The same few characters repeat. Choose something harder to guess."),
    PasswordFault.CONTAINS_STAFF_NO: _l("It contains your staff number. Choose something harder to guess."),
    PasswordFault.COMMON: _l("Many people use this password. Choose something harder to guess."),
}


class SignInForm(Form):
    """Staff number and password; `next` is where to go afterwards."""

    staff_no = StringField(_l("Staff number"), [required(_l("Enter your staff number.")), at_most(64)])
    password = PasswordField(_l("Password"), [required(_l("Enter your password.")), at_most(PASSWORD_MAX)])
    next = HiddenField()


class PasswordForm(Form):
    """One's own new password, twice, and the present one."""

    current = PasswordField(
        _l("Current password"), [required(_l("Enter your current password.")), at_most(PASSWORD_MAX)]
    )
    new = PasswordField(_l("New password"), [required(_l("Enter a new password."))])
    again = PasswordField(
        _l("New password again"),
        [required(_l("Enter the new password again.")), EqualTo("new", _l("The two new passwords are not the same."))],
    )
    next = HiddenField()


class PreferencesForm(Form):
    """Language or theme, and the page to come back to. Buttons send one of them at a time."""

    language = StringField()
    theme = StringField()
    next = HiddenField()
