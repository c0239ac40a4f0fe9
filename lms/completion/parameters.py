"""Parameters of an address, read and resolved within what the viewer may see. Pages and downloads share them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.completion.forms import RateForm, active_parameters
from lms.completion.known.queries import reading_as_known
from lms.completion.queries_counting import reach_of
from lms.completion.queries_labels import Label, course_labels, role_labels, tier_labels
from lms.completion.queries_places import Unit, Units, load_units_around
from lms.completion.rules import RateFilter
from lms.people.rules import Scope, names_open
from lms.shared.errors import NotFoundError
from lms.web.dates import clock_text, instant

F = TypeVar("F", bound=RateForm)


@dataclass(frozen=True, slots=True)
class Asked(Generic[F]):
    """What an address asks for. Only when `is_valid` does it mean anything; else `form` says what is wrong."""

    form: F
    is_valid: bool
    as_of: date
    scope: Scope
    units: Units
    unit: Unit | None
    roles: Mapping[str, Label]
    tiers: Mapping[str, Label]
    courses: Mapping[str, Label]

    @property
    def known_at(self) -> datetime | None:
        """Return the instant whose knowledge is asked for; None is now."""
        return self.form.known_at.at

    @property
    def known_text(self) -> str:
        """Return that instant in words of the organization's zone."""
        return clock_text(self.known_at) if self.known_at else ""

    def reading(self, session: Session) -> AbstractContextManager[Session]:
        """Give the session to ask: this one, or one that answers as known then."""
        return reading_as_known(session, self.known_at, scope=self.scope)

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """Return the parameters in force, for links and hidden fields."""
        return active_parameters(self.form)

    def get_course(self, public_id: str) -> Label:
        """Return the course that an address names.

        Raises:
            NotFoundError: there is none.
        """
        found = next((label for label in self.courses.values() if label.public_id == public_id), None)
        if found is None:
            raise NotFoundError
        return found

    @property
    def where(self) -> Any:
        """Return the filter."""
        return self.form.filter(self.unit.id if self.unit else None)

    @property
    def may_name(self) -> bool:
        """Tell whether the viewer's duties open names at all."""
        return self.scope.network or bool(self.scope.center_ids)

    def names_are_open(self, session: Session) -> bool:
        """Tell whether the people asked for may be shown by name now (ruling 16)."""
        if not self.may_name:
            return False
        if names_open(self.scope):  # whatever is asked for, it lies within
            return True
        where = RateFilter(unit_id=self.unit.id if self.unit else None)
        reach = reach_of(session, scope=self.scope, as_of=self.as_of, where=where, named=True)
        return names_open(self.scope, reach.center_ids)


def read_parameters(
    session: Session, kind: type[F], values: MultiDict[str, str], *, scope: Scope, today: date, unit: str | None = None
) -> Asked[F]:
    """Read the parameters of an address; `unit` is the public id of a unit that the path names.

    Raises:
        NotFoundError: the unit in the path is out of scope or missing.
    """
    labels = [{label.code: label for label in found(session).values()} for found in LABELS]
    form = kind(values)
    form.offer(roles=labels[0], tiers=labels[1], courses=labels[2])
    is_valid = form.validate()
    units = load_units_around(session, scope=scope, public_id=unit or form.unit.data)
    chosen = units.get(unit) if unit else units.find(form.unit.data) if form.unit.data else None
    if form.unit.data and chosen is None:
        form.unit.errors = [_l("There is no such unit within what you can see.")]
        is_valid = False
    if form.known_at.at and form.known_at.at > instant(today.isoformat()):
        form.known_at.errors = [_l("Nothing is known of that day yet. Choose today or an earlier one.")]
        is_valid = False
    return Asked(form, is_valid, form.as_of.data or today, scope, units, chosen, *labels)


LABELS = (role_labels, tier_labels, course_labels)
