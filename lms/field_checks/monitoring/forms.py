"""Input about campaigns."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, Regexp

from lms.field_checks.monitoring.rules import LEAST_PEOPLE
from lms.field_checks.monitoring.rules_campaigns import LONGEST_REASON, MOST_WANTED, CampaignKind, CampaignTerms
from lms.field_checks.monitoring.wording import KINDS
from lms.people.centers.wording import NETWORK_TYPES
from lms.people.rules import NetworkType
from lms.web.forms import Form, at_most, required, text_of

PLACES = tuple(one for one in NetworkType if one is not NetworkType.HEAD_OFFICE)


class CampaignForm(Form):
    """What a campaign asks, of whom and when."""

    code = StringField(
        _l("Code"),
        validators=[
            required(),
            Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z", message=_l("Use 1 to 20 letters, digits, dots or hyphens.")),
        ],
    )
    kind = SelectField(
        _l("Kind"), choices=[SelectChoice(str(one), text) for one, text in KINDS.items()], validators=[required()]
    )
    title_ko = StringField(_l("Title in Korean"), validators=[required(), at_most(120)])
    title_en = StringField(_l("Title in English"), validators=[at_most(120)])
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter this."))])
    ends_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter this."))])
    wanted = IntegerField(
        _l("People of each center"),
        default=LEAST_PEOPLE,
        validators=[
            InputRequired(_l("Enter this.")),
            NumberRange(1, MOST_WANTED, message=_l("Enter a whole number from 1 to 30.")),
        ],
    )
    network_types = SelectMultipleField(
        _l("Network types"), choices=[SelectChoice(str(one), NETWORK_TYPES[one]) for one in PLACES]
    )
    items = SelectMultipleField(_l("Items"))

    def offer(self, items: Iterable[tuple[str, str]]) -> None:
        """Fill in which items can be chosen."""
        self.items.choices = [SelectChoice(*one) for one in items]

    @property
    def terms(self) -> CampaignTerms:
        """Return the campaign; the form is valid."""
        return CampaignTerms(
            code=text_of(self.code), kind=CampaignKind(self.kind.data), title_ko=text_of(self.title_ko),
            title_en=text_of(self.title_en) or text_of(self.title_ko),
            starts_on=self.starts_on.data,  # type: ignore[arg-type]  # they are required
            ends_on=self.ends_on.data,  # type: ignore[arg-type]
            wanted=int(self.wanted.data or 1), items=frozenset(self.items.data or ()),
            network_types=frozenset(self.network_types.data or ()),
        )  # fmt: skip


class CancelForm(Form):
    """Why a campaign is called off."""

    reason = TextAreaField(_l("Why"), validators=[required(), at_most(LONGEST_REASON)])
