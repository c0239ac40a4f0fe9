"""What the auditor's pages may ask for."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional, ValidationError

from lms.audit.rules_downloads import Flag
from lms.completion.forms import FIRST_DAY, LAST_DAY
from lms.reports.trail.wording import ACTIONS, OBJECTS

REASON_GIVEN, REASON_MISSING = "given", "missing"
FINDINGS_MIN, FINDINGS_MAX = 10, 4000
LONGEST = 120
UNKNOWN = _l("This choice is not known here. Pick one from the list.")


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take an ISO date; say how to write one when it is not."""
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError:
            raise ValueError(_l("Write the date as 2019-06-30.")) from None
        if self.data and not FIRST_DAY <= self.data < LAST_DAY:
            self.data = None
            raise ValueError(_l("Choose a date from 1990 to 2099."))


def _text(label: Any, *validators: Any) -> StringField:
    return StringField(label, [Optional(), Length(max=LONGEST), *validators], filters=[_trimmed])


class PeriodForm(Form):
    """From one day through another."""

    since = _Day(_l("From"), [Optional()])
    until = _Day(_l("Through"), [Optional()])

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    def period(self, first: date, last: date) -> tuple[date, date]:
        """Return the first and last day asked for; `first` and `last` where nothing is."""
        return self.since.data or first, self.until.data or last

    def validate_until(self, field: DateField) -> None:
        """Refuse a period that ends before it begins."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("The last day is before the first."))


class TrailForm(PeriodForm):
    """Parameters of the access record and of its download."""

    who = _text(_l("Who"))
    whose = _text(_l("Whose data"))
    action = _text(_l("Action"), AnyOf(list(ACTIONS), message=UNKNOWN))
    object = _text(_l("Object"), AnyOf(list(OBJECTS), message=UNKNOWN))
    object_id = _text(_l("Object id"))
    origin = _text(_l("From where"))
    # Not "reason": the form that takes the record away sends its own beside these.
    stated = _text(_l("Reason"), AnyOf([REASON_GIVEN, REASON_MISSING], message=UNKNOWN))
    sets = _text(_l("Large sets"), AnyOf(["only"], message=UNKNOWN))


class DownloadsForm(PeriodForm):
    """Parameters of the list of downloads."""

    flag = _text(_l("Flag"), AnyOf(["any", *Flag], message=UNKNOWN))


class FindingsForm(Form):
    """What a review found."""

    findings = TextAreaField(
        _l("Findings"),
        [
            Length(
                min=FINDINGS_MIN,
                max=FINDINGS_MAX,
                message=_l("Write what you looked at and what you found: 10 to 4,000 characters."),
            )
        ],
        filters=[_trimmed],
    )
