"""The form that records who attended a session in person."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, TextAreaField

from lms.enrollments.recording.forms import PickedForm
from lms.enrollments.recording.rules import LONGEST_TEXT
from lms.web.forms import at_most, required


class AttendanceForm(PickedForm):
    """Who attended which session when, and how that is known."""

    session = RadioField(_l("Session"), choices=[], validators=[required(_l("Choose one."))])
    attended_on = DateField(_l("Attended on"), validators=[required()])
    reason = TextAreaField(_l("Evidence"), validators=[required(), at_most(LONGEST_TEXT)])

    @property
    def day(self) -> date:
        """Return the day of the session, of a form that is sound."""
        found: date | None = self.attended_on.data
        if found is None:
            raise ValueError("the form has not been validated")
        return found
