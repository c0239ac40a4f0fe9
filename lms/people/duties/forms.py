"""Input about appointments."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional, StopValidation

from lms.people.duties.actions import Appointment
from lms.people.duties.rules import Status
from lms.people.duties.wording import TITLES
from lms.people.rules import DutyKind
from lms.web.forms import Form, required

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


def _plausible(_form: Any, field: DateField) -> None:
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise StopValidation(_l("Enter a day from 1900 to 2200."))


class AppointForm(Form):
    """Who gets which duty from when on."""

    person = SelectField(_l("Person"), validators=[required(_l("Choose a person."))], validate_choice=False)
    kind = SelectField(_l("Duty"), validators=[required()])
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter this.")), _plausible])
    last_on = DateField(_l("Last day"), validators=[Optional(), _plausible])
    replaces = HiddenField()
    q = HiddenField()

    def offer(self, kinds: Iterable[DutyKind]) -> None:
        """Fill in which duties can be given."""
        self.kind.choices = [SelectChoice(str(kind), TITLES[kind]) for kind in kinds]

    def offer_people(self, candidates: Iterable[tuple[str, str]]) -> None:
        """Fill in who can be chosen, as public id and words."""
        self.person.choices = [SelectChoice("", _l("Choose a person of the list"))]
        self.person.choices += [SelectChoice(public_id, text) for public_id, text in candidates]

    @property
    def wish(self) -> Appointment:
        """Return what is asked for; the form is valid."""
        return Appointment(
            person=str(self.person.data),
            kind=DutyKind(self.kind.data),
            starts_on=self.starts_on.data,  # type: ignore[arg-type]  # it is required
            last_on=self.last_on.data,
            replaces=self.replaces.data or None,
        )


class EndForm(Form):
    """When a duty ends."""

    duty = HiddenField(validators=[required()])
    last_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter this.")), _plausible])


STATUSES = {Status.IN_FORCE: _l("In force"), Status.TO_COME: _l("To come"), Status.ENDED: _l("Ended")}
