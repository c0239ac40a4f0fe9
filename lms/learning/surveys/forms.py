"""Input of a survey."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from lms.learning.surveys.rules import COMMENT_MOST, HIGHEST, LOWEST, Answer
from lms.web.forms import Form, at_most

SCALE = [SelectChoice(str(value), str(value)) for value in range(LOWEST, HIGHEST + 1)]


class SurveyForm(Form):
    """Three questions; the last one may stay empty."""

    helpful = RadioField(
        _l("How helpful is this course for your work?"), choices=SCALE, validators=[InputRequired(_l("Choose one."))]
    )
    clear = RadioField(_l("How clear was it?"), choices=SCALE, validators=[InputRequired(_l("Choose one."))])
    comment = TextAreaField(_l("What would you change?"), validators=[at_most(COMMENT_MOST)])

    @property
    def answer(self) -> Answer:
        """Return what was said; ask only when the form is valid."""
        return Answer(int(self.helpful.data), int(self.clear.data), self.comment.data or None)
