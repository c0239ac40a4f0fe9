"""Parameters of the pages about observations."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import AnyOf, Length, Optional

from lms.observations.rules import VisitKind
from lms.observations.rules_reports import Where

UNKNOWN = _l("This choice is not known here. Pick one from the list.")
SORTS = tuple(sign + key for key in ("code", "visits", "last") for sign in ("", "-"))


class KindForm(Form):
    """Which visits to look at; all may be absent."""

    kind = StringField(_l("Kind of visit"), [Optional(), AnyOf(list(VisitKind), message=UNKNOWN)])

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    @property
    def where(self) -> Where:
        """Return the filter."""
        return Where(kind=VisitKind(self.kind.data) if self.kind.data else None)


class NetworkForm(KindForm):
    """Which visits, where, and in what order."""

    unit = StringField(_l("Unit"))
    q = StringField(_l("Center"), [Optional(), Length(max=100, message=_l("Write at most 100 characters."))])
    sort = StringField(_l("Sort"), [Optional(), AnyOf(SORTS, message=UNKNOWN)])
