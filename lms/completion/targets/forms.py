"""Input about targets."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.completion.targets.rules import HIGHEST, LOWEST, About, Measure, TargetTerms
from lms.completion.targets.wording import MEASURES
from lms.people.centers.wording import NETWORK_TYPES
from lms.web.forms import Form, required

EVERY = SelectChoice("", _l("All"))
ONE_DAY = timedelta(days=1)


class TargetForm(Form):
    """Which percentage holds for what, from when until when."""

    measure = SelectField(_l("Measure"), validators=[required()])
    percent = IntegerField(
        _l("Target in percent"),
        validators=[
            InputRequired(_l("Enter a percentage from 1 to 100.")),
            NumberRange(LOWEST, HIGHEST, message=_l("Enter a percentage from 1 to 100.")),
        ],
    )
    tier = SelectField(_l("Tier"), validators=[Optional()])
    role = SelectField(_l("Job role"), validators=[Optional()])
    network_type = SelectField(_l("Network type"), validators=[Optional()])
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter this."))])
    last_on = DateField(_l("Last day"), validators=[Optional()])
    reason = TextAreaField(
        _l("Reason"),
        validators=[required(), Length(min=5, max=300, message=_l("Write a reason of 5 to 300 characters."))],
    )

    def offer(self, *, tiers: Iterable[tuple[str, str]], roles: Iterable[tuple[str, str]]) -> None:
        """Fill in what can be chosen, as code and words."""
        self.measure.choices = [SelectChoice(str(one), text) for one, text in MEASURES.items()]
        self.tier.choices = [EVERY, *(SelectChoice(*one) for one in tiers)]
        self.role.choices = [EVERY, *(SelectChoice(*one) for one in roles)]
        self.network_type.choices = [EVERY, *(SelectChoice(str(one), text) for one, text in NETWORK_TYPES.items())]

    @property
    def terms(self) -> TargetTerms:
        """Return what is decided; the form is valid."""
        starts_on: date = self.starts_on.data  # type: ignore[assignment]  # it is required
        return TargetTerms(
            measure=Measure(self.measure.data),
            about=About(
                tier=int(self.tier.data) if self.tier.data else None,
                role_code=self.role.data or None,
                network_type=self.network_type.data or None,
            ),
            percent=int(self.percent.data or 0),
            starts_on=starts_on,
            ends_on=self.last_on.data + ONE_DAY if self.last_on.data else None,
        )
