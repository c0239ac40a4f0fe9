"""Targets in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.completion.targets.queries import TargetRow
from lms.completion.targets.rules import Measure
from lms.people.centers.wording import NETWORK_TYPES
from lms.people.rules import NetworkType
from lms.shared.errors import DomainError
from lms.web.locale import localized

MEASURES = {
    Measure.CENTER: _l("Completion rate of a unit"),
    Measure.PERSON: _l("Completion rate of a person"),
    Measure.ON_TIME: _l("Completed in time, of a unit"),
}


def about_text(row: TargetRow) -> str:
    """Name what a target is about: tier, job role and network type, or everything."""
    about = row.terms.about
    sides = []
    if about.tier is not None:
        sides.append(localized(row, "tier"))
    if about.role_code is not None:
        sides.append(localized(row, "role"))
    if about.network_type is not None:
        sides.append(str(NETWORK_TYPES.get(NetworkType(about.network_type), about.network_type)))
    return " · ".join(sides) or str(_("Everything"))


def refusal(error: DomainError) -> str:
    """Word why a target is refused."""
    texts = {
        "past": _("A target begins today or later: what was judged stays judged."),
        "percent": _("Enter a percentage from 1 to 100."),
        "interval": _("The last day must not lie before the first."),
        "role": _("This choice is not known here. Pick one from the list."),
        "measure": _("A person's target is the same for everyone: leave tier, job role and network type open."),
    }
    return str(texts[error.code])
