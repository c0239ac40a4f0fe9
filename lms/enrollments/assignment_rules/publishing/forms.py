"""The forms that end a rule and undo a publication."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, TextAreaField

from lms.web.forms import Form, at_most, required, text_of

LONGEST_REASON, LONGEST_KEY = 300, 40


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_REASON)])
    request_key = HiddenField()

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]


class EndForm(ReasonForm):
    """The last day on which a rule holds, and why it ends."""

    last_on = DateField(_l("Last day"), validators=[required()])
