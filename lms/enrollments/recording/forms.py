"""The forms that record completions by hand and correct one."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from lms.enrollments.recording.queries import Pick
from lms.enrollments.recording.rules import LONGEST_TEXT
from lms.enrollments.recording.wording import EVIDENCE
from lms.enrollments.rules import Evidence, EvidenceKind
from lms.web.forms import Form, at_most, required, text_of

CHANGE, WITHDRAW = "change", "withdraw"
LONGEST_KEY = 40


class PickedForm(Form):
    """People and courses picked on the board, and where to go afterwards."""

    cell = SelectMultipleField(_l("Picked"), choices=[], validate_choice=False)
    next = HiddenField()

    @property
    def picks(self) -> list[Pick]:
        """Return the people and courses picked, by public id; what is no pair names nobody."""
        parts = (text.partition(".") for text in self.cell.data or ())
        return [(person, course) for person, _, course in parts]


class RecordingForm(PickedForm):
    """Whose courses were completed when, how that is known, and why it is recorded by hand."""

    completed_on = DateField(_l("Completed on"), validators=[required()])
    evidence = RadioField(
        _l("Evidence"),
        # Credit is asked for and approved, by two people.
        choices=[SelectChoice(kind, words) for kind, words in EVIDENCE.items() if kind is not EvidenceKind.CREDIT],
        validators=[required(_l("Choose one."))],
    )
    note = StringField(_l("Where the evidence is"), validators=[required(), at_most(LONGEST_TEXT)])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_TEXT)])
    request_key = HiddenField()

    @property
    def day(self) -> date:
        """Return the day of completion, of a form that is sound."""
        found: date | None = self.completed_on.data
        if found is None:
            raise ValueError("the form has not been validated")
        return found

    @property
    def wish(self) -> Evidence:
        """Return what the completions rest on."""
        return Evidence(EvidenceKind(self.evidence.data), text_of(self.note), text_of(self.reason))

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]


class CorrectionForm(Form):
    """What to do about a recorded completion, and why."""

    what = RadioField(
        _l("What is wrong"),
        choices=[
            SelectChoice(CHANGE, _l("The date: it was another day")),
            SelectChoice(WITHDRAW, _l("The completion: it did not happen")),
        ],
        default=CHANGE,
        validators=[required()],
    )
    completed_on = DateField(_l("Completed on"), validators=[Optional()])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_TEXT)])
    known_since = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field; a changed date needs one."""
        sound = bool(super().validate(extra_validators))
        if self.what.data == CHANGE and self.completed_on.data is None and not self.completed_on.errors:
            self.completed_on.errors = [_l("Enter this.")]
            sound = False
        return sound
