"""Input about merging people."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from lms.web.forms import Form, at_most, required

LONGEST_REASON = 300


class MergeForm(Form):
    """Which two people (by staff number) are one, and why."""

    first = HiddenField(validators=[required(), at_most(40)])
    second = HiddenField(validators=[required(), at_most(40)])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_REASON)])
