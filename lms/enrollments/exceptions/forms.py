"""The forms that ask for an exception, decide about one, and record an outage."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional

from lms.enrollments.exceptions.rules import LONGEST_TEXT, REASONS, Kind, Reason, Wish
from lms.enrollments.exceptions.wording import REASONS as REASON_WORDS
from lms.web.forms import Form, at_most, required, text_of

ONE_DAY = timedelta(days=1)
LONGEST_KEY = 40
APPROVE, DECLINE = "approve", "decline"
NEEDED = {
    Kind.EXEMPTION: ("starts_on", "last_on", "evidence"),
    Kind.EXTENSION: ("due_on",),
    Kind.CREDIT: ("completed_on", "evidence"),
}


class AskForm(Form):
    """What is asked for; of the dates those of the kind."""

    course = SelectMultipleField(_l("Course"), choices=[], validate_choice=False)
    starts_on = DateField(_l("First day"), validators=[Optional()])
    last_on = DateField(_l("Last day"), validators=[Optional()])
    due_on = DateField(_l("New due date"), validators=[Optional()])
    completed_on = DateField(_l("Learned on"), validators=[Optional()])
    reason_code = RadioField(_l("Reason"), choices=[], validators=[required(_l("Choose one."))])
    reason = TextAreaField(_l("In a few words"), validators=[required(), at_most(LONGEST_TEXT)])
    evidence = StringField(_l("Where the evidence is"), validators=[Optional(), at_most(LONGEST_TEXT)])
    request_key = HiddenField()

    def offer(self, kind: Kind) -> None:
        """Offer the reasons of a kind, and call for the fields it needs."""
        self.reason_code.choices = [SelectChoice(code, REASON_WORDS[code]) for code in REASONS[kind]]
        for name in NEEDED[kind]:
            self[name].flags.required = True

    def wish(self, kind: Kind) -> Wish:
        """Return what is asked for, of a form that is sound."""
        last_on: date | None = self.last_on.data
        is_exemption = kind is Kind.EXEMPTION
        return Wish(
            kind=kind,
            reason_code=Reason(self.reason_code.data),
            reason=text_of(self.reason),
            evidence_note=text_of(self.evidence),
            starts_on=self.starts_on.data if is_exemption else None,
            ends_on=last_on + ONE_DAY if last_on and is_exemption else None,
            due_on=self.due_on.data if kind is Kind.EXTENSION else None,
            completed_on=self.completed_on.data if kind is Kind.CREDIT else None,
        )

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]


class DecisionForm(Form):
    """Granted or not, and why."""

    what = RadioField(
        _l("Decision"),
        choices=[SelectChoice(APPROVE, _l("Grant")), SelectChoice(DECLINE, _l("Decline"))],
        validators=[required(_l("Choose one."))],
    )
    due_on = DateField(_l("New due date"), validators=[Optional()])
    note = TextAreaField(_l("Note"), validators=[Optional(), at_most(LONGEST_TEXT)])


class EndForm(Form):
    """The first day that counts again, and why."""

    ends_on = DateField(_l("Counts again from"), validators=[InputRequired(_l("Enter this."))])
    note = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_TEXT)])

    @property
    def day(self) -> date:
        """Return the day, of a form that is sound."""
        found: date | None = self.ends_on.data
        if found is None:
            raise ValueError("the form has not been validated")
        return found


class OutageForm(Form):
    """On which days nobody could learn, and why."""

    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter this."))])
    last_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter this."))])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_TEXT)])
    request_key = HiddenField()

    @property
    def days(self) -> tuple[date, date]:
        """Return the first day and the first day after, of a form that is sound."""
        first, last = self.starts_on.data, self.last_on.data
        if first is None or last is None or last == date.max:
            raise ValueError("the form has not been validated")
        return first, last + ONE_DAY

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]


class ReasonForm(Form):
    """Why something is taken back."""

    note = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_TEXT)])
