"""Input about units."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, StopValidation

from lms.people.centers.rules_changes import ChangeKind
from lms.people.centers.wording import DAY_HINTS, NETWORK_TYPES
from lms.web.forms import Form, at_most, required

EARLIEST, LATEST = date(1900, 1, 2), date(2200, 1, 1)
LONGEST_CODE, LONGEST_NAME = 40, 120


def _plausible(_form: Any, field: DateField) -> None:
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise StopValidation(_l("Enter a day from 1900 to 2200."))


def _visible(_form: Any, field: StringField) -> None:
    if not (field.data or "").isprintable():
        raise StopValidation(_l("The text holds an invisible character. Type it again."))


class ChangeForm(Form):
    """What changes about a unit; fields that a kind of change has no use for are taken out."""

    on = DateField(_l("From"), validators=[InputRequired(_l("Enter this.")), _plausible])
    parent = SelectField(_l("Stands under"), validators=[required()])
    name_ko = StringField(_l("Name in Korean"), validators=[required(), at_most(LONGEST_NAME), _visible])
    name_en = StringField(_l("Name in English"), validators=[at_most(LONGEST_NAME), _visible])
    confirm = HiddenField()

    def fit(self, kind: ChangeKind, parents: Iterable[tuple[str, str]]) -> None:
        """Leave what this kind of change asks for; `parents` are (public id, name)."""
        if kind in {ChangeKind.MOVE, ChangeKind.REOPEN}:
            self.parent.choices = [SelectChoice(value, text) for value, text in parents]
        else:
            del self.parent
        if kind is ChangeKind.RENAME:
            del self.on
        else:
            del self.name_ko, self.name_en
        if self.on is not None:
            self.on.description = DAY_HINTS[kind]


class NewCenterForm(Form):
    """A center to open."""

    code = StringField(_l("Code"), validators=[required(), at_most(LONGEST_CODE), _visible])
    name_ko = StringField(_l("Name in Korean"), validators=[required(), at_most(LONGEST_NAME), _visible])
    name_en = StringField(_l("Name in English"), validators=[at_most(LONGEST_NAME), _visible])
    network_type = SelectField(_l("Kind"), validators=[required()])
    area = SelectField(_l("Area"), validators=[required()])
    opened_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter this.")), _plausible])
    confirm = HiddenField()

    def offer(self, kinds: Iterable[str], areas: Iterable[tuple[str, str]]) -> None:
        """Fill in what can be chosen."""
        self.network_type.choices = [SelectChoice(str(kind), NETWORK_TYPES[kind]) for kind in kinds]
        self.area.choices = [SelectChoice(value, text) for value, text in areas]


class UndoForm(Form):
    """Which change is undone."""

    change = HiddenField(validators=[required()])
