"""Forms about checks."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, Optional

from lms.field_checks.rules import LONGEST_TEXT
from lms.field_checks.rules_form import Given
from lms.field_checks.wording import REFUSALS
from lms.observations.rules import Answer
from lms.observations.rules_standards import CheckItem
from lms.web.forms import Form, at_most, required


class TextForm(Form):
    """Something said about a check: why it is disputed, or what is answered to that."""

    text = TextAreaField(_l("Why"), validators=[required(), at_most(LONGEST_TEXT)])


class SecondForm(Form):
    """What the second pair of eyes says."""

    agrees = RadioField(
        _l("What you saw"),
        choices=[SelectChoice("yes", _l("I saw the same")), SelectChoice("no", _l("I did not see it so"))],
        validators=[required(_l("Choose one."))],
    )
    note = TextAreaField(_l("Note"), validators=[required(), at_most(LONGEST_TEXT)])


class CalibrationForm(Form):
    """How far an observer agreed with the reference."""

    person = HiddenField(validators=[required()])
    agreement = IntegerField(
        _l("Agreement in percent"),
        validators=[
            InputRequired(_l("Enter this.")),
            NumberRange(0, 100, message=REFUSALS["agreement"]),
        ],
    )


class SubmitForm(Form):
    """The key of a form that is sent as a page: sent twice, it acts once. Its answers are read item by item."""

    key = HiddenField(validators=[required(), at_most(20)])
    observed_on = DateField(_l("Day you saw it"), validators=[Optional()])


def read_answers(sent: Mapping[str, str], items: Iterable[CheckItem]) -> dict[str, Given]:
    """Return the answers of a form that was sent as a page; what says none is left out."""
    found = {}
    for item in items:
        answer, note = sent.get(f"answer-{item.code}", ""), sent.get(f"note-{item.code}", "").strip()
        if answer.isascii() and answer.isdigit() and len(answer) <= 3:
            found[item.code] = Given(item.code, Answer.VALUE, int(answer), note)
        elif answer in Answer.__members__:
            found[item.code] = Given(item.code, Answer(answer), None, note)
    return found
