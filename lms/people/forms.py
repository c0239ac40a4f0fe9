"""Input about people."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from lms.web.forms import Form, at_most, required

PURPOSE_MOST = 200


class PurposeForm(Form):
    """Why someone opens names, and the page to come back to."""

    reason = StringField(_l("Purpose"), [required(_l("Enter the purpose.")), at_most(PURPOSE_MOST)])
    next = HiddenField()
