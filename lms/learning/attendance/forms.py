"""The form that records who attended a session in person."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, TextAreaField

from lms.enrollments.recording.queries import Pick
from lms.enrollments.recording.rules import LONGEST_TEXT
from lms.web.forms import Form, at_most, required


class AttendanceForm(Form):
    """Who attended which session when, and how that is known."""

    cell = SelectMultipleField(_l("Picked"), choices=[], validate_choice=False)
    session = RadioField(_l("Session"), choices=[], validators=[required(_l("Choose one."))])
    attended_on = DateField(_l("Attended on"), validators=[required()])
    reason = TextAreaField(_l("Evidence"), validators=[required(), at_most(LONGEST_TEXT)])
    next = HiddenField()

    @property
    def picks(self) -> list[Pick]:
        """Return the people and courses picked, by public id; what is no pair names nobody."""
        parts = (text.partition(".") for text in self.cell.data or ())
        return [(person, course) for person, _, course in parts]

    @property
    def day(self) -> date:
        """Return the day of the session, of a form that is sound."""
        found: date | None = self.attended_on.data
        if found is None:
            raise ValueError("the form has not been validated")
        return found
