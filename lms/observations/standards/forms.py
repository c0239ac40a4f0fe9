"""Input about the standard: which items to look at, and what an item asks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from lms.observations.forms import UNKNOWN
from lms.observations.rules_standards import DIMENSIONS, I_CARE, Stage
from lms.observations.standards import wording
from lms.observations.standards.rules import (
    CODE,
    HEAVIEST,
    LONGEST_EVIDENCE,
    LONGEST_METHOD,
    LONGEST_TEXT,
    StandardRow,
)
from lms.web.forms import Form, at_most, required, text_of

EMPTY = SelectChoice("", "–")
Choices = Iterable[tuple[str, str]]


class FilterForm(PlainForm):
    """Which items to look at; all may be absent."""

    stage = StringField(_l("Stage"), [Optional(), AnyOf(list(Stage), message=UNKNOWN)])
    dimension = StringField(_l("Dimension"), [Optional(), AnyOf(DIMENSIONS, message=UNKNOWN)])
    letter = StringField(_l("I CARE"), [Optional(), AnyOf(I_CARE, message=UNKNOWN)])
    role = StringField(_l("Job role"))
    q = StringField(_l("Item"), [Optional(), Length(max=100, message=_l("Write at most 100 characters."))])
    version = StringField(_l("Version"))

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    def fits(self, row: StandardRow) -> bool:
        """Tell whether an item is among those looked for; an item that names no role is everyone's."""
        words = (self.q.data or "").casefold().split()
        text = f"{row.code} {row.text_ko} {row.text_en}".casefold()
        return (
            self.stage.data in {None, "", row.stage}
            and self.dimension.data in {None, "", row.dimension_code}
            and (self.letter.data or "") in row.i_care
            and (not self.role.data or not row.roles or self.role.data in row.roles)
            and all(word in text for word in words)
        )


class BasedForm(Form):
    """A change of the standard, from a day on; `based_on` is the version that was looked at."""

    effective_from = DateField(_l("In force from"), validators=[InputRequired(_l("Enter this."))])
    based_on = HiddenField()

    @property
    def day(self) -> date:
        """Return the day; the form is valid."""
        day: date = self.effective_from.data  # type: ignore[assignment]  # it is required
        return day


class ItemForm(BasedForm):
    """What an item asks, and what its behavior is sorted by."""

    code = StringField(
        _l("Code"),
        validators=[
            required(),
            Regexp(CODE.pattern + r"\Z", message=_l("Use 1 to 40 letters, digits, dots or hyphens.")),
        ],
    )
    text_ko = StringField(_l("Text in Korean"), validators=[required(), at_most(LONGEST_TEXT)])
    text_en = StringField(_l("Text in English"), validators=[at_most(LONGEST_TEXT)])
    stage = SelectField(_l("Stage"), validators=[required()])
    dimension_code = SelectField(_l("Dimension"), validators=[Optional()])
    i_care = SelectMultipleField(_l("I CARE"), choices=[SelectChoice(letter, letter) for letter in I_CARE])
    response_type = SelectField(_l("Answered with"), validators=[required()])
    weight = IntegerField(
        _l("Weight"),
        validators=[
            InputRequired(_l("Enter this.")),
            NumberRange(1, HEAVIEST, message=_l("Enter a whole number from 1 to 9.")),
        ],
    )
    is_critical = BooleanField(_l("Critical item"))
    na_allowed = BooleanField(_l("May be answered as not applicable"))
    method = StringField(_l("How it is checked"), validators=[at_most(LONGEST_METHOD)])
    evidence_ko = StringField(_l("Evidence asked"), validators=[at_most(LONGEST_EVIDENCE)])
    courses = SelectMultipleField(_l("Courses that teach it"))
    roles = SelectMultipleField(_l("Job roles it is asked of"))

    def offer(self, *, courses: Choices, roles: Choices) -> None:
        """Fill in what can be chosen."""
        self.stage.choices = [SelectChoice(str(one), text) for one, text in wording.STAGES.items()]
        dimensions = (SelectChoice(one, f"{one} {text}") for one, text in wording.DIMENSIONS.items())
        self.dimension_code.choices = [EMPTY, *dimensions]
        self.response_type.choices = [SelectChoice(str(one), text) for one, text in wording.RESPONSES.items()]
        self.courses.choices = [SelectChoice(*one) for one in courses]
        self.roles.choices = [SelectChoice(*one) for one in roles]

    def fill(self, row: StandardRow) -> None:
        """Show an item as it is asked now."""
        for field in self:
            if field.name in StandardRow.__dataclass_fields__:
                value = getattr(row, field.name)
                field.data = sorted(value) if isinstance(value, frozenset) else value
        self.i_care.data = list(row.i_care)

    @property
    def row(self) -> StandardRow:
        """Return the item; the form is valid."""
        return StandardRow(
            code=text_of(self.code),
            text_ko=text_of(self.text_ko),
            text_en=text_of(self.text_en) or text_of(self.text_ko),
            is_critical=bool(self.is_critical.data),
            response_type=self.response_type.data,
            weight=int(self.weight.data or 1),
            method=text_of(self.method),
            evidence_ko=text_of(self.evidence_ko),
            na_allowed=bool(self.na_allowed.data),
            stage=self.stage.data,
            dimension_code=self.dimension_code.data or None,
            i_care="".join(letter for letter in I_CARE if letter in (self.i_care.data or ())),
            courses=frozenset(self.courses.data or ()),
            roles=frozenset(self.roles.data or ()),
        )
