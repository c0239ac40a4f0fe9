"""Parameters of addresses about what training adds up to, read within what the viewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.completion.queries_labels import Label, course_labels, role_labels
from lms.completion.queries_places import Unit, Units, load_units
from lms.field_checks.transfer.forms import TransferForm
from lms.field_checks.transfer.pages import asked_for
from lms.field_checks.transfer.queries import Asked
from lms.people.rules import Scope


@dataclass(frozen=True, slots=True)
class Read:
    """What an address asks for; `unit` is None where nothing can be shown, and the form says why."""

    form: TransferForm
    as_of: date
    scope: Scope
    units: Units
    unit: Unit | None
    roles: Mapping[str, Label]
    courses: Mapping[str, Label]

    @property
    def asked(self) -> Asked | None:
        """Return the trainings asked for; None where the form is wrong."""
        return asked_for(self.scope, self.as_of, self.unit, **self.form.narrowed) if self.unit else None


def read_parameters(session: Session, values: MultiDict[str, str], *, scope: Scope, as_of: date) -> Read:
    """Read what an address, or the form of a download, asks for."""
    roles, courses = ({one.code: one for one in labels(session).values()} for labels in (role_labels, course_labels))
    form, units = TransferForm(values, roles=roles, courses=courses), load_units(session, scope=scope)
    is_valid = form.validate()
    unit = units.find(form.unit.data) if form.unit.data else units.home
    if unit is None:
        form.unit.errors = [_("There is no such unit within what you can see.")]
    return Read(form, as_of, scope, units, unit if is_valid else None, roles, courses)
